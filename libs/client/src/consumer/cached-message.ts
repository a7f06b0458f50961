import type { MessageExt } from '@rocket-nest/common';

/** A pulled message and where its consumption stands. */
export interface CachedMessage {
  readonly message: MessageExt;
  readonly sizeBytes: number;
  /** Monotonic time at which a listener got it; -1 while it waits. */
  startedAtMs: number;
  /** Consumed, sent back or given up: it holds the committed offset back no longer. */
  done: boolean;
}
