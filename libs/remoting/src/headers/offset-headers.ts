/** Offsets of queues and of consumer groups. */
import { defineHeader } from '../protocol/header-definition';
import type { HeaderOf } from '../protocol/header-definition';
import { bool, int, long, text } from '../protocol/header-field';
import { rpcRequestFields, topicRequestFields } from './request-fields';

/** Request of CLONE_GROUP_OFFSET (314). */
export const CloneGroupOffsetRequestHeader = defineHeader('CloneGroupOffsetRequestHeader', {
  ...rpcRequestFields,
  srcGroup: text(),
  destGroup: text(),
  topic: text().optional(),
  offline: bool().orElse(false),
});
export type CloneGroupOffsetRequestHeader = HeaderOf<typeof CloneGroupOffsetRequestHeader>;

/** Request of GET_EARLIEST_MSG_STORETIME (32). */
export const GetEarliestMsgStoretimeRequestHeader = defineHeader(
  'GetEarliestMsgStoretimeRequestHeader',
  {
    ...topicRequestFields,
    topic: text(),
    queueId: int(),
  },
);
export type GetEarliestMsgStoretimeRequestHeader = HeaderOf<
  typeof GetEarliestMsgStoretimeRequestHeader
>;

/** Answer to GET_EARLIEST_MSG_STORETIME (32). */
export const GetEarliestMsgStoretimeResponseHeader = defineHeader(
  'GetEarliestMsgStoretimeResponseHeader',
  {
    timestamp: long(),
  },
);
export type GetEarliestMsgStoretimeResponseHeader = HeaderOf<
  typeof GetEarliestMsgStoretimeResponseHeader
>;

/** Request of GET_MAX_OFFSET (30). */
export const GetMaxOffsetRequestHeader = defineHeader('GetMaxOffsetRequestHeader', {
  ...topicRequestFields,
  topic: text(),
  queueId: int(),
  committed: bool().orElse(true),
});
export type GetMaxOffsetRequestHeader = HeaderOf<typeof GetMaxOffsetRequestHeader>;

/** Answer to GET_MAX_OFFSET (30). */
export const GetMaxOffsetResponseHeader = defineHeader('GetMaxOffsetResponseHeader', {
  offset: long(),
});
export type GetMaxOffsetResponseHeader = HeaderOf<typeof GetMaxOffsetResponseHeader>;

/** Request of GET_MIN_OFFSET (31). */
export const GetMinOffsetRequestHeader = defineHeader('GetMinOffsetRequestHeader', {
  ...topicRequestFields,
  topic: text(),
  queueId: int(),
});
export type GetMinOffsetRequestHeader = HeaderOf<typeof GetMinOffsetRequestHeader>;

/** Answer to GET_MIN_OFFSET (31). */
export const GetMinOffsetResponseHeader = defineHeader('GetMinOffsetResponseHeader', {
  offset: long(),
});
export type GetMinOffsetResponseHeader = HeaderOf<typeof GetMinOffsetResponseHeader>;

export const InitConsumerOffsetRequestHeader = defineHeader('InitConsumerOffsetRequestHeader', {
  ...topicRequestFields,
  topic: text().optional(),
  initMode: int().orElse(0),
});
export type InitConsumerOffsetRequestHeader = HeaderOf<typeof InitConsumerOffsetRequestHeader>;

/** Request of QUERY_CONSUMER_OFFSET (14). */
export const QueryConsumerOffsetRequestHeader = defineHeader('QueryConsumerOffsetRequestHeader', {
  ...topicRequestFields,
  consumerGroup: text(),
  topic: text(),
  queueId: int(),
  setZeroIfNotFound: bool().optional(),
});
export type QueryConsumerOffsetRequestHeader = HeaderOf<typeof QueryConsumerOffsetRequestHeader>;

/** Answer to QUERY_CONSUMER_OFFSET (14). */
export const QueryConsumerOffsetResponseHeader = defineHeader('QueryConsumerOffsetResponseHeader', {
  offset: long(),
});
export type QueryConsumerOffsetResponseHeader = HeaderOf<typeof QueryConsumerOffsetResponseHeader>;

/** Request of QUERY_CORRECTION_OFFSET (308). */
export const QueryCorrectionOffsetHeader = defineHeader('QueryCorrectionOffsetHeader', {
  ...topicRequestFields,
  filterGroups: text().optional(),
  compareGroup: text(),
  topic: text(),
});
export type QueryCorrectionOffsetHeader = HeaderOf<typeof QueryCorrectionOffsetHeader>;

/** Request of RESET_CONSUMER_CLIENT_OFFSET (220), INVOKE_BROKER_TO_RESET_OFFSET (222). */
export const ResetOffsetRequestHeader = defineHeader('ResetOffsetRequestHeader', {
  ...topicRequestFields,
  group: text(),
  topic: text(),
  queueId: int().orElse(-1),
  offset: long().optional(),
  timestamp: long().orElse(0),
  isForce: bool().orElse(false),
});
export type ResetOffsetRequestHeader = HeaderOf<typeof ResetOffsetRequestHeader>;

/** Request of SEARCH_OFFSET_BY_TIMESTAMP (29). */
export const SearchOffsetRequestHeader = defineHeader('SearchOffsetRequestHeader', {
  ...topicRequestFields,
  topic: text(),
  liteTopic: text().optional(),
  queueId: int(),
  timestamp: long(),
  boundaryType: text().optional(),
});
export type SearchOffsetRequestHeader = HeaderOf<typeof SearchOffsetRequestHeader>;

/** Answer to SEARCH_OFFSET_BY_TIMESTAMP (29). */
export const SearchOffsetResponseHeader = defineHeader('SearchOffsetResponseHeader', {
  offset: long(),
});
export type SearchOffsetResponseHeader = HeaderOf<typeof SearchOffsetResponseHeader>;

/** Request of UPDATE_CONSUMER_OFFSET (15). */
export const UpdateConsumerOffsetRequestHeader = defineHeader('UpdateConsumerOffsetRequestHeader', {
  ...topicRequestFields,
  consumerGroup: text(),
  topic: text(),
  queueId: int(),
  commitOffset: long(),
});
export type UpdateConsumerOffsetRequestHeader = HeaderOf<typeof UpdateConsumerOffsetRequestHeader>;

/** Answer to UPDATE_CONSUMER_OFFSET (15). */
export const UpdateConsumerOffsetResponseHeader = defineHeader(
  'UpdateConsumerOffsetResponseHeader',
  {},
);
export type UpdateConsumerOffsetResponseHeader = HeaderOf<
  typeof UpdateConsumerOffsetResponseHeader
>;
