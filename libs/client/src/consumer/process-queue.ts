import assert from 'node:assert';
import type { MessageExt, MessageQueue } from '@rocket-nest/common';
import type { CachedMessage } from './cached-message';

/** How many handled entries may stay at the front before the array is cut. */
const COMPACT_ABOVE = 256;

/** How long a broker's queue lock is trusted after it was last granted. */
export const QUEUE_LOCK_TRUSTED_MS = 30_000;

/**
 * The pulled, not yet committed messages of one queue, in queue order. A concurrent consumer
 * finishes them in any order, an orderly one takes them from the front; either way the offset to
 * commit is that of the first message not finished.
 */
export class ProcessQueue {
  readonly messageQueue: MessageQueue;
  /** No longer this client's: nothing more is pulled or delivered. */
  dropped = false;
  /** Somebody else may consume it by now: the results of calls that still run do not commit. */
  abandoned = false;
  /** Called after messages were finished, so that a stopped puller can go on. */
  onProgress: (() => void) | undefined = undefined;
  /** Granted by the broker; only meaningful for an orderly listener. */
  locked = false;
  lastLockMs = -Infinity;
  lastPullMs: number;
  lastConsumeMs: number;

  private entries: CachedMessage[] = [];
  private head = 0;
  /** Up to here an orderly listener has taken messages it has not finished. */
  private taken = 0;
  private waitingCount = 0;
  private waitingBytes = 0;
  private lastPutOffset = -1;

  constructor(messageQueue: MessageQueue, nowMs: number) {
    this.messageQueue = messageQueue;
    this.lastPullMs = nowMs;
    this.lastConsumeMs = nowMs;
  }

  /** Messages held, waiting or being consumed. */
  get messageCount(): number {
    return this.waitingCount;
  }

  get sizeBytes(): number {
    return this.waitingBytes;
  }

  /** Distance between the first and the last message held, in queue offsets. */
  get maxSpan(): number {
    if (this.head === this.entries.length) return 0;
    return this.lastPutOffset - this.entries[this.head].message.queueOffset;
  }

  get minOffset(): number {
    return this.entries[this.head]?.message.queueOffset ?? -1;
  }

  get maxOffset(): number {
    return this.lastPutOffset;
  }

  lockExpired(nowMs: number): boolean {
    return nowMs - this.lastLockMs > QUEUE_LOCK_TRUSTED_MS;
  }

  /**
   * Adds pulled messages and returns those that are new; what was held before (a pull repeated after
   * a lost answer) is left out.
   */
  putMessages(messages: readonly MessageExt[]): CachedMessage[] {
    const added: CachedMessage[] = [];
    for (const message of messages) {
      if (message.queueOffset <= this.lastPutOffset) continue;
      const sizeBytes = message.body.length;
      const entry = { message, sizeBytes, undecodable: false, done: false };
      this.lastPutOffset = message.queueOffset;
      this.waitingCount++;
      this.waitingBytes += entry.sizeBytes;
      this.entries.push(entry);
      added.push(entry);
    }
    return added;
  }

  /**
   * Finishes messages and returns the offset to commit: that of the first one still held, or the one
   * after the last; -1 when nothing is to commit.
   */
  removeMessages(finished: readonly CachedMessage[]): number {
    if (this.head === this.entries.length) return -1;
    for (const entry of finished) this.finish(entry);
    return this.dropFinished();
  }

  /** The next messages for an orderly listener, at most `maxCount`; they stay held until `commit`. */
  takeMessages(maxCount: number): CachedMessage[] {
    const batch = this.entries.slice(this.taken, this.taken + maxCount);
    this.taken += batch.length;
    return batch;
  }

  /** Whether an orderly listener has messages to take. */
  get hasUntaken(): boolean {
    return this.taken < this.entries.length;
  }

  /**
   * Finishes the first `count` messages taken (default all) and returns the offset to commit; -1 when
   * nothing was taken.
   */
  commitTaken(count = this.taken - this.head): number {
    assert(count <= this.taken - this.head);
    if (count === 0) return -1;
    for (let index = 0; index < count; index++) this.finish(this.entries[this.head + index]);
    return this.dropFinished();
  }

  /** Puts back the last `count` messages taken (default all); they are taken again next. */
  rollbackTaken(count = this.taken - this.head): void {
    assert(count <= this.taken - this.head);
    this.taken -= count;
  }

  clear(): void {
    for (let index = this.head; index < this.entries.length; index++) {
      this.entries[index].done = true;
    }
    this.entries = [];
    this.head = this.taken = 0;
    this.waitingCount = this.waitingBytes = 0;
  }

  private finish(entry: CachedMessage): void {
    if (entry.done) return;
    entry.done = true;
    this.waitingCount--;
    this.waitingBytes -= entry.sizeBytes;
  }

  private dropFinished(): number {
    while (this.head < this.entries.length && this.entries[this.head].done) this.head++;
    if (this.taken < this.head) this.taken = this.head;
    const next =
      this.head < this.entries.length
        ? this.entries[this.head].message.queueOffset
        : this.lastPutOffset + 1;
    if (this.head > COMPACT_ABOVE && this.head * 2 > this.entries.length) {
      this.entries = this.entries.slice(this.head);
      this.taken -= this.head;
      this.head = 0;
    }
    assert(this.waitingCount >= 0 && this.waitingBytes >= 0);
    this.onProgress?.();
    return next;
  }
}
