/** Pop consumption: pop, acknowledge, invisible time, notification. */
import { defineHeader } from '../protocol/header-definition';
import type { HeaderOf } from '../protocol/header-definition';
import { bool, int, long, text } from '../protocol/header-field';
import { topicRequestFields } from './request-fields';

/** Request of ACK_MESSAGE (200051). */
export const AckMessageRequestHeader = defineHeader('AckMessageRequestHeader', {
  ...topicRequestFields,
  consumerGroup: text(),
  topic: text(),
  queueId: int(),
  extraInfo: text(),
  offset: long(),
  liteTopic: text().optional(),
});
export type AckMessageRequestHeader = HeaderOf<typeof AckMessageRequestHeader>;

/** Request of CHANGE_MESSAGE_INVISIBLETIME (200053). */
export const ChangeInvisibleTimeRequestHeader = defineHeader('ChangeInvisibleTimeRequestHeader', {
  ...topicRequestFields,
  consumerGroup: text(),
  topic: text(),
  queueId: int(),
  extraInfo: text(),
  offset: long(),
  invisibleTime: long(),
  liteTopic: text().optional(),
  suspend: bool().orElse(false),
});
export type ChangeInvisibleTimeRequestHeader = HeaderOf<typeof ChangeInvisibleTimeRequestHeader>;

/** Answer to CHANGE_MESSAGE_INVISIBLETIME (200053). */
export const ChangeInvisibleTimeResponseHeader = defineHeader('ChangeInvisibleTimeResponseHeader', {
  popTime: long().orElse(0),
  invisibleTime: long().orElse(0),
  reviveQid: int().orElse(0),
});
export type ChangeInvisibleTimeResponseHeader = HeaderOf<typeof ChangeInvisibleTimeResponseHeader>;

/** Request of NOTIFICATION (200054). */
export const NotificationRequestHeader = defineHeader('NotificationRequestHeader', {
  ...topicRequestFields,
  consumerGroup: text(),
  topic: text(),
  queueId: int().orElse(0),
  pollTime: long().orElse(0),
  bornTime: long().orElse(0),
  order: bool().orElse(false),
  attemptId: text().optional(),
  expType: text().optional(),
  exp: text().optional(),
});
export type NotificationRequestHeader = HeaderOf<typeof NotificationRequestHeader>;

/** Answer to NOTIFICATION (200054). */
export const NotificationResponseHeader = defineHeader('NotificationResponseHeader', {
  hasMsg: bool().orElse(false),
  pollingFull: bool().orElse(false),
});
export type NotificationResponseHeader = HeaderOf<typeof NotificationResponseHeader>;

/** Request of PEEK_MESSAGE (200052). */
export const PeekMessageRequestHeader = defineHeader('PeekMessageRequestHeader', {
  ...topicRequestFields,
  topic: text(),
  queueId: int().orElse(0),
  maxMsgNums: int().orElse(0),
  consumerGroup: text(),
});
export type PeekMessageRequestHeader = HeaderOf<typeof PeekMessageRequestHeader>;

/** Request of POLLING_INFO (200055). */
export const PollingInfoRequestHeader = defineHeader('PollingInfoRequestHeader', {
  ...topicRequestFields,
  consumerGroup: text(),
  topic: text(),
  queueId: int().orElse(0),
});
export type PollingInfoRequestHeader = HeaderOf<typeof PollingInfoRequestHeader>;

/** Answer to POLLING_INFO (200055). */
export const PollingInfoResponseHeader = defineHeader('PollingInfoResponseHeader', {
  pollingNum: int().orElse(0),
});
export type PollingInfoResponseHeader = HeaderOf<typeof PollingInfoResponseHeader>;

/** Request of POP_MESSAGE (200050). */
export const PopMessageRequestHeader = defineHeader('PopMessageRequestHeader', {
  ...topicRequestFields,
  consumerGroup: text(),
  topic: text(),
  queueId: int().orElse(0),
  maxMsgNums: int().orElse(0),
  invisibleTime: long().orElse(0),
  pollTime: long().orElse(0),
  bornTime: long().orElse(0),
  initMode: int().orElse(0),
  expType: text().optional(),
  exp: text().optional(),
  order: bool().orElse(false),
  attemptId: text().optional(),
});
export type PopMessageRequestHeader = HeaderOf<typeof PopMessageRequestHeader>;

/** Answer to POP_MESSAGE (200050), PEEK_MESSAGE (200052). */
export const PopMessageResponseHeader = defineHeader('PopMessageResponseHeader', {
  popTime: long().orElse(0),
  invisibleTime: long().orElse(0),
  reviveQid: int().orElse(0),
  restNum: long().orElse(0),
  startOffsetInfo: text().optional(),
  msgOffsetInfo: text().optional(),
  orderCountInfo: text().optional(),
});
export type PopMessageResponseHeader = HeaderOf<typeof PopMessageResponseHeader>;
