/** Batch acknowledgement of popped messages. */
import { defineBody, nested } from './body-definition';
import type { BodyOf } from './body-definition';
import { int, list, long, text } from './body-field';

export const BatchAck = defineBody('BatchAck', {
  b: text().alias('bitSet'),
  c: text().alias('consumerGroup').required(),
  it: long().alias('invisibleTime').orElse(0),
  pt: long().alias('popTime').orElse(0),
  q: int().alias('queueId').orElse(0),
  r: text().alias('retry'),
  rq: int().alias('reviveQueueId').orElse(0),
  so: long().alias('startOffset').orElse(0),
  t: text().alias('topic').required(),
});
export type BatchAck = BodyOf<typeof BatchAck>;

export const BatchAckMessageRequestBody = defineBody('BatchAckMessageRequestBody', {
  acks: list(nested(BatchAck)),
  brokerName: text(),
});
export type BatchAckMessageRequestBody = BodyOf<typeof BatchAckMessageRequestBody>;
