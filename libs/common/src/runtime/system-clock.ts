import type { Clock, Timer } from './clock';
import { realClearTimeout, realMonotonicNow, realSetTimeout, realWallNow } from './real-timers';

/** The longest delay one runtime timer can hold (2^31 - 1 ms); longer waits are chained. */
const LONGEST_TIMER_MS = 0x7fffffff;

/** Wall time may be set, or go on while the machine sleeps: waits for it look again this often. */
const WALL_CHECK_MS = 30_000;

/** The operating system's clocks. */
export class SystemClock implements Clock {
  wallNow(): number {
    return realWallNow();
  }

  monotonicNow(): number {
    return realMonotonicNow();
  }

  atWall(atWallMs: number, task: () => void): Timer {
    return this.startUntil(() => atWallMs - this.wallNow(), WALL_CHECK_MS, task);
  }

  after(delayMs: number, task: () => void): Timer {
    const dueMs = this.monotonicNow() + delayMs;
    return this.startUntil(() => dueMs - this.monotonicNow(), LONGEST_TIMER_MS, task);
  }

  every(intervalMs: number, task: () => void): Timer {
    let handle: NodeJS.Timeout | undefined;
    const arm = (): void => {
      handle = realSetTimeout(() => {
        arm();
        task();
      }, intervalMs);
      handle.unref();
    };
    arm();
    return { cancel: () => realClearTimeout(handle) };
  }

  private startUntil(leftMs: () => number, longestMs: number, task: () => void): Timer {
    let handle: NodeJS.Timeout | undefined;
    const arm = (): void => {
      const delayMs = Math.min(Math.max(Math.ceil(leftMs()), 0), longestMs);
      handle = realSetTimeout(() => (leftMs() > 0 ? arm() : task()), delayMs);
      handle.unref();
    };
    arm();
    return { cancel: () => realClearTimeout(handle) };
  }
}
