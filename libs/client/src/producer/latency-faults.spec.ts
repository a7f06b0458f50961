import { LatencyFaults } from './latency-faults';

/** How long the Java client's table avoids a broker, by the latency of the last send. */
const recorded: [number | undefined, number][] = [
  [0, 0],
  [50, 0],
  [549, 0],
  [550, 2000],
  [1799, 2000],
  [1800, 5000],
  [3000, 6000],
  [4999, 6000],
  [5000, 10_000],
  [14_999, 10_000],
  [15_000, 30_000],
  [undefined, 10_000],
];

describe('LatencyFaults', () => {
  it.each(recorded)('after %s ms a broker is avoided for %s ms', (latencyMs, avoidMs) => {
    let nowMs = 1000;
    const faults = new LatencyFaults({ monotonicNow: () => nowMs });
    expect(faults.isAvailable('b')).toBe(true);
    faults.record('b', latencyMs);
    if (avoidMs > 0) {
      nowMs += avoidMs - 1;
      expect(faults.isAvailable('b')).toBe(false);
      nowMs++;
    }
    expect(faults.isAvailable('b')).toBe(true);
    expect(faults.isAvailable('other')).toBe(true);
  });

  it('forgives at once a broker that is fast again', () => {
    const faults = new LatencyFaults({ monotonicNow: () => 0 });
    faults.record('b', 20_000);
    faults.record('b', 10);
    expect(faults.isAvailable('b')).toBe(true);
  });
});
