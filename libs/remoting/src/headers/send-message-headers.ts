/** Sending, replying, sending back, recalling, and the end of transactions. */
import { defineHeader } from '../protocol/header-definition';
import type { HeaderOf } from '../protocol/header-definition';
import { bool, int, long, text } from '../protocol/header-field';
import { rpcRequestFields, topicRequestFields } from './request-fields';

/** Request of CHECK_TRANSACTION_STATE (39). */
export const CheckTransactionStateRequestHeader = defineHeader(
  'CheckTransactionStateRequestHeader',
  {
    ...rpcRequestFields,
    topic: text().optional(),
    tranStateTableOffset: long(),
    commitLogOffset: long(),
    msgId: text().optional(),
    transactionId: text().optional(),
    offsetMsgId: text().optional(),
  },
);
export type CheckTransactionStateRequestHeader = HeaderOf<
  typeof CheckTransactionStateRequestHeader
>;

export const CheckTransactionStateResponseHeader = defineHeader(
  'CheckTransactionStateResponseHeader',
  {
    producerGroup: text(),
    tranStateTableOffset: long(),
    commitLogOffset: long(),
    commitOrRollback: int(),
  },
);
export type CheckTransactionStateResponseHeader = HeaderOf<
  typeof CheckTransactionStateResponseHeader
>;

/** Request of CONSUMER_SEND_MSG_BACK (36). */
export const ConsumerSendMsgBackRequestHeader = defineHeader('ConsumerSendMsgBackRequestHeader', {
  ...rpcRequestFields,
  offset: long(),
  group: text(),
  delayLevel: int(),
  originMsgId: text().optional(),
  originTopic: text().optional(),
  unitMode: bool().orElse(false),
  maxReconsumeTimes: int().optional(),
});
export type ConsumerSendMsgBackRequestHeader = HeaderOf<typeof ConsumerSendMsgBackRequestHeader>;

/** Request of END_TRANSACTION (37). */
export const EndTransactionRequestHeader = defineHeader('EndTransactionRequestHeader', {
  ...rpcRequestFields,
  topic: text().optional(),
  producerGroup: text(),
  tranStateTableOffset: long(),
  commitLogOffset: long(),
  commitOrRollback: int(),
  fromTransactionCheck: bool().orElse(false),
  msgId: text(),
  transactionId: text().optional(),
});
export type EndTransactionRequestHeader = HeaderOf<typeof EndTransactionRequestHeader>;

export const EndTransactionResponseHeader = defineHeader('EndTransactionResponseHeader', {});
export type EndTransactionResponseHeader = HeaderOf<typeof EndTransactionResponseHeader>;

/** Request of RECALL_MESSAGE (370). */
export const RecallMessageRequestHeader = defineHeader('RecallMessageRequestHeader', {
  ...topicRequestFields,
  producerGroup: text().optional(),
  topic: text(),
  recallHandle: text(),
});
export type RecallMessageRequestHeader = HeaderOf<typeof RecallMessageRequestHeader>;

/** Answer to RECALL_MESSAGE (370). */
export const RecallMessageResponseHeader = defineHeader('RecallMessageResponseHeader', {
  msgId: text(),
});
export type RecallMessageResponseHeader = HeaderOf<typeof RecallMessageResponseHeader>;

/** Request of PUSH_REPLY_MESSAGE_TO_CLIENT (326). */
export const ReplyMessageRequestHeader = defineHeader('ReplyMessageRequestHeader', {
  ...topicRequestFields,
  producerGroup: text(),
  topic: text(),
  defaultTopic: text(),
  defaultTopicQueueNums: int(),
  queueId: int(),
  sysFlag: int(),
  bornTimestamp: long(),
  flag: int(),
  properties: text().optional(),
  reconsumeTimes: int().optional(),
  unitMode: bool().orElse(false),
  bornHost: text(),
  storeHost: text(),
  storeTimestamp: long().orElse(0),
});
export type ReplyMessageRequestHeader = HeaderOf<typeof ReplyMessageRequestHeader>;

/** Request of RESUME_CHECK_HALF_MESSAGE (323). */
export const ResumeCheckHalfMessageRequestHeader = defineHeader(
  'ResumeCheckHalfMessageRequestHeader',
  {
    topic: text().optional(),
    msgId: text().optional(),
  },
);
export type ResumeCheckHalfMessageRequestHeader = HeaderOf<
  typeof ResumeCheckHalfMessageRequestHeader
>;

/** Request of SEND_MESSAGE (10), SEND_REPLY_MESSAGE (324). */
export const SendMessageRequestHeader = defineHeader('SendMessageRequestHeader', {
  ...topicRequestFields,
  producerGroup: text(),
  topic: text(),
  defaultTopic: text(),
  defaultTopicQueueNums: int(),
  queueId: int(),
  sysFlag: int(),
  bornTimestamp: long(),
  flag: int(),
  properties: text().optional(),
  reconsumeTimes: int().optional(),
  unitMode: bool().optional(),
  batch: bool().optional(),
  maxReconsumeTimes: int().optional(),
});
export type SendMessageRequestHeader = HeaderOf<typeof SendMessageRequestHeader>;

/** Request of SEND_MESSAGE_V2 (310), SEND_BATCH_MESSAGE (320), SEND_REPLY_MESSAGE_V2 (325). */
export const SendMessageRequestHeaderV2 = defineHeader('SendMessageRequestHeaderV2', {
  ...topicRequestFields,
  a: text(),
  b: text(),
  c: text(),
  d: int(),
  e: int(),
  f: int(),
  g: long(),
  h: int(),
  i: text().optional(),
  j: int().optional(),
  k: bool().optional(),
  l: int().optional(),
  m: bool().optional(),
  n: text().optional(),
});
export type SendMessageRequestHeaderV2 = HeaderOf<typeof SendMessageRequestHeaderV2>;

/**
 * Answer to SEND_MESSAGE (10), SEND_MESSAGE_V2 (310), SEND_BATCH_MESSAGE (320),
 * SEND_REPLY_MESSAGE (324) and others.
 */
export const SendMessageResponseHeader = defineHeader('SendMessageResponseHeader', {
  msgId: text(),
  queueId: int(),
  queueOffset: long(),
  transactionId: text().optional(),
  batchUniqId: text().optional(),
  recallHandle: text().optional(),
});
export type SendMessageResponseHeader = HeaderOf<typeof SendMessageResponseHeader>;
