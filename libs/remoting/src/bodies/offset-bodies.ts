/** Offsets of queues and groups. */
import { defineBody, nested } from './body-definition';
import type { BodyOf } from './body-definition';
import { double, int, intMapOf, list, long, mapOf, pairsOf, text } from './body-field';
import { OffsetWrapper, TopicOffset } from './common-bodies';
import { dataVersion, messageQueue } from './model-fields';

export const ConsumerOffsetSerializeWrapper = defineBody('ConsumerOffsetSerializeWrapper', {
  dataVersion: dataVersion(),
  offsetTable: mapOf(intMapOf(long())).orMake(() => new Map()),
});
export type ConsumerOffsetSerializeWrapper = BodyOf<typeof ConsumerOffsetSerializeWrapper>;

export const DelayOffsetSerializeWrapper = defineBody('DelayOffsetSerializeWrapper', {
  dataVersion: dataVersion(),
  offsetTable: intMapOf(long()).orMake(() => new Map()),
});
export type DelayOffsetSerializeWrapper = BodyOf<typeof DelayOffsetSerializeWrapper>;

export const OffsetSerializeWrapper = defineBody('OffsetSerializeWrapper', {
  offsetTable: pairsOf(messageQueue(), long()).orMake(() => []),
});
export type OffsetSerializeWrapper = BodyOf<typeof OffsetSerializeWrapper>;

export const TopicStatsTable = defineBody('TopicStatsTable', {
  offsetTable: pairsOf(messageQueue(), nested(TopicOffset)).orMake(() => []),
  topicPutTps: double().orElse(0.0),
});
export type TopicStatsTable = BodyOf<typeof TopicStatsTable>;

export const ConsumeStats = defineBody('ConsumeStats', {
  consumeTps: double().orElse(0.0),
  offsetTable: pairsOf(messageQueue(), nested(OffsetWrapper)).orMake(() => []),
});
export type ConsumeStats = BodyOf<typeof ConsumeStats>;

export const ConsumeStatsList = defineBody('ConsumeStatsList', {
  brokerAddr: text(),
  consumeStatsList: list(mapOf(list(nested(ConsumeStats)))).orMake(() => []),
  totalDiff: long().orElse(0),
  totalInflightDiff: long().orElse(0),
});
export type ConsumeStatsList = BodyOf<typeof ConsumeStatsList>;

export const ResetOffsetBody = defineBody('ResetOffsetBody', {
  offsetTable: pairsOf(messageQueue(), long()).orMake(() => []),
});
export type ResetOffsetBody = BodyOf<typeof ResetOffsetBody>;

export const MessageQueueForC = defineBody('MessageQueueForC', {
  brokerName: text(),
  offset: long().orElse(0),
  queueId: int().orElse(0),
  topic: text(),
});
export type MessageQueueForC = BodyOf<typeof MessageQueueForC>;

export const ResetOffsetBodyForC = defineBody('ResetOffsetBodyForC', {
  offsetTable: list(nested(MessageQueueForC)),
});
export type ResetOffsetBodyForC = BodyOf<typeof ResetOffsetBodyForC>;

export const QueryCorrectionOffsetBody = defineBody('QueryCorrectionOffsetBody', {
  correctionOffsets: intMapOf(long()).orMake(() => new Map()),
});
export type QueryCorrectionOffsetBody = BodyOf<typeof QueryCorrectionOffsetBody>;

export const OffsetMovedEvent = defineBody('OffsetMovedEvent', {
  consumerGroup: text(),
  messageQueue: messageQueue(),
  offsetNew: long().orElse(0),
  offsetRequest: long().orElse(0),
});
export type OffsetMovedEvent = BodyOf<typeof OffsetMovedEvent>;

export const QueueTimeSpan = defineBody('QueueTimeSpan', {
  consumeTimeStamp: long().orElse(0),
  consumeTimeStampStr: text(),
  delayTime: long().orElse(0),
  maxTimeStamp: long().orElse(0),
  maxTimeStampStr: text(),
  messageQueue: messageQueue(),
  minTimeStamp: long().orElse(0),
  minTimeStampStr: text(),
});
export type QueueTimeSpan = BodyOf<typeof QueueTimeSpan>;

export const QueryConsumeTimeSpanBody = defineBody('QueryConsumeTimeSpanBody', {
  consumeTimeSpanSet: list(nested(QueueTimeSpan)).orMake(() => []),
});
export type QueryConsumeTimeSpanBody = BodyOf<typeof QueryConsumeTimeSpanBody>;

export const GetConsumerStatusBody = defineBody('GetConsumerStatusBody', {
  consumerTable: mapOf(pairsOf(messageQueue(), long())).orMake(() => new Map()),
  messageQueueTable: pairsOf(messageQueue(), long()).orMake(() => []),
});
export type GetConsumerStatusBody = BodyOf<typeof GetConsumerStatusBody>;

export const RollbackStats = defineBody('RollbackStats', {
  brokerName: text(),
  brokerOffset: long().orElse(0),
  consumerOffset: long().orElse(0),
  queueId: long().orElse(0),
  rollbackOffset: long().orElse(0),
  timestampOffset: long().orElse(0),
});
export type RollbackStats = BodyOf<typeof RollbackStats>;
