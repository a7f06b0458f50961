/** Lite topics. */
import { defineHeader } from '../protocol/header-definition';
import type { HeaderOf } from '../protocol/header-definition';
import { int, long, text } from '../protocol/header-field';
import { rpcRequestFields } from './request-fields';

/** Request of GET_LITE_CLIENT_INFO (200077). */
export const GetLiteClientInfoRequestHeader = defineHeader('GetLiteClientInfoRequestHeader', {
  parentTopic: text().optional(),
  group: text().optional(),
  clientId: text().optional(),
  maxCount: int().orElse(1000),
});
export type GetLiteClientInfoRequestHeader = HeaderOf<typeof GetLiteClientInfoRequestHeader>;

/** Request of GET_LITE_GROUP_INFO (200078). */
export const GetLiteGroupInfoRequestHeader = defineHeader('GetLiteGroupInfoRequestHeader', {
  group: text(),
  liteTopic: text().optional(),
  topK: int().orElse(0),
});
export type GetLiteGroupInfoRequestHeader = HeaderOf<typeof GetLiteGroupInfoRequestHeader>;

/** Request of GET_LITE_TOPIC_INFO (200076). */
export const GetLiteTopicInfoRequestHeader = defineHeader('GetLiteTopicInfoRequestHeader', {
  parentTopic: text().optional(),
  liteTopic: text().optional(),
});
export type GetLiteTopicInfoRequestHeader = HeaderOf<typeof GetLiteTopicInfoRequestHeader>;

/** Request of GET_PARENT_TOPIC_INFO (200075). */
export const GetParentTopicInfoRequestHeader = defineHeader('GetParentTopicInfoRequestHeader', {
  topic: text(),
});
export type GetParentTopicInfoRequestHeader = HeaderOf<typeof GetParentTopicInfoRequestHeader>;

/** Request of LITE_SUBSCRIPTION_CTL (200071). */
export const LiteSubscriptionCtlRequestHeader = defineHeader('LiteSubscriptionCtlRequestHeader', {
  ...rpcRequestFields,
});
export type LiteSubscriptionCtlRequestHeader = HeaderOf<typeof LiteSubscriptionCtlRequestHeader>;

/** Request of NOTIFY_UNSUBSCRIBE_LITE (200073). */
export const NotifyUnsubscribeLiteRequestHeader = defineHeader(
  'NotifyUnsubscribeLiteRequestHeader',
  {
    ...rpcRequestFields,
    liteTopic: text(),
    consumerGroup: text(),
    clientId: text(),
  },
);
export type NotifyUnsubscribeLiteRequestHeader = HeaderOf<
  typeof NotifyUnsubscribeLiteRequestHeader
>;

/** Request of POP_LITE_MESSAGE (200070). */
export const PopLiteMessageRequestHeader = defineHeader('PopLiteMessageRequestHeader', {
  ...rpcRequestFields,
  clientId: text(),
  consumerGroup: text(),
  topic: text(),
  maxMsgNum: int().orElse(0),
  invisibleTime: long().orElse(0),
  pollTime: long().orElse(0),
  bornTime: long().orElse(0),
  attemptId: text().optional(),
});
export type PopLiteMessageRequestHeader = HeaderOf<typeof PopLiteMessageRequestHeader>;

/** Answer to POP_LITE_MESSAGE (200070). */
export const PopLiteMessageResponseHeader = defineHeader('PopLiteMessageResponseHeader', {
  popTime: long().orElse(0),
  invisibleTime: long().orElse(0),
  reviveQid: int().orElse(0),
  startOffsetInfo: text().optional(),
  msgOffsetInfo: text().optional(),
  orderCountInfo: text().optional(),
});
export type PopLiteMessageResponseHeader = HeaderOf<typeof PopLiteMessageResponseHeader>;

/** Request of TRIGGER_LITE_DISPATCH (200079). */
export const TriggerLiteDispatchRequestHeader = defineHeader('TriggerLiteDispatchRequestHeader', {
  group: text(),
  clientId: text().optional(),
});
export type TriggerLiteDispatchRequestHeader = HeaderOf<typeof TriggerLiteDispatchRequestHeader>;
