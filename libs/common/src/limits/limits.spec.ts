import { Limits } from './limits';

describe('Limits', () => {
  it('counts what was reached, declared or not', () => {
    const limits = new Limits();
    expect(limits.declare('pullHold', 100, 'answered at once')).toBe(100);
    limits.hit('pullHold');
    limits.hit('pullHold', 2);
    limits.hit('connections');
    expect(limits.hits('pullHold')).toBe(3);
    expect(limits.hits('never')).toBe(0);
    expect(limits.all()).toEqual([
      { name: 'connections', max: undefined, behaviour: '', hits: 1 },
      { name: 'pullHold', max: 100, behaviour: 'answered at once', hits: 3 },
    ]);
  });

  it('keeps the count when a bound changes', () => {
    const limits = new Limits();
    limits.hit('a');
    limits.declare('a', 5, 'x');
    expect(limits.all()[0]).toMatchObject({ max: 5, hits: 1 });
  });
});
