/** Reading messages: pull, query by key, view by offset. */
import { defineHeader } from '../protocol/header-definition';
import type { HeaderOf } from '../protocol/header-definition';
import { int, long, text } from '../protocol/header-field';
import { topicRequestFields } from './request-fields';

/** Request of PULL_MESSAGE (11), LITE_PULL_MESSAGE (361). */
export const PullMessageRequestHeader = defineHeader('PullMessageRequestHeader', {
  ...topicRequestFields,
  consumerGroup: text(),
  topic: text(),
  liteTopic: text().optional(),
  queueId: int(),
  queueOffset: long(),
  maxMsgNums: int(),
  sysFlag: int(),
  commitOffset: long(),
  suspendTimeoutMillis: long(),
  subscription: text().optional(),
  subVersion: long(),
  expressionType: text().optional(),
  maxMsgBytes: int().optional(),
  requestSource: int().optional(),
  proxyFrowardClientId: text().optional(),
});
export type PullMessageRequestHeader = HeaderOf<typeof PullMessageRequestHeader>;

/** Answer to PULL_MESSAGE (11), LITE_PULL_MESSAGE (361). */
export const PullMessageResponseHeader = defineHeader('PullMessageResponseHeader', {
  suggestWhichBrokerId: long(),
  nextBeginOffset: long(),
  minOffset: long(),
  maxOffset: long(),
  offsetDelta: long().optional(),
  topicSysFlag: int().optional(),
  groupSysFlag: int().optional(),
  forbiddenType: int().optional(),
});
export type PullMessageResponseHeader = HeaderOf<typeof PullMessageResponseHeader>;

/** Request of QUERY_CONSUME_QUEUE (321). */
export const QueryConsumeQueueRequestHeader = defineHeader('QueryConsumeQueueRequestHeader', {
  ...topicRequestFields,
  topic: text().optional(),
  queueId: int().orElse(0),
  index: long().orElse(0),
  count: int().orElse(0),
  consumerGroup: text().optional(),
});
export type QueryConsumeQueueRequestHeader = HeaderOf<typeof QueryConsumeQueueRequestHeader>;

/** Request of QUERY_MESSAGE (12). */
export const QueryMessageRequestHeader = defineHeader('QueryMessageRequestHeader', {
  ...topicRequestFields,
  topic: text(),
  key: text(),
  maxNum: int(),
  beginTimestamp: long(),
  endTimestamp: long(),
  indexType: text().optional(),
  lastKey: text().optional(),
});
export type QueryMessageRequestHeader = HeaderOf<typeof QueryMessageRequestHeader>;

/** Answer to QUERY_MESSAGE (12). */
export const QueryMessageResponseHeader = defineHeader('QueryMessageResponseHeader', {
  indexLastUpdateTimestamp: long(),
  indexLastUpdatePhyoffset: long(),
});
export type QueryMessageResponseHeader = HeaderOf<typeof QueryMessageResponseHeader>;

export const StatisticsMessagesRequestHeader = defineHeader('StatisticsMessagesRequestHeader', {
  ...topicRequestFields,
  consumerGroup: text(),
  topic: text(),
  queueId: int().orElse(0),
  fromTime: long().orElse(0),
  toTime: long().orElse(0),
});
export type StatisticsMessagesRequestHeader = HeaderOf<typeof StatisticsMessagesRequestHeader>;

/** Request of VIEW_MESSAGE_BY_ID (33). */
export const ViewMessageRequestHeader = defineHeader('ViewMessageRequestHeader', {
  topic: text().optional(),
  offset: long(),
});
export type ViewMessageRequestHeader = HeaderOf<typeof ViewMessageRequestHeader>;

export const ViewMessageResponseHeader = defineHeader('ViewMessageResponseHeader', {});
export type ViewMessageResponseHeader = HeaderOf<typeof ViewMessageResponseHeader>;
