import type { Clock } from '@rocket-nest/common';
import { realSetImmediate } from '@rocket-nest/common/internal';

/** How long background work holds the event loop at a time. */
const SLICE_MS = 4;

/** Lets everything else that is ready run first. */
export function nextTurn(): Promise<void> {
  return new Promise((resolve) => realSetImmediate(resolve));
}

/** Cuts background work into slices. */
export class Slices {
  private untilMs: number;

  constructor(private readonly clock: Clock) {
    this.untilMs = clock.monotonicNow() + SLICE_MS;
  }

  /** To be awaited between pieces of work; gives way once the slice is over. */
  async pause(): Promise<void> {
    if (this.clock.monotonicNow() < this.untilMs) return;
    await nextTurn();
    this.untilMs = this.clock.monotonicNow() + SLICE_MS;
  }
}
