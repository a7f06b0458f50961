import type { Clock } from '@rocket-nest/common';
import type { ConsumeStatus } from '@rocket-nest/remoting';
import { RateWindow } from '../../support/rate-window';

const STEP_MS = 10_000;
const STEPS_PER_MINUTE = 6;
const HOUR_STEP_MS = 600_000;
const STEPS_PER_HOUR = 6;

/** How one topic is pulled and consumed. */
class TopicStats {
  readonly pullRT: RateWindow;
  readonly pulled: RateWindow;
  readonly consumeRT: RateWindow;
  readonly consumed: RateWindow;
  readonly failed: RateWindow;
  readonly failedInHour: RateWindow;

  constructor(now: () => number) {
    const minute = (): RateWindow => new RateWindow(STEP_MS, STEPS_PER_MINUTE, now);
    this.pullRT = minute();
    this.pulled = minute();
    this.consumeRT = minute();
    this.consumed = minute();
    this.failed = minute();
    this.failedInHour = new RateWindow(HOUR_STEP_MS, STEPS_PER_HOUR, now);
  }
}

/** What a consumer did in the last minute, and failed to do in the last hour, by topic. */
export class ConsumerStats {
  private readonly topics = new Map<string, TopicStats>();

  constructor(private readonly clock: Pick<Clock, 'monotonicNow'>) {}

  /** A pull took so long and brought so many messages. */
  pulled(topic: string, tookMs: number, messages: number): void {
    const stats = this.of(topic);
    stats.pullRT.add(tookMs);
    stats.pulled.add(messages);
  }

  /** A listener call took so long; that many messages are done, the others come again. */
  consumed(topic: string, tookMs: number, done: number, failed: number): void {
    const stats = this.of(topic);
    stats.consumeRT.add(tookMs);
    if (done > 0) stats.consumed.add(done);
    if (failed === 0) return;
    stats.failed.add(failed);
    stats.failedInHour.add(failed);
  }

  statusOf(topic: string): ConsumeStatus {
    const stats = this.of(topic);
    return {
      pullRT: stats.pullRT.average,
      pullTPS: stats.pulled.perSecond,
      consumeRT: stats.consumeRT.average,
      consumeOKTPS: stats.consumed.perSecond,
      consumeFailedTPS: stats.failed.perSecond,
      consumeFailedMsgs: stats.failedInHour.sum,
    };
  }

  /** Drops the topics that are not consumed any more. */
  keepOnly(topics: ReadonlySet<string>): void {
    for (const topic of this.topics.keys()) if (!topics.has(topic)) this.topics.delete(topic);
  }

  private of(topic: string): TopicStats {
    let stats = this.topics.get(topic);
    if (!stats) {
      stats = new TopicStats(() => this.clock.monotonicNow());
      this.topics.set(topic, stats);
    }
    return stats;
  }
}
