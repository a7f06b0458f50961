/** Who is connected, and how consumers fare. */
import { defineBody, nested } from './body-definition';
import type { BodyOf } from './body-definition';
import { bool, double, int, list, long, mapOf, pairsOf, text } from './body-field';
import { SubscriptionData } from './heartbeat-bodies';
import { cmResult, consumeFromWhere, consumeType, languageName, messageModel } from './enum-fields';
import { messageQueue } from './model-fields';

export const ConnectionInfo = defineBody('Connection', {
  clientAddr: text(),
  clientId: text(),
  language: languageName(),
  version: int().orElse(0),
});
export type ConnectionInfo = BodyOf<typeof ConnectionInfo>;

export const ConsumerConnection = defineBody('ConsumerConnection', {
  connectionSet: list(nested(ConnectionInfo)).orMake(() => []),
  consumeFromWhere: consumeFromWhere(),
  consumeType: consumeType(),
  messageModel: messageModel(),
  subscriptionTable: mapOf(nested(SubscriptionData)).orMake(() => new Map()),
});
export type ConsumerConnection = BodyOf<typeof ConsumerConnection>;

export const ProducerConnection = defineBody('ProducerConnection', {
  connectionSet: list(nested(ConnectionInfo)).orMake(() => []),
});
export type ProducerConnection = BodyOf<typeof ProducerConnection>;

export const ProducerInfo = defineBody('ProducerInfo', {
  clientId: text(),
  language: languageName(),
  lastUpdateTimestamp: long().orElse(0),
  remoteIP: text(),
  version: int().orElse(0),
});
export type ProducerInfo = BodyOf<typeof ProducerInfo>;

export const ProducerTableInfo = defineBody('ProducerTableInfo', {
  data: mapOf(list(nested(ProducerInfo))),
});
export type ProducerTableInfo = BodyOf<typeof ProducerTableInfo>;

export const GetConsumerListByGroupResponseBody = defineBody('GetConsumerListByGroupResponseBody', {
  consumerIdList: list(text()),
});
export type GetConsumerListByGroupResponseBody = BodyOf<typeof GetConsumerListByGroupResponseBody>;

export const ProcessQueueInfo = defineBody('ProcessQueueInfo', {
  cachedMsgCount: int().orElse(0),
  cachedMsgMaxOffset: long().orElse(0),
  cachedMsgMinOffset: long().orElse(0),
  cachedMsgSizeInMiB: int().orElse(0),
  commitOffset: long().orElse(0),
  droped: bool().orElse(false),
  lastConsumeTimestamp: long().orElse(0),
  lastLockTimestamp: long().orElse(0),
  lastPullTimestamp: long().orElse(0),
  locked: bool().orElse(false),
  transactionMsgCount: int().orElse(0),
  transactionMsgMaxOffset: long().orElse(0),
  transactionMsgMinOffset: long().orElse(0),
  tryUnlockTimes: long().orElse(0),
});
export type ProcessQueueInfo = BodyOf<typeof ProcessQueueInfo>;

export const PopProcessQueueInfo = defineBody('PopProcessQueueInfo', {
  droped: bool().orElse(false),
  lastPopTimestamp: long().orElse(0),
  waitAckCount: int().orElse(0),
});
export type PopProcessQueueInfo = BodyOf<typeof PopProcessQueueInfo>;

export const ConsumeStatus = defineBody('ConsumeStatus', {
  consumeFailedMsgs: long().orElse(0),
  consumeFailedTPS: double().orElse(0.0),
  consumeOKTPS: double().orElse(0.0),
  consumeRT: double().orElse(0.0),
  pullRT: double().orElse(0.0),
  pullTPS: double().orElse(0.0),
});
export type ConsumeStatus = BodyOf<typeof ConsumeStatus>;

export const ConsumerRunningInfo = defineBody('ConsumerRunningInfo', {
  jstack: text(),
  mqPopTable: pairsOf(messageQueue(), nested(PopProcessQueueInfo)).orMake(() => []),
  mqTable: pairsOf(messageQueue(), nested(ProcessQueueInfo)).orMake(() => []),
  properties: mapOf(text()).orMake(() => new Map()),
  statusTable: mapOf(nested(ConsumeStatus)).orMake(() => new Map()),
  subscriptionSet: list(nested(SubscriptionData)).orMake(() => []),
  userConsumerInfo: mapOf(text()).orMake(() => new Map()),
});
export type ConsumerRunningInfo = BodyOf<typeof ConsumerRunningInfo>;

export const ConsumeMessageDirectlyResult = defineBody('ConsumeMessageDirectlyResult', {
  autoCommit: bool().orElse(true),
  consumeResult: cmResult(),
  order: bool().orElse(false),
  remark: text(),
  spentTimeMills: long().orElse(0),
});
export type ConsumeMessageDirectlyResult = BodyOf<typeof ConsumeMessageDirectlyResult>;

export const ConsumeByWho = defineBody('ConsumeByWho', {
  consumedGroup: list(text()).orMake(() => []),
  notConsumedGroup: list(text()).orMake(() => []),
  offset: long().orElse(0),
  queueId: int().orElse(0),
  topic: text(),
});
export type ConsumeByWho = BodyOf<typeof ConsumeByWho>;

export const QuerySubscriptionResponseBody = defineBody('QuerySubscriptionResponseBody', {
  group: text(),
  subscriptionData: nested(SubscriptionData),
  topic: text(),
});
export type QuerySubscriptionResponseBody = BodyOf<typeof QuerySubscriptionResponseBody>;

export const ConsumeQueueData = defineBody('ConsumeQueueData', {
  bitMap: text(),
  eval: bool().orElse(false),
  extendDataJson: text(),
  msg: text(),
  physicOffset: long().orElse(0),
  physicSize: int().orElse(0),
  tagsCode: long().orElse(0),
});
export type ConsumeQueueData = BodyOf<typeof ConsumeQueueData>;

export const QueryConsumeQueueResponseBody = defineBody('QueryConsumeQueueResponseBody', {
  filterData: text(),
  maxQueueIndex: long().orElse(0),
  minQueueIndex: long().orElse(0),
  queueData: list(nested(ConsumeQueueData)),
  subscriptionData: nested(SubscriptionData),
});
export type QueryConsumeQueueResponseBody = BodyOf<typeof QueryConsumeQueueResponseBody>;
