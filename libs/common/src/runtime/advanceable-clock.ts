import type { Clock, Timer } from './clock';
import { SystemClock } from './system-clock';

interface WallTask {
  readonly atWallMs: number;
  readonly order: number;
  readonly run: () => void;
  timer: Timer;
}

/**
 * The system's clocks with a wall time that a test can move forward. Monotonic time stays real, so
 * time-outs and heartbeats are not disturbed.
 */
export class AdvanceableClock implements Clock {
  private readonly system = new SystemClock();
  private readonly waiting = new Set<WallTask>();
  private shiftMs = 0;
  private nextOrder = 0;

  wallNow(): number {
    return this.system.wallNow() + this.shiftMs;
  }

  /** When the next task that waits for wall time is due; undefined when none waits. */
  get nextDueMs(): number | undefined {
    let nextMs: number | undefined;
    for (const { atWallMs } of this.waiting) nextMs = Math.min(nextMs ?? atWallMs, atWallMs);
    return nextMs;
  }

  monotonicNow(): number {
    return this.system.monotonicNow();
  }

  atWall(atWallMs: number, task: () => void): Timer {
    const entry: WallTask = {
      atWallMs,
      order: this.nextOrder++,
      run: task,
      timer: { cancel: () => undefined },
    };
    this.waiting.add(entry);
    this.arm(entry);
    return {
      cancel: () => {
        this.waiting.delete(entry);
        entry.timer.cancel();
      },
    };
  }

  after(delayMs: number, task: () => void): Timer {
    return this.system.after(delayMs, task);
  }

  every(intervalMs: number, task: () => void): Timer {
    return this.system.every(intervalMs, task);
  }

  /**
   * Moves wall time forward by `ms`. What becomes due runs before this returns, in the order of its
   * due time, each seeing a wall time of at least its own; tasks set meanwhile are included.
   */
  advance(ms: number): void {
    const targetShiftMs = this.shiftMs + ms;
    const targetMs = this.system.wallNow() + targetShiftMs;
    try {
      for (let next = this.earliest(targetMs); next; next = this.earliest(targetMs)) {
        const wallMs = this.wallNow();
        if (next.atWallMs > wallMs) this.shiftMs += next.atWallMs - wallMs;
        this.fire(next);
      }
    } finally {
      this.shiftMs = Math.max(this.shiftMs, targetShiftMs);
      for (const entry of this.waiting) this.arm(entry);
    }
  }

  private earliest(untilMs: number): WallTask | undefined {
    let found: WallTask | undefined;
    for (const entry of this.waiting) {
      if (entry.atWallMs > untilMs) continue;
      const earlier =
        !found ||
        entry.atWallMs < found.atWallMs ||
        (entry.atWallMs === found.atWallMs && entry.order < found.order);
      if (earlier) found = entry;
    }
    return found;
  }

  private arm(entry: WallTask): void {
    entry.timer.cancel();
    entry.timer = this.system.after(Math.max(0, entry.atWallMs - this.wallNow()), () =>
      this.fire(entry),
    );
  }

  private fire(entry: WallTask): void {
    if (!this.waiting.delete(entry)) return;
    entry.timer.cancel();
    entry.run();
  }
}
