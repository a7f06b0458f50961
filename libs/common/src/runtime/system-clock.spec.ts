import { realSetImmediate } from './real-timers';
import { SystemClock } from './system-clock';

const nextTurn = (): Promise<void> => new Promise((resolve) => realSetImmediate(() => resolve()));

describe('SystemClock', () => {
  const clock = new SystemClock();

  afterEach(() => jest.useRealTimers());

  it('runs a task once its time has come, by either clock', async () => {
    const wallMs = clock.wallNow() + 3;
    await new Promise<void>((resolve) => clock.atWall(wallMs, resolve));
    expect(clock.wallNow()).toBeGreaterThanOrEqual(wallMs);
    const monotonicMs = clock.monotonicNow() + 3;
    await new Promise<void>((resolve) => clock.after(3, resolve));
    expect(clock.monotonicNow()).toBeGreaterThanOrEqual(monotonicMs);
  });

  it('goes on while a test fakes the timers', async () => {
    jest.useFakeTimers({ now: 0 });
    const wallMs = clock.wallNow();
    const monotonicMs = clock.monotonicNow();
    expect(wallMs).toBeGreaterThan(1_600_000_000_000);
    await new Promise<void>((resolve) => clock.after(2, resolve));
    await new Promise<void>((resolve) => clock.atWall(clock.wallNow() + 2, resolve));
    expect(clock.monotonicNow()).toBeGreaterThan(monotonicMs);
    expect(clock.wallNow()).toBeGreaterThan(wallMs);
  });

  it('is real although it was loaded while the timers were fake', async () => {
    jest.useFakeTimers({ now: 0 });
    let fresh = clock;
    jest.isolateModules(() => {
      const loaded = jest.requireActual<{ SystemClock: typeof SystemClock }>('./system-clock');
      expect(loaded.SystemClock).not.toBe(SystemClock);
      fresh = new loaded.SystemClock();
    });
    expect(fresh.wallNow()).toBeGreaterThan(1_600_000_000_000);
    const monotonicMs = fresh.monotonicNow();
    await new Promise<void>((resolve) => fresh.after(2, resolve));
    expect(fresh.monotonicNow()).toBeGreaterThan(monotonicMs);
  });

  it('repeats until cancelled, and can be cancelled from within', async () => {
    let times = 0;
    await new Promise<void>((resolve) => {
      const timer = clock.every(1, () => {
        times++;
        if (times < 3) return;
        timer.cancel();
        resolve();
      });
    });
    await new Promise<void>((resolve) => clock.after(5, resolve));
    expect(times).toBe(3);
  });

  it('does not run what was cancelled, and cancels twice without harm', async () => {
    const task = jest.fn();
    const timer = clock.after(1, task);
    timer.cancel();
    timer.cancel();
    await new Promise<void>((resolve) => clock.after(5, resolve));
    expect(task).not.toHaveBeenCalled();
  });

  it('waits longer than one runtime timer can', async () => {
    const task = jest.fn();
    const timers = [clock.after(2 ** 31 + 10, task), clock.atWall(clock.wallNow() + 2 ** 40, task)];
    await nextTurn();
    await new Promise<void>((resolve) => clock.after(5, resolve));
    expect(task).not.toHaveBeenCalled();
    timers.forEach((timer) => timer.cancel());
  });

  it('holds no process alive', () => {
    const before = activeTimers();
    const timers = [
      clock.after(60_000, () => undefined),
      clock.every(60_000, () => undefined),
      clock.atWall(clock.wallNow() + 60_000, () => undefined),
    ];
    expect(activeTimers()).toBe(before);
    timers.forEach((timer) => timer.cancel());
  });
});

/** Timers that keep the process alive: unref'd ones are not listed. */
function activeTimers(): number {
  return process.getActiveResourcesInfo().filter((name) => name === 'Timeout').length;
}
