/** Heartbeats: what a client produces to and consumes from. */
import { defineBody, nested } from './body-definition';
import type { BodyOf } from './body-definition';
import { bool, int, list, long, text } from './body-field';
import { consumeFromWhere, consumeType, messageModel } from './enum-fields';

export const SubscriptionData = defineBody('SubscriptionData', {
  classFilterMode: bool().orElse(false),
  codeSet: list(int()).orMake(() => []),
  expressionType: text().orElse('TAG'),
  subString: text(),
  subVersion: long().orElse(0),
  tagsSet: list(text()).orMake(() => []),
  topic: text().required(),
});
export type SubscriptionData = BodyOf<typeof SubscriptionData>;

export const ProducerData = defineBody('ProducerData', {
  groupName: text().required(),
});
export type ProducerData = BodyOf<typeof ProducerData>;

export const ConsumerData = defineBody('ConsumerData', {
  consumeFromWhere: consumeFromWhere(),
  consumeType: consumeType(),
  groupName: text().required(),
  messageModel: messageModel(),
  subscriptionDataSet: list(nested(SubscriptionData)).orMake(() => []),
  unitMode: bool().orElse(false),
});
export type ConsumerData = BodyOf<typeof ConsumerData>;

export const HeartbeatData = defineBody('HeartbeatData', {
  clientID: text().required(),
  consumerDataSet: list(nested(ConsumerData)).orMake(() => []),
  heartbeatFingerprint: int().orElse(0),
  producerDataSet: list(nested(ProducerData)).orMake(() => []),
  withoutSub: bool().orElse(false),
});
export type HeartbeatData = BodyOf<typeof HeartbeatData>;

export const CheckClientRequestBody = defineBody('CheckClientRequestBody', {
  clientId: text(),
  group: text(),
  namespace: text(),
  subscriptionData: nested(SubscriptionData),
});
export type CheckClientRequestBody = BodyOf<typeof CheckClientRequestBody>;
