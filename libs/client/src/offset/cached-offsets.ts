import type { MessageQueue } from '@rocket-nest/common';
import { messageQueueKey } from '../route/message-queues';

interface CachedOffset {
  readonly queue: MessageQueue;
  offset: number;
  /** The offset that is known to be kept; -1 when none is. */
  persisted: number;
}

/** The offsets that a store knows in this process, and which of them are not kept yet. */
export class CachedOffsets {
  private readonly entries = new Map<string, CachedOffset>();

  get(queue: MessageQueue): number | undefined {
    return this.entries.get(messageQueueKey(queue))?.offset;
  }

  set(queue: MessageQueue, offset: number, increaseOnly: boolean): void {
    const key = messageQueueKey(queue);
    const entry = this.entries.get(key);
    if (!entry) this.entries.set(key, { queue, offset, persisted: -1 });
    else if (!increaseOnly || offset > entry.offset) entry.offset = offset;
  }

  /** Those of `queues` whose offset is not kept yet. */
  changed(queues: readonly MessageQueue[]): (readonly [MessageQueue, number])[] {
    return queues.flatMap((queue) => {
      const entry = this.entries.get(messageQueueKey(queue));
      return entry && entry.offset !== entry.persisted ? [[queue, entry.offset] as const] : [];
    });
  }

  markPersisted(queue: MessageQueue, offset: number): void {
    const entry = this.entries.get(messageQueueKey(queue));
    if (entry) entry.persisted = offset;
  }

  delete(queue: MessageQueue): void {
    this.entries.delete(messageQueueKey(queue));
  }

  all(): (readonly [MessageQueue, number])[] {
    return [...this.entries.values()].map(({ queue, offset }) => [queue, offset] as const);
  }
}
