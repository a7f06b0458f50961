/** Lite topics. */
import { defineBody, nested } from './body-definition';
import type { BodyOf } from './body-definition';
import { bool, int, list, long, mapOf, text } from './body-field';
import { OffsetWrapper, TopicOffset } from './common-bodies';
import { liteSubscriptionAction, offsetOptionType } from './enum-fields';

export const LiteLagInfo = defineBody('LiteLagInfo', {
  earliestUnconsumedTimestamp: long().orElse(-1),
  lagCount: long().orElse(0),
  liteTopic: text(),
});
export type LiteLagInfo = BodyOf<typeof LiteLagInfo>;

export const OffsetOption = defineBody('OffsetOption', {
  type: offsetOptionType(),
  value: long().orElse(0),
});
export type OffsetOption = BodyOf<typeof OffsetOption>;

export const LiteSubscriptionDTO = defineBody('LiteSubscriptionDTO', {
  action: liteSubscriptionAction(),
  clientId: text(),
  group: text(),
  liteTopicSet: list(text()),
  offsetOption: nested(OffsetOption),
  topic: text(),
  version: long().orElse(0),
});
export type LiteSubscriptionDTO = BodyOf<typeof LiteSubscriptionDTO>;

export const LiteSubscriptionCtlRequestBody = defineBody('LiteSubscriptionCtlRequestBody', {
  subscriptionSet: list(nested(LiteSubscriptionDTO)),
});
export type LiteSubscriptionCtlRequestBody = BodyOf<typeof LiteSubscriptionCtlRequestBody>;

export const ClientGroup = defineBody('ClientGroup', {
  clientId: text(),
  group: text(),
});
export type ClientGroup = BodyOf<typeof ClientGroup>;

export const GetBrokerLiteInfoResponseBody = defineBody('GetBrokerLiteInfoResponseBody', {
  cqTableSize: int().orElse(0),
  currentLmqNum: int().orElse(0),
  eventMapSize: int().orElse(0),
  groupMeta: mapOf(list(text())),
  liteSubscriptionCount: int().orElse(0),
  maxLmqNum: int().orElse(0),
  offsetTableSize: int().orElse(0),
  orderInfoCount: int().orElse(0),
  storeType: text(),
  topicMeta: mapOf(int()),
});
export type GetBrokerLiteInfoResponseBody = BodyOf<typeof GetBrokerLiteInfoResponseBody>;

export const GetLiteClientInfoResponseBody = defineBody('GetLiteClientInfoResponseBody', {
  clientId: text(),
  group: text(),
  lastAccessTime: long().orElse(0),
  lastConsumeTime: long().orElse(0),
  liteTopicCount: int().orElse(0),
  liteTopicSet: list(text()),
  parentTopic: text(),
});
export type GetLiteClientInfoResponseBody = BodyOf<typeof GetLiteClientInfoResponseBody>;

export const GetLiteGroupInfoResponseBody = defineBody('GetLiteGroupInfoResponseBody', {
  earliestUnconsumedTimestamp: long().orElse(-1),
  group: text(),
  lagCountTopK: list(nested(LiteLagInfo)),
  lagTimestampTopK: list(nested(LiteLagInfo)),
  liteTopic: text(),
  liteTopicOffsetWrapper: nested(OffsetWrapper),
  parentTopic: text(),
  totalLagCount: long().orElse(0),
});
export type GetLiteGroupInfoResponseBody = BodyOf<typeof GetLiteGroupInfoResponseBody>;

export const GetLiteTopicInfoResponseBody = defineBody('GetLiteTopicInfoResponseBody', {
  liteTopic: text(),
  parentTopic: text(),
  shardingToBroker: bool().orElse(false),
  subscriber: list(nested(ClientGroup)),
  topicOffset: nested(TopicOffset),
});
export type GetLiteTopicInfoResponseBody = BodyOf<typeof GetLiteTopicInfoResponseBody>;

export const GetParentTopicInfoResponseBody = defineBody('GetParentTopicInfoResponseBody', {
  groups: list(text()),
  liteTopicCount: int().orElse(0),
  lmqNum: int().orElse(0),
  topic: text(),
  ttl: int().orElse(0),
});
export type GetParentTopicInfoResponseBody = BodyOf<typeof GetParentTopicInfoResponseBody>;
