import { AdvanceableClock, SystemClock } from '@rocket-nest/common';
import { retryPause } from './retry-pause';

const HOUR_MS = 3_600_000;

describe('retryPause', () => {
  it('ends when wall time is moved past it, once', () => {
    const clock = new AdvanceableClock();
    let ends = 0;
    retryPause(clock, HOUR_MS, () => ends++);
    clock.advance(HOUR_MS - 1000);
    expect(ends).toBe(0);
    clock.advance(2 * HOUR_MS);
    expect(ends).toBe(1);
  });

  it('ends by monotonic time when wall time stands still', async () => {
    class StoppedWall extends SystemClock {
      override wallNow(): number {
        return 0;
      }
    }
    await new Promise<void>((resolve) => retryPause(new StoppedWall(), 5, resolve));
  });

  it('can be cancelled', () => {
    const clock = new AdvanceableClock();
    let ends = 0;
    retryPause(clock, HOUR_MS, () => ends++).cancel();
    clock.advance(2 * HOUR_MS);
    expect(ends).toBe(0);
    expect(clock.nextDueMs).toBeUndefined();
  });
});
