import type { Clock, Timer } from '@rocket-nest/common';

const TICK_MS = 50;
const SLOTS = 512;

/** Something that ends by itself at its time unless it was removed before. */
export abstract class TimeoutEntry {
  /** Monotonic time; set by the wheel. */
  deadlineMs = 0;
  /** Links within a slot; undefined outside the wheel. Used by the wheel only. */
  slot: Slot | undefined = undefined;
  previous: TimeoutEntry | undefined = undefined;
  next: TimeoutEntry | undefined = undefined;

  abstract onTimeout(): void;
}

class Slot {
  first: TimeoutEntry | undefined = undefined;
}

/**
 * Time-outs of any number of entries by one timer, which runs only while there are entries. An
 * entry fires up to 50 ms late, never early.
 */
export class TimeoutWheel {
  private readonly slots: readonly Slot[] = Array.from({ length: SLOTS }, () => new Slot());
  private count = 0;
  /** The last tick that was swept. */
  private tick = 0;
  private timer: Timer | undefined = undefined;

  constructor(private readonly clock: Clock) {}

  get size(): number {
    return this.count;
  }

  add(entry: TimeoutEntry, timeoutMs: number): void {
    const nowMs = this.clock.monotonicNow();
    if (this.timer === undefined) {
      this.tick = Math.floor(nowMs / TICK_MS);
      this.timer = this.clock.every(TICK_MS, () => this.sweep());
    }
    entry.deadlineMs = nowMs + Math.max(0, timeoutMs);
    const dueTick = Math.max(Math.ceil(entry.deadlineMs / TICK_MS), this.tick + 1);
    const slot = this.slots[dueTick % SLOTS];
    entry.slot = slot;
    entry.previous = undefined;
    entry.next = slot.first;
    if (slot.first !== undefined) slot.first.previous = entry;
    slot.first = entry;
    this.count++;
  }

  /** Nothing happens when the entry has fired or was removed. */
  remove(entry: TimeoutEntry): void {
    const { slot, previous, next } = entry;
    if (slot === undefined) return;
    if (previous === undefined) slot.first = next;
    else previous.next = next;
    if (next !== undefined) next.previous = previous;
    entry.slot = undefined;
    entry.previous = undefined;
    entry.next = undefined;
    this.count--;
  }

  stop(): void {
    this.timer?.cancel();
    this.timer = undefined;
  }

  private sweep(): void {
    const nowMs = this.clock.monotonicNow();
    const nowTick = Math.floor(nowMs / TICK_MS);
    const from = Math.max(this.tick + 1, nowTick - SLOTS + 1);
    this.tick = nowTick;
    const due: TimeoutEntry[] = [];
    for (let tick = from; tick <= nowTick; tick++) this.takeDue(tick % SLOTS, nowMs, due);
    if (this.count === 0) this.stop();
    for (const entry of due) entry.onTimeout();
  }

  private takeDue(index: number, nowMs: number, due: TimeoutEntry[]): void {
    let entry = this.slots[index].first;
    while (entry !== undefined) {
      const { next } = entry;
      if (entry.deadlineMs <= nowMs) {
        this.remove(entry);
        due.push(entry);
      }
      entry = next;
    }
  }
}
