/** Queue locks, assignments and request modes. */
import { defineBody, nested } from './body-definition';
import type { BodyOf } from './body-definition';
import { bool, int, list, mapOf, text } from './body-field';
import { messageModel, messageRequestMode } from './enum-fields';
import { messageQueue } from './model-fields';

export const LockBatchRequestBody = defineBody('LockBatchRequestBody', {
  clientId: text().required(),
  consumerGroup: text().required(),
  mqSet: list(messageQueue()).orMake(() => []),
  onlyThisBroker: bool().orElse(false),
});
export type LockBatchRequestBody = BodyOf<typeof LockBatchRequestBody>;

export const LockBatchResponseBody = defineBody('LockBatchResponseBody', {
  lockOKMQSet: list(messageQueue()).orMake(() => []),
});
export type LockBatchResponseBody = BodyOf<typeof LockBatchResponseBody>;

export const UnlockBatchRequestBody = defineBody('UnlockBatchRequestBody', {
  clientId: text().required(),
  consumerGroup: text().required(),
  mqSet: list(messageQueue()).orMake(() => []),
  onlyThisBroker: bool().orElse(false),
});
export type UnlockBatchRequestBody = BodyOf<typeof UnlockBatchRequestBody>;

export const QueryAssignmentRequestBody = defineBody('QueryAssignmentRequestBody', {
  clientId: text().required(),
  consumerGroup: text().required(),
  messageModel: messageModel(),
  strategyName: text(),
  topic: text().required(),
});
export type QueryAssignmentRequestBody = BodyOf<typeof QueryAssignmentRequestBody>;

export const MessageQueueAssignment = defineBody('MessageQueueAssignment', {
  attachments: mapOf(text()),
  messageQueue: messageQueue(),
  mode: messageRequestMode().orElse('PULL'),
});
export type MessageQueueAssignment = BodyOf<typeof MessageQueueAssignment>;

export const QueryAssignmentResponseBody = defineBody('QueryAssignmentResponseBody', {
  messageQueueAssignments: list(nested(MessageQueueAssignment)),
});
export type QueryAssignmentResponseBody = BodyOf<typeof QueryAssignmentResponseBody>;

export const SetMessageRequestModeRequestBody = defineBody('SetMessageRequestModeRequestBody', {
  consumerGroup: text().required(),
  mode: messageRequestMode().orElse('PULL'),
  popShareQueueNum: int().orElse(0),
  topic: text().required(),
});
export type SetMessageRequestModeRequestBody = BodyOf<typeof SetMessageRequestModeRequestBody>;

export const MessageRequestModeSerializeWrapper = defineBody('MessageRequestModeSerializeWrapper', {
  messageRequestModeMap: mapOf(mapOf(nested(SetMessageRequestModeRequestBody))).orMake(
    () => new Map(),
  ),
});
export type MessageRequestModeSerializeWrapper = BodyOf<typeof MessageRequestModeSerializeWrapper>;
