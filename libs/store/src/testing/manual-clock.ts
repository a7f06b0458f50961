import type { Clock, Timer } from '@rocket-nest/common';

interface Task {
  readonly dueMs: number;
  readonly order: number;
  readonly run: () => void;
}

/** A clock that stands still until it is told to move; both times move together. */
export class ManualClock implements Clock {
  private nowMs = 0;
  private order = 0;
  private tasks: Task[] = [];

  constructor(private readonly wallStartMs = 1_700_000_000_000) {}

  wallNow(): number {
    return this.wallStartMs + this.nowMs;
  }

  monotonicNow(): number {
    return this.nowMs;
  }

  atWall(atWallMs: number, task: () => void): Timer {
    return this.add(atWallMs - this.wallStartMs, task);
  }

  after(delayMs: number, task: () => void): Timer {
    return this.add(this.nowMs + delayMs, task);
  }

  every(intervalMs: number, task: () => void): Timer {
    let timer: Timer;
    const arm = (): void => {
      timer = this.after(intervalMs, () => {
        arm();
        task();
      });
    };
    arm();
    return { cancel: () => timer.cancel() };
  }

  /** Moves on, running what becomes due in order. */
  advance(ms: number): void {
    const targetMs = this.nowMs + ms;
    for (let task = this.next(targetMs); task; task = this.next(targetMs)) {
      this.nowMs = Math.max(this.nowMs, task.dueMs);
      this.tasks = this.tasks.filter((other) => other !== task);
      task.run();
    }
    this.nowMs = targetMs;
  }

  private next(untilMs: number): Task | undefined {
    const due = this.tasks.filter(({ dueMs }) => dueMs <= untilMs);
    return due.sort((a, b) => a.dueMs - b.dueMs || a.order - b.order)[0];
  }

  private add(dueMs: number, run: () => void): Timer {
    const task = { dueMs, order: this.order++, run };
    this.tasks.push(task);
    return { cancel: () => (this.tasks = this.tasks.filter((other) => other !== task)) };
  }
}
