import { SystemClock } from '@rocket-nest/common';
import { realSetImmediate } from '@rocket-nest/common/internal';
import { ManualClock } from '../testing/manual-clock';
import { runInSlices } from './run-in-slices';

describe('runInSlices', () => {
  it('gives the event loop back when its time is used up', async () => {
    const clock = new ManualClock();
    let steps = 0;
    let othersRan = 0;
    function* work(): Generator<void> {
      for (; steps < 640; steps++) {
        clock.advance(0.1);
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
});
