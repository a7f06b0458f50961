import type { MessageQueue } from '@rocket-nest/common';
import type { AllocateMessageQueueStrategy } from '../../allocate/allocate-message-queue-strategy';
import type { ClientOptions } from '../../config/client-options';
import type { ConsumeMessageHook } from '../../hook/consume-message-hook';
import type { OffsetStore } from '../../offset/offset-store';
import type { TraceOptions } from '../../trace/trace-options';
import type { ConsumeFromWhere } from '../consume-from-where';
import { consumerSettings, type ConsumerSettings } from '../consumer-options';
import type { MessageModel } from '../message-model';

/** Hears when the queues of a topic that this member works on have changed. */
export type MessageQueueListener = (
  topic: string,
  all: readonly MessageQueue[],
  mine: readonly MessageQueue[],
) => void;

export interface LitePullConsumerOptions extends ClientOptions, TraceOptions {
  /** Letters, digits and `%|_-`, at most 120. */
  consumerGroup: string;
  /** Default CLUSTERING. */
  messageModel?: MessageModel | undefined;
  /** Default CONSUME_FROM_LAST_OFFSET; see the push consumer. */
  consumeFromWhere?: ConsumeFromWhere | undefined;
  /** For CONSUME_FROM_TIMESTAMP, milliseconds since the epoch. Default: 30 minutes ago. */
  consumeTimestampMs?: number | undefined;
  /** Whether consumed offsets are stored by themselves. Default true. */
  autoCommit?: boolean | undefined;
  /** Default 5000, at least 1000. */
  autoCommitIntervalMs?: number | undefined;
  /** Time that `poll` waits for messages. Default 5000. */
  pollTimeoutMs?: number | undefined;
  /** Messages asked for in one pull, and handed out by one `poll`, at most. Default 10. */
  pullBatchSize?: number | undefined;
  /** Bytes asked for in one pull. Default 256 KiB. */
  pullBatchSizeBytes?: number | undefined;
  /** Messages held per queue above which it is not pulled. Default 1000. */
  pullThresholdForQueue?: number | undefined;
  /** MiB held per queue above which it is not pulled. Default 100. */
  pullThresholdSizeForQueueMiB?: number | undefined;
  /** Messages held in all queues together above which none is pulled. Default 10 000. */
  pullThresholdForAll?: number | undefined;
  /** Distance of first and last offset held above which a queue is not pulled. Default 2000. */
  consumeMaxSpan?: number | undefined;
  /** How members share queues; all of a group must use the same. Default averagely. */
  allocateMessageQueueStrategy?: AllocateMessageQueueStrategy | undefined;
  messageQueueListener?: MessageQueueListener | undefined;
  /** Default 20 000. */
  rebalanceIntervalMs?: number | undefined;
  /** Folder of a broadcasting group's offsets. Default `.rocketmq_offsets` in the user's home. */
  localOffsetStoreDir?: string | undefined;
  /** Keeps the offsets instead of brokers or files. */
  offsetStore?: OffsetStore | undefined;
  /** See what is handed out; they are told of its end at once, as with the original. */
  consumeMessageHooks?: readonly ConsumeMessageHook[] | undefined;
}

/** What only lite pull consumers have, with defaults. */
export interface LitePullSettings {
  readonly autoCommit: boolean;
  readonly autoCommitIntervalMs: number;
  readonly pollTimeoutMs: number;
  readonly pullThresholdForAll: number;
  readonly messageQueueListener: MessageQueueListener | undefined;
}

const LEAST_COMMIT_INTERVAL_MS = 1000;

export function litePullSettings(options: LitePullConsumerOptions): LitePullSettings {
  return {
    autoCommit: options.autoCommit ?? true,
    autoCommitIntervalMs: Math.max(LEAST_COMMIT_INTERVAL_MS, options.autoCommitIntervalMs ?? 5000),
    pollTimeoutMs: options.pollTimeoutMs ?? 5000,
    pullThresholdForAll: options.pullThresholdForAll ?? 10_000,
    messageQueueListener: options.messageQueueListener,
  };
}

/** What pulling and sharing queues have in common with a push consumer. */
export function litePullConsumerSettings(options: LitePullConsumerOptions): ConsumerSettings {
  return consumerSettings({
    consumerGroup: options.consumerGroup,
    messageModel: options.messageModel,
    consumeFromWhere: options.consumeFromWhere,
    consumeTimestampMs: options.consumeTimestampMs,
    pullBatchSize: options.pullBatchSize ?? 10,
    pullBatchSizeBytes: options.pullBatchSizeBytes,
    pullThresholdForQueue: options.pullThresholdForQueue,
    pullThresholdSizeForQueueMiB: options.pullThresholdSizeForQueueMiB,
    consumeConcurrentlyMaxSpan: options.consumeMaxSpan,
    allocateMessageQueueStrategy: options.allocateMessageQueueStrategy,
    rebalanceIntervalMs: options.rebalanceIntervalMs,
    localOffsetStoreDir: options.localOffsetStoreDir,
    offsetStore: options.offsetStore,
  });
}
