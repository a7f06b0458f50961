import type { Clock } from '@rocket-nest/common';

/** A send that took so long ... (milliseconds) */
const LATENCY_MS = [15_000, 5000, 3000, 1800, 550, 100, 50];
/** ... keeps its broker from being chosen for so long. */
const AVOID_MS = [30_000, 10_000, 6000, 5000, 2000, 0, 0];
/** What a failed send counts as. */
const FAILURE_LATENCY_MS = 10_000;

/** Remembers which brokers were slow or failed lately. The table is the original's. */
export class LatencyFaults {
  private readonly avoidUntilMs = new Map<string, number>();

  constructor(private readonly clock: Pick<Clock, 'monotonicNow'>) {}

  /** A send to the broker took so long; undefined: it failed. */
  record(brokerName: string, latencyMs: number | undefined): void {
    const latency = latencyMs ?? FAILURE_LATENCY_MS;
    const row = LATENCY_MS.findIndex((least) => latency >= least);
    const avoidMs = row < 0 ? 0 : AVOID_MS[row];
    if (avoidMs === 0) this.avoidUntilMs.delete(brokerName);
    else this.avoidUntilMs.set(brokerName, this.clock.monotonicNow() + avoidMs);
  }

  isAvailable(brokerName: string): boolean {
    const untilMs = this.avoidUntilMs.get(brokerName);
    return untilMs === undefined || this.clock.monotonicNow() >= untilMs;
  }
}
