import { EventLoopTurn } from './event-loop-turn';
import { realSetImmediate } from './real-timers';

const task = (run: () => void): { runAtTurnEnd(): void } => ({ runAtTurnEnd: run });
const nextTurn = (): Promise<void> => new Promise((resolve) => realSetImmediate(() => resolve()));

describe('EventLoopTurn', () => {
  afterEach(() => jest.useRealTimers());

  it('runs nothing at once, then commits before flushes', async () => {
    const turn = new EventLoopTurn();
    const order: string[] = [];
    turn.deferFlush(task(() => order.push('flush')));
    turn.deferCommit(task(() => order.push('commit 1')));
    turn.deferCommit(task(() => order.push('commit 2')));
    expect(order).toEqual([]);
    await nextTurn();
    expect(order).toEqual(['commit 1', 'commit 2', 'flush']);
  });

  it('runs what the tasks defer in the same turn, commits first', async () => {
    const turn = new EventLoopTurn();
    const order: string[] = [];
    turn.deferFlush(
      task(() => {
        order.push('flush 1');
        turn.deferFlush(task(() => order.push('flush 2')));
        turn.deferCommit(task(() => order.push('commit 2')));
      }),
    );
    turn.deferCommit(
      task(() => {
        order.push('commit 1');
        turn.deferFlush(task(() => order.push('flush of commit 1')));
      }),
    );
    await nextTurn();
    expect(order).toEqual(['commit 1', 'flush 1', 'flush of commit 1', 'commit 2', 'flush 2']);
  });

  it('runs under fake timers', async () => {
    jest.useFakeTimers();
    const turn = new EventLoopTurn();
    const ran = jest.fn();
    turn.deferCommit(task(ran));
    await nextTurn();
    expect(ran).toHaveBeenCalledTimes(1);
  });

  it('runs each deferral once and can be used turn after turn', async () => {
    const turn = new EventLoopTurn();
    let runs = 0;
    const again = task(() => runs++);
    for (let i = 1; i <= 3; i++) {
      turn.deferCommit(again);
      await nextTurn();
      expect(runs).toBe(i);
    }
  });

  it('lets the other tasks run when one throws', () => {
    const immediates: (() => void)[] = [];
    jest.doMock('./real-timers', () => ({
      realSetImmediate: (run: () => void) => immediates.push(run),
    }));
    let turn = new EventLoopTurn();
    jest.isolateModules(() => {
      const loaded = jest.requireActual<{ EventLoopTurn: typeof EventLoopTurn }>(
        './event-loop-turn',
      );
      turn = new loaded.EventLoopTurn();
    });
    const order: string[] = [];
    const broken = task(() => {
      throw new Error('broken task');
    });
    turn.deferCommit(task(() => order.push('before')));
    turn.deferCommit(broken);
    turn.deferCommit(task(() => order.push('after')));
    turn.deferFlush(broken);
    turn.deferFlush(task(() => order.push('flush')));
    expect(() => immediates[0]()).toThrow('broken task');
    expect(() => immediates[1]()).toThrow('broken task');
    immediates[2]();
    expect(order).toEqual(['before', 'after', 'flush']);
    expect(immediates).toHaveLength(3);
  });
});
