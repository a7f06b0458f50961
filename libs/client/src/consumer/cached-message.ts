import type { MessageExt } from '@rocket-nest/common';

/** A pulled message and where its consumption stands. */
export interface CachedMessage {
  readonly message: MessageExt;
  readonly sizeBytes: number;
  /** Its body is damaged: no listener gets it, it goes to the dead letter topic. */
  undecodable: boolean;
  /** Consumed, sent back or given up: it holds the committed offset back no longer. */
  done: boolean;
}
