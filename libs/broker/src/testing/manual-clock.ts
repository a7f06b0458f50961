import type { Clock, Timer } from '@rocket-nest/common';

interface Task {
  atMs: number;
  readonly everyMs: number | undefined;
  readonly run: () => void;
}

/** A clock that only moves when told; wall and monotonic time move together. */
export class ManualClock implements Clock {
  private readonly tasks = new Set<Task>();
  private elapsedMs = 0;

  constructor(private readonly wallStartMs = 1_700_000_000_000) {}

  wallNow(): number {
    return this.wallStartMs + this.elapsedMs;
  }

  monotonicNow(): number {
    return this.elapsedMs;
  }

  atWall(atWallMs: number, task: () => void): Timer {
    return this.add(atWallMs - this.wallStartMs, undefined, task);
  }

  after(delayMs: number, task: () => void): Timer {
    return this.add(this.elapsedMs + delayMs, undefined, task);
  }

  every(intervalMs: number, task: () => void): Timer {
    return this.add(this.elapsedMs + intervalMs, intervalMs, task);
  }

  /** Moves on by `ms`, running what becomes due in order. */
  advance(ms: number): void {
    const targetMs = this.elapsedMs + ms;
    for (let next = this.earliest(targetMs); next; next = this.earliest(targetMs)) {
      this.elapsedMs = Math.max(this.elapsedMs, next.atMs);
      if (next.everyMs === undefined) this.tasks.delete(next);
      else next.atMs += next.everyMs;
      next.run();
    }
    this.elapsedMs = targetMs;
  }

  private add(atMs: number, everyMs: number | undefined, run: () => void): Timer {
    const task: Task = { atMs, everyMs, run };
    this.tasks.add(task);
    return { cancel: () => void this.tasks.delete(task) };
  }

  private earliest(untilMs: number): Task | undefined {
    let found: Task | undefined;
    for (const task of this.tasks) {
      if (task.atMs <= untilMs && (!found || task.atMs < found.atMs)) found = task;
    }
    return found;
  }
}
