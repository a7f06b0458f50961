import type { Clock, Timer } from '@rocket-nest/common';
import type { EventLoopTurn } from '@rocket-nest/common/internal';
import type { BrokerCounters } from '../broker-counters';
import type { HeldPull } from './held-pull';

/** How often held pulls are looked through for those whose time is over. */
const TIMEOUT_CHECK_INTERVAL_MS = 500;

export interface PullRequestHoldLimits {
  /** Pulls held at a time; past it a pull is refused with SYSTEM_BUSY. */
  readonly maxHeldPulls: number;
  /** The longest wait a client may ask for; longer wishes are cut to it. */
  readonly maxHoldMs: number;
}

export const DEFAULT_PULL_REQUEST_HOLD_LIMITS: PullRequestHoldLimits = {
  maxHeldPulls: 200_000,
  maxHoldMs: 120_000,
};

interface Entry {
  readonly pull: HeldPull;
  readonly bucket: number;
  woken: boolean;
}

/**
 * Keeps the pulls that found nothing. The arrival of a message itself wakes them, at the end of the
 * turn that stored it, so that one answer carries all that the turn brought. The only timer ends
 * waits whose time is over.
 */
export class PullRequestHoldService {
  private readonly byTopic = new Map<string, Map<number, Set<Entry>>>();
  private readonly byConnection = new Map<number, Set<Entry>>();
  /** Entries by the check at which their time is over. */
  private readonly byBucket = new Map<number, Set<Entry>>();
  private woken: Entry[] = [];
  private held = 0;
  private checkedBucket = 0;
  private timer: Timer | undefined;

  constructor(
    private readonly clock: Clock,
    private readonly turn: EventLoopTurn,
    private readonly counters: BrokerCounters,
    private readonly limits: PullRequestHoldLimits = DEFAULT_PULL_REQUEST_HOLD_LIMITS,
  ) {}

  get heldCount(): number {
    return this.held;
  }

  /** Whether a member of the group waits for the queue, having found nothing to take in it. */
  isWaiting(consumerGroup: string, topic: string, queueId: number): boolean {
    for (const { pull, woken } of this.byTopic.get(topic)?.get(queueId) ?? []) {
      if (!woken && pull.consumerGroup === consumerGroup) return true;
    }
    return false;
  }

  start(): void {
    this.checkedBucket = this.bucketOf(this.clock.monotonicNow());
    this.timer ??= this.clock.every(TIMEOUT_CHECK_INTERVAL_MS, () => this.endOverdue());
  }

  /** Ends every wait, so that each client gets its answer before the ports close. */
  shutdown(): void {
    this.timer?.cancel();
    this.timer = undefined;
    for (const entries of [...this.byBucket.values()]) {
      for (const entry of [...entries]) this.take(entry);
    }
  }

  /** Holds the pull for at most `holdMs`; false when the limit is reached. */
  suspend(pull: HeldPull, holdMs: number): boolean {
    if (this.held >= this.limits.maxHeldPulls) return false;
    const waitMs = Math.min(Math.max(holdMs, 0), this.limits.maxHoldMs);
    const bucket = this.bucketOf(this.clock.monotonicNow() + waitMs) + 1;
    const entry: Entry = { pull, bucket, woken: false };
    this.entriesOf(pull.topic, pull.queueId).add(entry);
    addTo(this.byConnection, pull.connection.id, entry);
    addTo(this.byBucket, bucket, entry);
    this.held++;
    this.counters.pullsHeld++;
    return true;
  }

  /**
   * Tells that a message became readable. `maxOffset` is the queue's max offset with it, so its own
   * offset is one below.
   */
  notifyMessageArriving(
    topic: string,
    queueId: number,
    maxOffset: number,
    tagsCode: number | undefined,
  ): void {
    if (this.held === 0) return;
    const entries = this.byTopic.get(topic)?.get(queueId);
    if (!entries) return;
    for (const entry of entries) {
      if (entry.woken || maxOffset <= entry.pull.offset) continue;
      const { filter } = entry.pull;
      if (filter && tagsCode !== undefined && !filter.matchesTagsCode(tagsCode)) continue;
      this.wake(entry);
    }
  }

  /** Forgets what a closed connection waited for. */
  onConnectionClosed(connectionId: number): void {
    const entries = this.byConnection.get(connectionId);
    if (!entries) return;
    for (const entry of [...entries]) this.remove(entry);
  }

  /** Wakes every pull of a topic, as when the topic is deleted or its permission changes. */
  wakeTopic(topic: string): void {
    const queues = this.byTopic.get(topic);
    if (!queues) return;
    for (const entries of queues.values()) {
      for (const entry of entries) if (!entry.woken) this.wake(entry);
    }
  }

  /** Wakes every pull of a group in a topic, as when the group is to go on at another offset. */
  wakeGroup(topic: string, consumerGroup: string): void {
    for (const entries of this.byTopic.get(topic)?.values() ?? []) {
      for (const entry of entries) {
        if (!entry.woken && entry.pull.consumerGroup === consumerGroup) this.wake(entry);
      }
    }
  }

  /** Run by the turn, after the stores' commits. */
  runAtTurnEnd(): void {
    const woken = this.woken;
    this.woken = [];
    for (const entry of woken) {
      if (!this.isHeld(entry)) continue;
      this.counters.pullsWoken++;
      this.take(entry);
    }
  }

  private wake(entry: Entry): void {
    entry.woken = true;
    if (this.woken.length === 0) this.turn.deferCommit(this);
    this.woken.push(entry);
  }

  private endOverdue(): void {
    const nowBucket = this.bucketOf(this.clock.monotonicNow());
    if (this.held === 0) {
      this.checkedBucket = nowBucket;
      return;
    }
    while (this.checkedBucket < nowBucket) {
      const entries = this.byBucket.get(++this.checkedBucket);
      if (!entries) continue;
      for (const entry of [...entries]) {
        this.counters.pullsTimedOut++;
        this.take(entry);
      }
    }
  }

  private take(entry: Entry): void {
    this.remove(entry);
    entry.pull.resume();
  }

  private isHeld(entry: Entry): boolean {
    return this.byBucket.get(entry.bucket)?.has(entry) ?? false;
  }

  private remove(entry: Entry): void {
    const { topic, queueId, connection } = entry.pull;
    const queues = this.byTopic.get(topic);
    const entries = queues?.get(queueId);
    if (!queues || !entries?.delete(entry)) return;
    if (entries.size === 0) queues.delete(queueId);
    if (queues.size === 0) this.byTopic.delete(topic);
    deleteFrom(this.byConnection, connection.id, entry);
    deleteFrom(this.byBucket, entry.bucket, entry);
    this.held--;
  }

  private entriesOf(topic: string, queueId: number): Set<Entry> {
    let queues = this.byTopic.get(topic);
    if (!queues) this.byTopic.set(topic, (queues = new Map()));
    let entries = queues.get(queueId);
    if (!entries) queues.set(queueId, (entries = new Set()));
    return entries;
  }

  private bucketOf(monotonicMs: number): number {
    return Math.floor(monotonicMs / TIMEOUT_CHECK_INTERVAL_MS);
  }
}

function addTo(map: Map<number, Set<Entry>>, key: number, entry: Entry): void {
  const entries = map.get(key);
  if (entries) entries.add(entry);
  else map.set(key, new Set([entry]));
}

function deleteFrom(map: Map<number, Set<Entry>>, key: number, entry: Entry): void {
  const entries = map.get(key);
  if (entries?.delete(entry) && entries.size === 0) map.delete(key);
}
