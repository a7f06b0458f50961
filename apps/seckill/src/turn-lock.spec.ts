import { TurnLock } from './turn-lock';

describe('TurnLock', () => {
  let lock: TurnLock;
  let entered: string[];
  const enter = (who: { name: string }): Promise<void> =>
    lock.enter(who).then(() => void entered.push(who.name));
  const [first, second, third] = ['first', 'second', 'third'].map((name) => ({ name }));
  const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
  beforeEach(() => {
    lock = new TurnLock();
    entered = [];
  });

  it('lets one in at a time, in the order they came', async () => {
    void enter(first);
    void enter(second);
    void enter(third);
    await settle();
    expect(entered).toEqual(['first']);
    lock.leave(first);
    await settle();
    expect(entered).toEqual(['first', 'second']);
    expect([first, second].map((who) => lock.isIn(who))).toEqual([false, true]);
    lock.leave(second);
    await settle();
    expect(entered).toEqual(['first', 'second', 'third']);
  });

  it('lets whoever is in go on, though others wait', async () => {
    await enter(first);
    void enter(second);
    await enter(first);
    expect(entered).toEqual(['first', 'first']);
  });

  it('takes no turn away when someone leaves who is not in', async () => {
    await enter(first);
    void enter(second);
    lock.leave(second);
    lock.leave(third);
    await settle();
    expect(entered).toEqual(['first']);
    expect(lock.isIn(first)).toBe(true);
  });

  it('is free again when everybody has left', async () => {
    await enter(first);
    lock.leave(first);
    await enter(second);
    expect(lock.isIn(second)).toBe(true);
  });
});
