import { retryLevelOf } from './retry-level';

describe('retryLevelOf', () => {
  it.each([
    [0, 0, 1],
    [1000, 0, 1],
    [1001, 0, 2],
    [30_000, 0, 4],
    [30_000, 9, 10],
    [10_000_000, 0, 18],
    [0, 100, 18],
  ])('takes for %i ms after %i retries level %i', (remainingMs, reconsumeTimes, level) => {
    expect(retryLevelOf(remainingMs, reconsumeTimes)).toBe(level);
  });
});
