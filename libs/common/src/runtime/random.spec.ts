import type { Random } from './random';
import { SeededRandom } from './seeded-random';
import { SystemRandom } from './system-random';

const draw = (random: Random, below: number, times: number): number[] =>
  Array.from({ length: times }, () => random.nextInt(below));

describe.each([
  ['SystemRandom', () => new SystemRandom()],
  ['SeededRandom', () => new SeededRandom(42)],
])('%s', (_name, create) => {
  it.each([1, 2, 7, 2 ** 31, 2 ** 32, 2 ** 40])('stays in the range below %d', (below) => {
    for (const value of draw(create(), below, 200)) {
      expect(Number.isInteger(value) && value >= 0 && value < below).toBe(true);
    }
  });

  it('reaches every value of a small range', () => {
    expect(new Set(draw(create(), 5, 500))).toEqual(new Set([0, 1, 2, 3, 4]));
  });

  it.each([0, -1, 1.5, NaN])('refuses the range %d', (below) => {
    expect(() => create().nextInt(below)).toThrow('range');
  });
});

describe('SeededRandom', () => {
  it('repeats itself for a seed and differs for another', () => {
    expect(draw(new SeededRandom(7), 1000, 50)).toEqual(draw(new SeededRandom(7), 1000, 50));
    expect(draw(new SeededRandom(7), 1000, 50)).not.toEqual(draw(new SeededRandom(8), 1000, 50));
  });

  it('uses the upper half of a range wider than 32 bits', () => {
    expect(draw(new SeededRandom(1), 2 ** 50, 50).some((value) => value >= 2 ** 49)).toBe(true);
  });
});
