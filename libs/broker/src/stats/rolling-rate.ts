import type { Clock } from '@rocket-nest/common';

/** Spans of the three averages that runtime info reports, in seconds. */
const SPANS_SEC = [10, 60, 600] as const;
const LONGEST_SPAN_SEC = SPANS_SEC[2];

/** Averages of a growing counter over the last 10, 60 and 600 seconds, from one sample a second. */
export class RollingRate {
  private readonly totals: Float64Array = new Float64Array(LONGEST_SPAN_SEC + 1);
  private readonly timesMs: Float64Array = new Float64Array(LONGEST_SPAN_SEC + 1);
  private samples = 0;

  constructor(
    private readonly clock: Clock,
    private readonly total: () => number,
  ) {
    this.sample();
  }

  /** To be called about once a second. */
  sample(): void {
    const slot = this.samples % this.totals.length;
    this.totals[slot] = this.total();
    this.timesMs[slot] = this.clock.monotonicNow();
    this.samples++;
  }

  /** Per second, over 10, 60 and 600 s (or since the first sample when that is shorter). */
  perSecond(): number[] {
    return SPANS_SEC.map((spanSec) => this.over(spanSec));
  }

  /** The form of runtime info: three numbers parted by spaces. */
  toString(): string {
    return this.perSecond().map(String).join(' ');
  }

  private over(spanSec: number): number {
    const back = Math.min(spanSec + 1, this.samples);
    const slot = (this.samples - back) % this.totals.length;
    const elapsedMs = this.clock.monotonicNow() - (this.timesMs[slot] ?? 0);
    if (elapsedMs <= 0) return 0;
    return ((this.total() - (this.totals[slot] ?? 0)) * 1000) / elapsedMs;
  }
}
