import type { Clock, Timer } from '@rocket-nest/common';

/**
 * Runs `task` once after a pause before another try. Whichever clock gets there first ends it: a
 * wall clock that is set back makes no pause longer, and a test that moves wall time forward ends
 * it.
 */
export function retryPause(clock: Clock, pauseMs: number, task: () => void): Timer {
  const timers: Timer[] = [];
  const cancel = (): void => {
    for (const timer of timers) timer.cancel();
  };
  const end = (): void => {
    cancel();
    task();
  };
  timers.push(clock.after(pauseMs, end), clock.atWall(clock.wallNow() + pauseMs, end));
  return { cancel };
}
