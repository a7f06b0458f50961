import type { Clock } from './clock';
import { realSetImmediate } from './real-timers';
import { runAtOnce, runInSlices, type Steps } from './run-in-slices';
import { SystemClock } from './system-clock';

describe('runInSlices', () => {
  it('gives the event loop back when its time is used up', async () => {
    let nowMs = 0;
    const clock = { monotonicNow: () => nowMs } as Clock;
    let steps = 0;
    let othersRan = 0;
    function* work(): Generator<void> {
      for (; steps < 640; steps++) {
        nowMs += 0.1;
        yield;
      }
    }
    const other = (): void => {
      othersRan++;
      if (steps < 640) realSetImmediate(other);
    };
    realSetImmediate(other);
    await runInSlices(clock, work(), 5);
    expect(steps).toBe(640);
    expect(othersRan).toBeGreaterThanOrEqual(9);
  });

  it('rejects with what a step throws', async () => {
    function* work(): Generator<void> {
      yield;
      throw new Error('broken step');
    }
    await expect(runInSlices(new SystemClock(), work())).rejects.toThrow('broken step');
  });

  it('gives what the work returns, also when done at once', async () => {
    function* work(): Steps<string> {
      yield;
      return 'result';
    }
    await expect(runInSlices(new SystemClock(), work())).resolves.toBe('result');
    expect(runAtOnce(work())).toBe('result');
  });
});
