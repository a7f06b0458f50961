import type { MessageQueue } from '@rocket-nest/common';

/** Keeps up to where a group has consumed its queues. Offsets are those of the next message. */
export interface OffsetStore {
  /** Reads what was kept before; called once, before anything else. */
  load(): void;
  /** What this process knows, undefined when it has not set or read the queue's offset. */
  cached(queue: MessageQueue): number | undefined;
  /** What is kept, undefined when there is nothing for the queue; rejects when it cannot be read. */
  read(queue: MessageQueue): Promise<number | undefined>;
  /** Takes a new offset; `increaseOnly` leaves a higher one alone. */
  update(queue: MessageQueue, offset: number, increaseOnly: boolean): void;
  /** Keeps the offsets of these queues now; rejects when one could not be kept. */
  persist(queues: readonly MessageQueue[]): Promise<void>;
  /** Forgets the queue in this process; what is kept stays. */
  forget(queue: MessageQueue): void;
}
