import { DelayLevels } from './delay-levels';

const DEFAULT = '1s 5s 10s 30s 1m 2m 3m 4m 5m 6m 7m 8m 9m 10m 20m 30m 1h 2h';

describe('DelayLevels', () => {
  it('reads the default levels', () => {
    const levels = DelayLevels.parse(DEFAULT);
    expect(levels.maxLevel).toBe(18);
    expect([1, 3, 5, 17, 18].map((level) => levels.delayMsOf(level))).toEqual([
      1_000, 10_000, 60_000, 3_600_000, 7_200_000,
    ]);
    expect(levels.deliverTimestampOf(2, 100)).toBe(5_100);
  });

  it('has no delay outside its levels', () => {
    const levels = DelayLevels.parse('1d');
    expect(levels.delayMsOf(1)).toBe(86_400_000);
    expect(levels.delayMsOf(0)).toBe(0);
    expect(levels.delayMsOf(2)).toBe(0);
  });

  it.each(['', '1', '5x', '-1s', '1.5s', 's'])('names what it cannot read in "%s"', (text) => {
    expect(() => DelayLevels.parse(text)).toThrow(/messageDelayLevel/);
  });
});
