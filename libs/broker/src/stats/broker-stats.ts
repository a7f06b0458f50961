import type { Clock, Timer } from '@rocket-nest/common';
import { formatCompactLocalTime, runInSlices } from '@rocket-nest/common/internal';
import type { BrokerStatsData } from '@rocket-nest/remoting';
import type { BrokerCounters, ConsumerCounters, TopicCounters } from '../broker-counters';
import { RollingRate } from './rolling-rate';
import { STATS_SAMPLE_INTERVAL_MS, StatsHistory } from './stats-history';
import type { StatsTotals } from './stats-history';

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
  private readonly history: StatsHistory;
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
    this.history = new StatsHistory(clock);
    this.newer = this.older = this.emptySnapshot();
    this.day = this.dayNow();
  }

  start(): void {
    if (this.timers.length > 0) return;
    this.timers = [
      this.clock.every(SAMPLE_INTERVAL_MS, () => this.sample()),
      this.clock.every(TABLE_INTERVAL_MS, () => void this.takeSnapshot()),
      this.clock.every(
        STATS_SAMPLE_INTERVAL_MS,
        () => void runInSlices(this.clock, this.history.sample(this.allTotals())),
      ),
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

  /**
   * The last minute, hour and day of one of the original's statistics; undefined for one that is
   * unknown or that nothing was counted for. The key is a topic, `topic@group` or the cluster.
   */
  statsData(statsName: string, statsKey: string): BrokerStatsData | undefined {
    const { counters, history } = this;
    const at = statsKey.lastIndexOf('@');
    const consumer = counters.byConsumer.get(statsKey.slice(0, at))?.get(statsKey.slice(at + 1));
    switch (statsName) {
      case 'TOPIC_PUT_NUMS':
        return history.data(topicTotals(counters.byTopic.get(statsKey)), 'messages');
      case 'TOPIC_PUT_SIZE':
        return history.data(topicTotals(counters.byTopic.get(statsKey)), 'bytes');
      case 'GROUP_GET_NUMS':
        return history.data(consumerTotals(consumer), 'messages');
      case 'GROUP_GET_SIZE':
        return history.data(consumerTotals(consumer), 'bytes');
      case 'BROKER_PUT_NUMS':
        return history.data(this.brokerPuts(), 'messages');
      case 'BROKER_GET_NUMS':
        return history.data(this.brokerGets(), 'messages');
      default:
        return undefined;
    }
  }

  private brokerPuts(): StatsTotals {
    const { messagesIn: messages, bytesIn: bytes } = this.counters;
    return { of: this.putTps, messages, bytes };
  }

  private brokerGets(): StatsTotals {
    const { messagesOut: messages, bytesOut: bytes } = this.counters;
    return { of: this.getTps, messages, bytes };
  }

  private *allTotals(): Generator<StatsTotals> {
    yield this.brokerPuts();
    yield this.brokerGets();
    for (const topic of this.counters.byTopic.values()) yield topicTotals(topic);
    for (const groups of this.counters.byConsumer.values()) {
      for (const consumer of groups.values()) yield consumerTotals(consumer);
    }
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

function topicTotals(counters: TopicCounters): StatsTotals;
function topicTotals(counters: TopicCounters | undefined): StatsTotals | undefined;
function topicTotals(counters: TopicCounters | undefined): StatsTotals | undefined {
  return counters && { of: counters, messages: counters.messagesIn, bytes: counters.bytesIn };
}

function consumerTotals(counters: ConsumerCounters): StatsTotals;
function consumerTotals(counters: ConsumerCounters | undefined): StatsTotals | undefined;
function consumerTotals(counters: ConsumerCounters | undefined): StatsTotals | undefined {
  return counters && { of: counters, messages: counters.messagesOut, bytes: counters.bytesOut };
}
