import type { QueueStatus } from '@rocket-nest/client';

/** A running consumer group of this application, as it stands now. */
export interface LiveConsumer {
  readonly connection: string;
  readonly consumerGroup: string;
  readonly listenerIds: readonly string[];
  /** Stopped or paused by hand; not counted as a fault. */
  readonly paused: boolean;
  /** The queues that are assigned to it. */
  readonly queues: readonly QueueStatus[];
}

/** A queue with the messages of it that the group has still to consume. */
export interface QueueWithLag {
  readonly status: QueueStatus;
  /** Undefined when its broker did not answer. */
  readonly lag: number | undefined;
}

/** Messages of a queue up to `maxOffset` that are not consumed. */
export function lagOf(status: QueueStatus, maxOffset: number): number {
  const consumed = status.consumedOffset ?? status.pullOffset - status.cachedMessages;
  return Math.max(0, maxOffset - consumed);
}
