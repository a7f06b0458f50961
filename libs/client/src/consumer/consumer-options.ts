import { homedir } from 'node:os';
import { join } from 'node:path';
import type { AllocateMessageQueueStrategy } from '../allocate/allocate-message-queue-strategy';
import { AllocateMessageQueueAveragely } from '../allocate/allocate-message-queue-averagely';
import type { ClientOptions } from '../config/client-options';
import type { ConsumeMessageHook } from '../hook/consume-message-hook';
import type { OffsetStore } from '../offset/offset-store';
import type { TraceOptions } from '../trace/trace-options';
import type { ConsumeFromWhere } from './consume-from-where';
import type { MessageModel } from './message-model';

export interface PushConsumerOptions extends ClientOptions, TraceOptions {
  /** Letters, digits and `%|_-`, at most 120. */
  consumerGroup: string;
  /** Default CLUSTERING. */
  messageModel?: MessageModel | undefined;
  /**
   * Default CONSUME_FROM_LAST_OFFSET. As with the original, a clustering group begins at offset 0 of
   * a queue that still has its first message, whatever is said here. Of a topic that did not exist
   * when the consumer started, CONSUME_FROM_LAST_OFFSET takes all that was sent since.
   */
  consumeFromWhere?: ConsumeFromWhere | undefined;
  /** For CONSUME_FROM_TIMESTAMP, milliseconds since the epoch. Default: 30 minutes ago. */
  consumeTimestampMs?: number | undefined;
  /** Listener calls running at a time, each with one batch. Default 20. */
  concurrency?: number | undefined;
  /** Messages handed to one listener call, at most. Default 1. */
  consumeMessageBatchMaxSize?: number | undefined;
  /** Messages asked for in one pull. Default 32; the broker gives no more than it allows. */
  pullBatchSize?: number | undefined;
  /** Bytes asked for in one pull. Default 256 KiB. */
  pullBatchSizeBytes?: number | undefined;
  /** Pause between pulls of a queue. Default 0. */
  pullIntervalMs?: number | undefined;
  /** Messages held per queue above which it is not pulled. Default 1000. */
  pullThresholdForQueue?: number | undefined;
  /** MiB held per queue above which it is not pulled. Default 100. */
  pullThresholdSizeForQueueMiB?: number | undefined;
  /** Messages held per topic, divided among its queues here. Default -1: only the queue's limit. */
  pullThresholdForTopic?: number | undefined;
  /** MiB held per topic, divided among its queues here. Default -1: only the queue's limit. */
  pullThresholdSizeForTopicMiB?: number | undefined;
  /** Distance of first and last offset held above which a concurrent queue is not pulled. Default 2000. */
  consumeConcurrentlyMaxSpan?: number | undefined;
  /** Time after which a running concurrent call's messages are sent back. Default 900 000 (15 min). */
  consumeTimeoutMs?: number | undefined;
  /**
   * Further deliveries before a message goes to the dead letter topic. Default -1: 16 when concurrent,
   * without end when orderly.
   */
  maxReconsumeTimes?: number | undefined;
  /** Pause of an orderly queue before its messages are delivered again. Default 1000. */
  suspendCurrentQueueTimeMs?: number | undefined;
  /** How members share queues; all of a group must use the same. Default averagely. */
  allocateMessageQueueStrategy?: AllocateMessageQueueStrategy | undefined;
  /** Default 5000. */
  persistConsumerOffsetIntervalMs?: number | undefined;
  /** Default 20 000. */
  rebalanceIntervalMs?: number | undefined;
  /** Time that `shutdown` gives running listener calls. Default 30 000. */
  awaitTerminationMsWhenShutdown?: number | undefined;
  /** Folder of a broadcasting group's offsets. Default `.rocketmq_offsets` in the user's home. */
  localOffsetStoreDir?: string | undefined;
  /** Keeps the offsets instead of brokers or files. */
  offsetStore?: OffsetStore | undefined;
  /** See every listener call. */
  consumeMessageHooks?: readonly ConsumeMessageHook[] | undefined;
}

/** `PushConsumerOptions` with defaults, without what concerns the connection. */
export interface ConsumerSettings {
  readonly messageModel: MessageModel;
  readonly consumeFromWhere: ConsumeFromWhere;
  readonly consumeTimestampMs: number | undefined;
  readonly concurrency: number;
  readonly consumeMessageBatchMaxSize: number;
  readonly pullBatchSize: number;
  readonly pullBatchSizeBytes: number;
  readonly pullIntervalMs: number;
  readonly pullThresholdForQueue: number;
  readonly pullThresholdSizeForQueueMiB: number;
  readonly pullThresholdForTopic: number;
  readonly pullThresholdSizeForTopicMiB: number;
  readonly consumeConcurrentlyMaxSpan: number;
  readonly consumeTimeoutMs: number;
  readonly maxReconsumeTimes: number;
  readonly suspendCurrentQueueTimeMs: number;
  readonly allocateMessageQueueStrategy: AllocateMessageQueueStrategy;
  readonly persistConsumerOffsetIntervalMs: number;
  readonly rebalanceIntervalMs: number;
  readonly awaitTerminationMsWhenShutdown: number;
  readonly localOffsetStoreDir: string;
  readonly offsetStore: OffsetStore | undefined;
}

export function consumerSettings(options: PushConsumerOptions): ConsumerSettings {
  return {
    messageModel: options.messageModel ?? 'CLUSTERING',
    consumeFromWhere: options.consumeFromWhere ?? 'CONSUME_FROM_LAST_OFFSET',
    consumeTimestampMs: options.consumeTimestampMs,
    concurrency: options.concurrency ?? 20,
    consumeMessageBatchMaxSize: options.consumeMessageBatchMaxSize ?? 1,
    pullBatchSize: options.pullBatchSize ?? 32,
    pullBatchSizeBytes: options.pullBatchSizeBytes ?? 256 * 1024,
    pullIntervalMs: options.pullIntervalMs ?? 0,
    pullThresholdForQueue: options.pullThresholdForQueue ?? 1000,
    pullThresholdSizeForQueueMiB: options.pullThresholdSizeForQueueMiB ?? 100,
    pullThresholdForTopic: options.pullThresholdForTopic ?? -1,
    pullThresholdSizeForTopicMiB: options.pullThresholdSizeForTopicMiB ?? -1,
    consumeConcurrentlyMaxSpan: options.consumeConcurrentlyMaxSpan ?? 2000,
    consumeTimeoutMs: options.consumeTimeoutMs ?? 15 * 60_000,
    maxReconsumeTimes: options.maxReconsumeTimes ?? -1,
    suspendCurrentQueueTimeMs: options.suspendCurrentQueueTimeMs ?? 1000,
    allocateMessageQueueStrategy:
      options.allocateMessageQueueStrategy ?? new AllocateMessageQueueAveragely(),
    persistConsumerOffsetIntervalMs: options.persistConsumerOffsetIntervalMs ?? 5000,
    rebalanceIntervalMs: options.rebalanceIntervalMs ?? 20_000,
    awaitTerminationMsWhenShutdown: options.awaitTerminationMsWhenShutdown ?? 30_000,
    localOffsetStoreDir: options.localOffsetStoreDir ?? join(homedir(), '.rocketmq_offsets'),
    offsetStore: options.offsetStore,
  };
}
