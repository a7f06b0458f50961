/** Heartbeats, queue locks, and what a broker asks its clients. */
import { defineHeader } from '../protocol/header-definition';
import type { HeaderOf } from '../protocol/header-definition';
import { bool, int, text } from '../protocol/header-field';
import { rpcRequestFields, topicRequestFields } from './request-fields';

/** Request of CONSUME_MESSAGE_DIRECTLY (309). */
export const ConsumeMessageDirectlyResultRequestHeader = defineHeader(
  'ConsumeMessageDirectlyResultRequestHeader',
  {
    ...topicRequestFields,
    consumerGroup: text(),
    clientId: text().optional(),
    msgId: text().optional(),
    brokerName: text().optional(),
    topic: text().optional(),
    topicSysFlag: int().optional(),
    groupSysFlag: int().optional(),
  },
);
export type ConsumeMessageDirectlyResultRequestHeader = HeaderOf<
  typeof ConsumeMessageDirectlyResultRequestHeader
>;

/** Request of GET_CONSUMER_LIST_BY_GROUP (38). */
export const GetConsumerListByGroupRequestHeader = defineHeader(
  'GetConsumerListByGroupRequestHeader',
  {
    ...rpcRequestFields,
    consumerGroup: text(),
  },
);
export type GetConsumerListByGroupRequestHeader = HeaderOf<
  typeof GetConsumerListByGroupRequestHeader
>;

/** Answer to GET_CONSUMER_LIST_BY_GROUP (38). */
export const GetConsumerListByGroupResponseHeader = defineHeader(
  'GetConsumerListByGroupResponseHeader',
  {},
);
export type GetConsumerListByGroupResponseHeader = HeaderOf<
  typeof GetConsumerListByGroupResponseHeader
>;

/** Request of GET_CONSUMER_RUNNING_INFO (307). */
export const GetConsumerRunningInfoRequestHeader = defineHeader(
  'GetConsumerRunningInfoRequestHeader',
  {
    ...rpcRequestFields,
    consumerGroup: text(),
    clientId: text(),
    jstackEnable: bool().orElse(false),
  },
);
export type GetConsumerRunningInfoRequestHeader = HeaderOf<
  typeof GetConsumerRunningInfoRequestHeader
>;

/** Request of GET_CONSUMER_STATUS_FROM_CLIENT (221), INVOKE_BROKER_TO_GET_CONSUMER_STATUS (223). */
export const GetConsumerStatusRequestHeader = defineHeader('GetConsumerStatusRequestHeader', {
  ...topicRequestFields,
  topic: text(),
  group: text(),
  clientAddr: text().optional(),
});
export type GetConsumerStatusRequestHeader = HeaderOf<typeof GetConsumerStatusRequestHeader>;

/** Request of HEART_BEAT (34). */
export const HeartbeatRequestHeader = defineHeader('HeartbeatRequestHeader', {
  ...rpcRequestFields,
});
export type HeartbeatRequestHeader = HeaderOf<typeof HeartbeatRequestHeader>;

/** Request of LOCK_BATCH_MQ (41). */
export const LockBatchMqRequestHeader = defineHeader('LockBatchMqRequestHeader', {
  ...rpcRequestFields,
});
export type LockBatchMqRequestHeader = HeaderOf<typeof LockBatchMqRequestHeader>;

/** Request of NOTIFY_CONSUMER_IDS_CHANGED (40). */
export const NotifyConsumerIdsChangedRequestHeader = defineHeader(
  'NotifyConsumerIdsChangedRequestHeader',
  {
    ...rpcRequestFields,
    consumerGroup: text(),
  },
);
export type NotifyConsumerIdsChangedRequestHeader = HeaderOf<
  typeof NotifyConsumerIdsChangedRequestHeader
>;

/** Request of UNLOCK_BATCH_MQ (42). */
export const UnlockBatchMqRequestHeader = defineHeader('UnlockBatchMqRequestHeader', {
  ...rpcRequestFields,
});
export type UnlockBatchMqRequestHeader = HeaderOf<typeof UnlockBatchMqRequestHeader>;

/** Request of UNREGISTER_CLIENT (35). */
export const UnregisterClientRequestHeader = defineHeader('UnregisterClientRequestHeader', {
  ...rpcRequestFields,
  clientID: text(),
  producerGroup: text().optional(),
  consumerGroup: text().optional(),
});
export type UnregisterClientRequestHeader = HeaderOf<typeof UnregisterClientRequestHeader>;

/** Answer to UNREGISTER_CLIENT (35). */
export const UnregisterClientResponseHeader = defineHeader('UnregisterClientResponseHeader', {});
export type UnregisterClientResponseHeader = HeaderOf<typeof UnregisterClientResponseHeader>;
