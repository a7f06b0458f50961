import type { Clock } from '@rocket-nest/common';
import type { BrokerStatsData, BrokerStatsItem } from '@rocket-nest/remoting';

export const STATS_SAMPLE_INTERVAL_MS = 10_000;

/** The three spans that are told of, each from as many samples so many intervals apart. */
const MINUTE = { at: 0, samples: 7, everyIntervals: 1 };
const HOUR = { at: 7, samples: 7, everyIntervals: 60 };
const DAY = { at: 14, samples: 25, everyIntervals: 360 };
const SPANS = [MINUTE, HOUR, DAY];
type Span = (typeof SPANS)[number];
/** Samples of all spans together. */
const SAMPLES = DAY.at + DAY.samples;

/** Two counters that only grow. */
export interface StatsTotals {
  /** Whose they are; forgotten with it. */
  readonly of: object;
  readonly messages: number;
  readonly bytes: number;
}

export type StatsUnit = 'messages' | 'bytes';

/** What was counted for one thing: its totals when samples were taken, 0 before it was there. */
interface StatsItem {
  readonly sinceMs: number;
  readonly messages: Float64Array;
  readonly bytes: Float64Array;
}

/**
 * How counters grew over the last minute, hour and day.
 */
export class StatsHistory {
  private readonly items = new WeakMap<object, StatsItem>();
  private readonly timesMs = new Float64Array(SAMPLES);
  private intervals = 0;

  constructor(private readonly clock: Clock) {
    this.takeTimes();
  }

  /** Takes a sample of everything; to be called every `STATS_SAMPLE_INTERVAL_MS`. */
  *sample(all: Iterable<StatsTotals>): Generator<void> {
    this.intervals++;
    this.takeTimes();
    const { intervals } = this;
    for (const totals of all) {
      const item = this.itemOf(totals.of, intervals - 1);
      for (const span of SPANS) {
        if (intervals % span.everyIntervals !== 0) continue;
        const slot = slotAt(span, intervals / span.everyIntervals);
        item.messages[slot] = totals.messages;
        item.bytes[slot] = totals.bytes;
      }
      yield;
    }
  }

  /** Undefined without totals, or when nothing was counted yet. */
  data(totals: StatsTotals | undefined, unit: StatsUnit): BrokerStatsData | undefined {
    if (!totals || totals.messages === 0) return undefined;
    const item = this.itemOf(totals.of, this.intervals);
    return {
      statsMinute: this.statsOf(totals, item, unit, MINUTE),
      statsHour: this.statsOf(totals, item, unit, HOUR),
      statsDay: this.statsOf(totals, item, unit, DAY),
    };
  }

  private statsOf(
    totals: StatsTotals,
    item: StatsItem,
    unit: StatsUnit,
    span: Span,
  ): BrokerStatsItem {
    const taken = Math.floor(this.intervals / span.everyIntervals);
    const slot = slotAt(span, Math.max(0, taken - span.samples + 1));
    const sum = totals[unit] - (item[unit][slot] ?? 0);
    const messages = totals.messages - (item.messages[slot] ?? 0);
    const sinceMs = Math.max(this.timesMs[slot] ?? 0, item.sinceMs);
    const elapsedMs = Math.max(1000, this.clock.monotonicNow() - sinceMs);
    return {
      sum,
      tps: (sum * 1000) / elapsedMs,
      avgpt: messages > 0 ? sum / messages : 0,
    };
  }

  /** What appears between two samples was not there at the last one. */
  private itemOf(source: object, lastInterval: number): StatsItem {
    let item = this.items.get(source);
    if (!item) {
      const sinceMs = this.timesMs[slotAt(MINUTE, lastInterval)] ?? 0;
      item = {
        sinceMs,
        messages: new Float64Array(SAMPLES),
        bytes: new Float64Array(SAMPLES),
      };
      this.items.set(source, item);
    }
    return item;
  }

  private takeTimes(): void {
    for (const span of SPANS) {
      if (this.intervals % span.everyIntervals !== 0) continue;
      const slot = slotAt(span, this.intervals / span.everyIntervals);
      this.timesMs[slot] = this.clock.monotonicNow();
    }
  }
}

function slotAt(span: Span, sample: number): number {
  return span.at + (sample % span.samples);
}
