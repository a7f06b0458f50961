import type { CachedMessage } from './cached-message';
import type { ProcessQueue } from './process-queue';

/** Hands pulled messages to the listener and does what it says. */
export interface ConsumeService {
  start(): void;
  /** Takes messages that were just put into the queue. */
  submit(processQueue: ProcessQueue, added: readonly CachedMessage[]): void;
  /** Starts no further calls; those that run go on. */
  stop(): void;
  /** Begins calls that waited because their topic was suspended. */
  resume(): void;
  /** Resolves once no call runs for the queue; without one, once no call runs at all. */
  whenIdle(processQueue?: ProcessQueue): Promise<void>;
}
