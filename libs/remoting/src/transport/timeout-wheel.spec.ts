import { SystemClock } from '@rocket-nest/common';
import type { Clock, Timer } from '@rocket-nest/common';

import { TimeoutEntry, TimeoutWheel } from './timeout-wheel';

/** A clock whose monotonic time and ticks are moved by hand. */
class ManualClock extends SystemClock implements Clock {
  nowMs = 1_000_007;
  running = 0;
  private tick: (() => void) | undefined = undefined;

  override monotonicNow(): number {
    return this.nowMs;
  }

  override every(_intervalMs: number, task: () => void): Timer {
    this.running++;
    this.tick = task;
    return {
      cancel: () => {
        this.running--;
        this.tick = undefined;
      },
    };
  }

  moveBy(ms: number): void {
    this.nowMs += ms;
    this.tick?.();
  }
}

class Entry extends TimeoutEntry {
  constructor(
    private readonly fired: string[],
    private readonly name: string,
  ) {
    super();
  }

  override onTimeout(): void {
    this.fired.push(this.name);
  }
}

describe('TimeoutWheel', () => {
  it('fires each entry once, at its time or up to a tick later, never early', () => {
    const clock = new ManualClock();
    const wheel = new TimeoutWheel(clock);
    for (const timeoutMs of [0, 1, 49, 50, 51, 999, 3000, 30_000, 600_000]) {
      const fired: string[] = [];
      wheel.add(new Entry(fired, 'x'), timeoutMs);
      let waitedMs = 0;
      while (fired.length === 0) {
        clock.moveBy(10);
        waitedMs += 10;
      }
      expect(waitedMs).toBeGreaterThanOrEqual(timeoutMs);
      expect(waitedMs).toBeLessThanOrEqual(timeoutMs + 70);
      expect(wheel.size).toBe(0);
    }
  });

  it('does not fire what was removed, and removes anything in any order', () => {
    const clock = new ManualClock();
    const wheel = new TimeoutWheel(clock);
    const fired: string[] = [];
    const entries = ['a', 'b', 'c', 'd'].map((name) => new Entry(fired, name));
    for (const entry of entries) wheel.add(entry, 100);
    wheel.remove(entries[1]);
    wheel.remove(entries[3]);
    wheel.remove(entries[3]);
    expect(wheel.size).toBe(2);
    clock.moveBy(200);
    expect(fired.sort()).toEqual(['a', 'c']);
  });

  it('catches up after a long stall', () => {
    const clock = new ManualClock();
    const wheel = new TimeoutWheel(clock);
    const fired: string[] = [];
    wheel.add(new Entry(fired, 'near'), 100);
    wheel.add(new Entry(fired, 'far'), 100_000);
    wheel.add(new Entry(fired, 'later'), 3_700_000);
    clock.moveBy(3_600_000);
    expect(fired.sort()).toEqual(['far', 'near']);
    clock.moveBy(200_000);
    expect(fired).toContain('later');
  });

  it('has a timer only while there are entries', () => {
    const clock = new ManualClock();
    const wheel = new TimeoutWheel(clock);
    expect(clock.running).toBe(0);
    const entry = new Entry([], 'x');
    wheel.add(entry, 1000);
    expect(clock.running).toBe(1);
    wheel.remove(entry);
    clock.moveBy(50);
    expect(clock.running).toBe(0);
    wheel.add(entry, 1000);
    expect(clock.running).toBe(1);
  });
});
