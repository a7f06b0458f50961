import type { MessageQueue } from '@rocket-nest/common';

/** Where a consumer stands on one of its queues. */
export interface QueueStatus {
  readonly messageQueue: MessageQueue;
  /** Messages held here, waiting or being consumed. */
  readonly cachedMessages: number;
  readonly cachedBytes: number;
  /** The offset that the next pull asks for. */
  readonly pullOffset: number;
  /** Up to where the queue is consumed, undefined before the first message. */
  readonly consumedOffset: number | undefined;
  /** Milliseconds since the last pull was sent. */
  readonly lastPullAgeMs: number;
  readonly locked: boolean;
}
