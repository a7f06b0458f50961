import { AdvanceableClock } from './advanceable-clock';

const HOUR_MS = 3_600_000;

describe('AdvanceableClock', () => {
  it('runs what becomes due in the order of its time, each at its own wall time', () => {
    const clock = new AdvanceableClock();
    const startMs = clock.wallNow();
    const fired: [string, boolean][] = [];
    const note = (name: string, atMs: number) => () =>
      fired.push([name, clock.wallNow() >= atMs && clock.wallNow() < atMs + HOUR_MS / 2]);
    for (const [name, hours] of [
      ['third', 3],
      ['first', 1],
      ['second', 2],
    ] as const) {
      const atMs = startMs + hours * HOUR_MS;
      clock.atWall(atMs, note(name, atMs));
    }
    clock.advance(4 * HOUR_MS);
    expect(fired).toEqual([
      ['first', true],
      ['second', true],
      ['third', true],
    ]);
    expect(clock.wallNow() - startMs).toBeGreaterThanOrEqual(4 * HOUR_MS);
  });

  it('runs tasks of one time in the order they were set', () => {
    const clock = new AdvanceableClock();
    const atMs = clock.wallNow() + HOUR_MS;
    const fired: number[] = [];
    for (let i = 0; i < 5; i++) clock.atWall(atMs, () => fired.push(i));
    clock.advance(HOUR_MS);
    expect(fired).toEqual([0, 1, 2, 3, 4]);
  });

  it('includes tasks that were set while it advances', () => {
    const clock = new AdvanceableClock();
    let rounds = 0;
    const again = (): void => {
      rounds++;
      clock.atWall(clock.wallNow() + HOUR_MS, again);
    };
    clock.atWall(clock.wallNow() + HOUR_MS, again);
    clock.advance(10 * HOUR_MS + 1_000);
    expect(rounds).toBe(10);
  });

  it('leaves cancelled and later tasks alone, and monotonic time real', () => {
    const clock = new AdvanceableClock();
    const monotonicMs = clock.monotonicNow();
    const fired: string[] = [];
    const cancelled = clock.atWall(clock.wallNow() + HOUR_MS, () => fired.push('cancelled'));
    const later = clock.atWall(clock.wallNow() + 3 * HOUR_MS, () => fired.push('later'));
    const monotonic = clock.after(HOUR_MS, () => fired.push('monotonic'));
    cancelled.cancel();
    clock.advance(2 * HOUR_MS);
    expect(fired).toEqual([]);
    expect(clock.monotonicNow() - monotonicMs).toBeLessThan(HOUR_MS);
    later.cancel();
    monotonic.cancel();
  });

  it('tells when the next task is due', () => {
    const clock = new AdvanceableClock();
    expect(clock.nextDueMs).toBeUndefined();
    const atMs = clock.wallNow() + HOUR_MS;
    const later = clock.atWall(atMs + 5, () => undefined);
    clock.atWall(atMs, () => undefined);
    expect(clock.nextDueMs).toBe(atMs);
    clock.advance(HOUR_MS + 1);
    expect(clock.nextDueMs).toBe(atMs + 5);
    later.cancel();
    expect(clock.nextDueMs).toBeUndefined();
  });

  it('keeps what is due although an earlier task throws', async () => {
    const clock = new AdvanceableClock();
    const atMs = clock.wallNow() + HOUR_MS;
    clock.atWall(atMs, () => {
      throw new Error('first');
    });
    const second = new Promise<void>((resolve) => clock.atWall(atMs + 1, resolve));
    expect(() => clock.advance(2 * HOUR_MS)).toThrow('first');
    await second;
    expect(clock.wallNow()).toBeGreaterThanOrEqual(atMs + HOUR_MS);
  });

  it('fires without being advanced once the time has come', async () => {
    const clock = new AdvanceableClock();
    const atMs = clock.wallNow() + 5;
    await new Promise<void>((resolve) => clock.atWall(atMs, resolve));
    expect(clock.wallNow()).toBeGreaterThanOrEqual(atMs);
  });
});
