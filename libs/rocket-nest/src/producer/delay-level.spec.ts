import { delayLevelOf } from './delay-level';

describe('delayLevelOf', () => {
  it.each([
    ['1s', 1],
    ['30s', 4],
    ['60s', 5],
    ['2h', 18],
    [18, 18],
  ])('reads %s as level %d', (delay, level) => {
    expect(delayLevelOf(delay)).toBe(level);
  });

  it('names the nearest level of a delay that is none', () => {
    expect(() => delayLevelOf('25s')).toThrow(/nearest is '30s'/);
  });

  it.each(['soon', '', '5', '-1s', 0, 19, 1.5])('refuses %p', (delay) => {
    expect(() => delayLevelOf(delay)).toThrow(expect.objectContaining({ code: 'ROCKET_CONFIG' }));
  });
});
