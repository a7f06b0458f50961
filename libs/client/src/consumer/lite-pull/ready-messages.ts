import { realClearTimeout, realSetTimeout } from '@rocket-nest/common/internal';
import { ClientError } from '../../errors/client-error';
import type { CachedMessage } from '../cached-message';
import type { ProcessQueue } from '../process-queue';

/** Messages of one queue, in order. */
export interface Chunk {
  readonly queue: ProcessQueue;
  readonly entries: readonly CachedMessage[];
}

/** The longest wait that a timer can be set to. */
const LONGEST_MS = 0x7fffffff;

/**
 * Pulled messages that nobody has taken yet. Queues take turns; what is held is bounded by the pull
 * thresholds.
 */
export class ReadyMessages {
  private readonly chunks = new Map<ProcessQueue, (readonly CachedMessage[])[]>();
  private readonly waiters = new Set<() => void>();
  private closed = false;

  constructor(private readonly isPaused: (queue: ProcessQueue) => boolean) {}

  add(queue: ProcessQueue, entries: readonly CachedMessage[]): void {
    const waiting = this.chunks.get(queue);
    if (waiting) waiting.push(entries);
    else this.chunks.set(queue, [entries]);
    this.wake();
  }

  /** Gives back what was taken last of its queue and not used. */
  putBack({ queue, entries }: Chunk): void {
    if (entries.length === 0) return;
    this.chunks.set(queue, [entries, ...(this.chunks.get(queue) ?? [])]);
    this.wake();
  }

  forget(queue: ProcessQueue): void {
    this.chunks.delete(queue);
  }

  /** Those who wait look again: a queue is not paused any more, for example. */
  wake(): void {
    for (const waiter of [...this.waiters]) waiter();
  }

  /** Ends all waits, and those to come. */
  close(): void {
    this.closed = true;
    this.wake();
  }

  /**
   * The next messages of a queue that is not paused; undefined when none come in time. Rejects with
   * ABORTED. While it waits it keeps the process alive, as any request does.
   */
  next(timeoutMs: number, signal: AbortSignal | undefined): Promise<Chunk | undefined> {
    return new Promise((resolve, reject) => {
      const settle = (finish: () => void): void => {
        this.waiters.delete(look);
        realClearTimeout(timer);
        signal?.removeEventListener('abort', abort);
        finish();
      };
      const look = (): void => {
        const chunk = this.closed ? undefined : this.take();
        if (chunk || this.closed) settle(() => resolve(chunk));
      };
      const abort = (): void =>
        settle(() => reject(new ClientError('ABORTED', 'the poll was aborted')));
      const timer = realSetTimeout(
        () => settle(() => resolve(undefined)),
        Math.min(timeoutMs, LONGEST_MS),
      );
      if (signal?.aborted) {
        abort();
        return;
      }
      signal?.addEventListener('abort', abort, { once: true });
      this.waiters.add(look);
      look();
    });
  }

  private take(): Chunk | undefined {
    for (const [queue, waiting] of this.chunks) {
      if (this.isPaused(queue)) continue;
      this.chunks.delete(queue);
      const [entries, ...rest] = waiting;
      if (queue.dropped || !entries) continue;
      if (rest.length > 0) this.chunks.set(queue, rest); // behind the others
      return { queue, entries };
    }
    return undefined;
  }
}
