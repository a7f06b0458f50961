import { RateWindow } from './rate-window';

describe('RateWindow', () => {
  let nowMs = 0;
  const window = () => new RateWindow(10_000, 6, () => nowMs);

  beforeEach(() => {
    nowMs = 1_000_000;
  });

  it('sums, averages and divides over the window', () => {
    const rates = window();
    for (let second = 0; second < 60; second++) {
      rates.add(4);
      nowMs += 1000;
    }
    nowMs -= 1;
    expect(rates.sum).toBe(240);
    expect(rates.average).toBe(4);
    expect(rates.perSecond).toBeCloseTo(4, 2);
  });

  it('forgets what is older, part by part', () => {
    const rates = window();
    rates.add(100);
    nowMs += 30_000;
    rates.add(10);
    expect(rates.sum).toBe(110);
    nowMs += 30_000;
    expect(rates.sum).toBe(10);
    nowMs += 1_000_000;
    expect([rates.sum, rates.average, rates.perSecond]).toEqual([0, 0, 0]);
  });

  it('does not overrate its first moments', () => {
    const rates = window();
    rates.add(50);
    expect(rates.perSecond).toBe(5); // as if over one step
  });
});
