import type { Clock, Timer } from '@rocket-nest/common';
import { formatCompactLocalTime, runInSlices } from '@rocket-nest/common/internal';
import type { BrokerCounters } from '../broker-counters';
import { RollingRate } from './rolling-rate';

const SAMPLE_INTERVAL_MS = 1_000;
/** Rates of single topics and groups are averages of the last one to two of these. */
const TABLE_INTERVAL_MS = 60_000;

interface Snapshot {
  readonly takenAtMs: number;
  readonly putsByTopic: Map<string, number>;
  readonly getsByTopicAndGroup: Map<string, Map<string, number>>;
}

/** Totals at the start of a day and of the day before. */
export interface DayTotals {
  yesterdayMorning: number;
  todayMorning: number;
}

/** Rates and day totals of what the broker counts; sampled at intervals, nothing per message. */
export class BrokerStats {
  readonly putTps: RollingRate;
  readonly getTps: RollingRate;
  readonly putDays: DayTotals = { yesterdayMorning: 0, todayMorning: 0 };
  readonly getDays: DayTotals = { yesterdayMorning: 0, todayMorning: 0 };
  private newer: Snapshot;
  private older: Snapshot;
  private day: string;
  private timers: Timer[] = [];

  constructor(
    private readonly clock: Clock,
    private readonly counters: BrokerCounters,
  ) {
    this.putTps = new RollingRate(clock, () => counters.messagesIn);
    this.getTps = new RollingRate(clock, () => counters.messagesOut);
    this.newer = this.older = this.emptySnapshot();
    this.day = this.dayNow();
  }

  start(): void {
    if (this.timers.length > 0) return;
    this.timers = [
      this.clock.every(SAMPLE_INTERVAL_MS, () => this.sample()),
      this.clock.every(TABLE_INTERVAL_MS, () => void this.takeSnapshot()),
    ];
  }

  shutdown(): void {
    for (const timer of this.timers) timer.cancel();
    this.timers = [];
  }

  /** Messages per second that the topic received lately. */
  topicPutTps(topic: string): number {
    const total = this.counters.byTopic.get(topic)?.messagesIn ?? 0;
    return this.rateSince(total, this.older.putsByTopic.get(topic) ?? 0);
  }

  /** Messages per second that the group took from the topic lately. */
  groupGetTps(topic: string, group: string): number {
    const total = this.counters.byConsumer.get(topic)?.get(group)?.messagesOut ?? 0;
    return this.rateSince(total, this.older.getsByTopicAndGroup.get(topic)?.get(group) ?? 0);
  }

  private rateSince(total: number, before: number): number {
    const elapsedMs = this.clock.monotonicNow() - this.older.takenAtMs;
    // Counters begin anew with a topic that was deleted and made again.
    return elapsedMs > 0 ? (Math.max(0, total - before) * 1000) / elapsedMs : 0;
  }

  private sample(): void {
    this.putTps.sample();
    this.getTps.sample();
    const day = this.dayNow();
    if (day === this.day) return;
    this.day = day;
    beginDay(this.putDays, this.counters.messagesIn);
    beginDay(this.getDays, this.counters.messagesOut);
  }

  private async takeSnapshot(): Promise<void> {
    const snapshot = this.emptySnapshot();
    await runInSlices(this.clock, this.fill(snapshot));
    this.older = this.newer;
    this.newer = snapshot;
  }

  private *fill(snapshot: Snapshot): Generator<void> {
    for (const [topic, counters] of this.counters.byTopic) {
      snapshot.putsByTopic.set(topic, counters.messagesIn);
      yield;
    }
    for (const [topic, groups] of this.counters.byConsumer) {
      const totals = new Map<string, number>();
      for (const [group, counters] of groups) totals.set(group, counters.messagesOut);
      snapshot.getsByTopicAndGroup.set(topic, totals);
      yield;
    }
  }

  private emptySnapshot(): Snapshot {
    return {
      takenAtMs: this.clock.monotonicNow(),
      putsByTopic: new Map(),
      getsByTopicAndGroup: new Map(),
    };
  }

  /** yyyyMMdd. */
  private dayNow(): string {
    return formatCompactLocalTime(this.clock.wallNow()).slice(0, 8);
  }
}

function beginDay(totals: DayTotals, now: number): void {
  totals.yesterdayMorning = totals.todayMorning;
  totals.todayMorning = now;
}
