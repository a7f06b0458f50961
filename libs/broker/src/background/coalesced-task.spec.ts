import { CoalescedTask } from './coalesced-task';

describe('CoalescedTask', () => {
  let runs: { end: () => void; fail: (error: Error) => void }[];
  let task: CoalescedTask;

  beforeEach(() => {
    runs = [];
    task = new CoalescedTask(
      () => new Promise((resolve, reject) => runs.push({ end: resolve, fail: reject })),
    );
  });

  it('shares one further run among all requests made while it runs', async () => {
    const first = task.request();
    const second = task.request();
    const third = task.request();
    expect(runs).toHaveLength(1);
    runs[0].end();
    await first;
    await Promise.resolve();
    await Promise.resolve();
    expect(runs).toHaveLength(2);
    runs[1].end();
    await Promise.all([second, third]);
    expect(runs).toHaveLength(2);
  });

  it('reports a failure to those who asked for that run only', async () => {
    const first = task.request();
    const second = task.request();
    runs[0].fail(new Error('disk full'));
    await expect(first).rejects.toThrow('disk full');
    while (runs.length < 2) await Promise.resolve();
    runs[1].end();
    await expect(second).resolves.toBeUndefined();
  });

  it('has nothing to wait for when nothing runs', async () => {
    await expect(task.current()).resolves.toBeUndefined();
    await expect(task.settled()).resolves.toBeUndefined();
  });
});
