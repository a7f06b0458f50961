import { errorMessageOf, type MessageQueue, type Timer } from '@rocket-nest/common';
import { describeMessageQueue, messageQueueKey } from '../route/message-queues';
import { withDeadline } from '../support/deadline';
import { ClientError } from '../errors/client-error';
import type { ConsumeService } from './consume-service';
import { needsQueueLocks, type ConsumerRuntime } from './consumer-runtime';
import { ProcessQueue } from './process-queue';
import { computePullFromWhere } from './pull-from-where';
import type { QueueLockService } from './queue-lock-service';
import { GroupQueueShares, type QueueShares } from './queue-shares';

/** Pause before the next attempt after one that could not do all. */
const RETRY_INTERVAL_MS = 1000;
/** How long the calls that run are waited for before a queue's offset is changed by order. */
const RESET_WAIT_MS = 10_000;

/** What becomes of the queues that a rebalance gives and takes. */
export interface QueueAssignments {
  /** Begins to pull. */
  assigned(queue: ProcessQueue, offset: number): void;
  unassigned(queue: ProcessQueue): void;
  /** The queues of a topic that are worked on here have changed: now it is `mine` of `all`. */
  changed?(topic: string, all: readonly MessageQueue[], mine: readonly MessageQueue[]): void;
}

/** Finds out which queues are this consumer's, now and whenever members or queues change. */
export class RebalanceService {
  private readonly queues = new Map<string, ProcessQueue>();
  /** Queues given up whose last calls still run; they are not taken again before these end. */
  private readonly leaving = new Map<string, Promise<void>>();
  private timer: Timer | undefined;
  private underWay: Promise<void> | undefined;
  private again = false;
  private stopped = false;

  constructor(
    private readonly runtime: ConsumerRuntime,
    private readonly locks: Pick<QueueLockService, 'lock' | 'unlock'>,
    private readonly consumeService: Pick<ConsumeService, 'whenIdle'>,
    private readonly assignments: QueueAssignments,
    private readonly shares: QueueShares = new GroupQueueShares(runtime),
  ) {}

  /** The queues that this consumer works on now. */
  processQueues(): ProcessQueue[] {
    return [...this.queues.values()];
  }

  /** Runs now, or once more after the run under way; resolves when that has ended. */
  runNow(): Promise<void> {
    if (this.underWay) {
      this.again = true;
      return this.underWay;
    }
    this.underWay = this.runUntilSettled().finally(() => {
      this.underWay = undefined;
    });
    return this.underWay;
  }

  /** Takes no queue any more; the caller gives up those held. */
  async stop(): Promise<void> {
    this.stopped = true;
    this.timer?.cancel();
    await this.underWay;
    await Promise.all(this.leaving.values());
  }

  /** Gives a queue up at once, without storing anything: it is not this consumer's any more. */
  lose(queue: ProcessQueue): void {
    this.drop(queue);
    queue.abandoned = true;
    queue.locked = false;
    this.runtime.offsetStore.forget(queue.messageQueue);
    void this.runNow();
  }

  /** Goes on from another offset of the queue, once the calls that run have ended. */
  async restart(queue: ProcessQueue, offset: number): Promise<void> {
    const key = messageQueueKey(queue.messageQueue);
    if (this.queues.get(key) !== queue) return;
    this.drop(queue);
    queue.abandoned = true;
    const done = this.waitForCalls(queue).then(async () => {
      const { offsetStore, logger } = this.runtime;
      offsetStore.update(queue.messageQueue, offset, false);
      await offsetStore.persist([queue.messageQueue]).catch((error: unknown) => {
        const name = describeMessageQueue(queue.messageQueue);
        logger.warn(`new offset ${offset} of ${name} not stored: ${errorMessageOf(error)}`);
      });
      if (!this.stopped) this.assign(queue.messageQueue, offset, queue);
    });
    this.leaving.set(key, done);
    await done.finally(() => this.leaving.delete(key));
  }

  /** Goes on from another offset at once, as the consumer itself wants; nothing is stored. */
  move(queue: ProcessQueue, offset: number): void {
    if (this.queues.get(messageQueueKey(queue.messageQueue)) !== queue) return;
    this.drop(queue);
    queue.abandoned = true;
    if (!this.stopped) this.assign(queue.messageQueue, offset, queue);
  }

  private async runUntilSettled(): Promise<void> {
    this.timer?.cancel();
    let complete = true;
    do {
      this.again = false;
      if (!this.stopped) complete = await this.runOnce();
    } while (this.again && !this.stopped);
    if (this.stopped) return;
    const { settings, clock } = this.runtime;
    const pauseMs = complete ? settings.rebalanceIntervalMs : RETRY_INTERVAL_MS;
    this.timer = clock.after(pauseMs, () => void this.runNow());
  }

  /** True when every topic was shared out. */
  private async runOnce(): Promise<boolean> {
    const topics = [...this.runtime.subscriptions.keys()];
    const results = await Promise.all(
      topics.map(async (topic) => {
        try {
          return await this.shareOut(topic);
        } catch (error) {
          const { logger, consumerGroup } = this.runtime;
          logger.warn(`rebalance of ${topic} for ${consumerGroup}: ${errorMessageOf(error)}`);
          return false;
        }
      }),
    );
    for (const queue of this.processQueues()) {
      if (!this.runtime.subscriptions.has(queue.messageQueue.topic)) this.release(queue);
    }
    return results.every((complete) => complete);
  }

  private async shareOut(topic: string): Promise<boolean> {
    const route = this.runtime.instance.routes.get(topic);
    if (!route) return true; // it is looked for; finding it starts a rebalance
    const all = route.subscribeQueues;
    const mine = await this.shares.of(topic, all);
    const before = this.keysHeld(topic);
    const complete = await this.take(topic, mine);
    if (before !== this.keysHeld(topic)) this.assignments.changed?.(topic, all, mine);
    return complete;
  }

  private keysHeld(topic: string): string {
    const held = this.processQueues().filter((queue) => queue.messageQueue.topic === topic);
    return held
      .map((queue) => messageQueueKey(queue.messageQueue))
      .sort()
      .join('\n\n');
  }

  /** Makes exactly `mine` the queues of the topic that are worked on. */
  private async take(topic: string, mine: readonly MessageQueue[]): Promise<boolean> {
    const wanted = new Map(mine.map((queue) => [messageQueueKey(queue), queue] as const));
    for (const queue of this.processQueues()) {
      const { messageQueue } = queue;
      if (messageQueue.topic === topic && !wanted.has(messageQueueKey(messageQueue))) {
        this.release(queue);
      }
    }
    const missing = [...wanted]
      .filter(([key]) => !this.queues.has(key) && !this.leaving.has(key))
      .map(([, queue]) => queue);
    const blocked = [...wanted.keys()].some((key) => this.leaving.has(key));
    if (missing.length === 0) return !blocked;
    const locking = needsQueueLocks(this.runtime);
    const free = locking ? await this.locks.lock(missing) : missing;
    const lockedAtMs = this.runtime.clock.monotonicNow();
    const started = await Promise.all(free.map((queue) => this.begin(queue, locking, lockedAtMs)));
    return !blocked && free.length === missing.length && started.every((ok) => ok);
  }

  private async begin(queue: MessageQueue, locked: boolean, lockedAtMs: number): Promise<boolean> {
    try {
      this.runtime.offsetStore.forget(queue);
      const offset = await computePullFromWhere(this.runtime, queue);
      if (this.stopped || !this.runtime.subscriptions.has(queue.topic)) return true;
      this.assign(queue, offset, { locked, lastLockMs: lockedAtMs });
      return true;
    } catch (error) {
      const name = describeMessageQueue(queue);
      this.runtime.logger.warn(`${name} cannot be consumed yet: ${errorMessageOf(error)}`);
      return false;
    }
  }

  private assign(
    messageQueue: MessageQueue,
    offset: number,
    lock: Pick<ProcessQueue, 'locked' | 'lastLockMs'>,
  ): void {
    const queue = new ProcessQueue(messageQueue, this.runtime.clock.monotonicNow());
    queue.locked = lock.locked;
    queue.lastLockMs = lock.lastLockMs;
    this.queues.set(messageQueueKey(messageQueue), queue);
    this.assignments.assigned(queue, offset);
  }

  private drop(queue: ProcessQueue): void {
    queue.dropped = true;
    const key = messageQueueKey(queue.messageQueue);
    if (this.queues.get(key) === queue) this.queues.delete(key);
    this.assignments.unassigned(queue);
  }

  /** Hands a queue over to whoever is next. */
  private release(queue: ProcessQueue): void {
    this.drop(queue);
    const key = messageQueueKey(queue.messageQueue);
    const done = this.handOver(queue).finally(() => this.leaving.delete(key));
    this.leaving.set(key, done);
  }

  /**
   * A locked queue waits for its running call, so that the next owner cannot overtake it; any other
   * one may be with its next owner already, so what runs does not commit.
   */
  private async handOver(queue: ProcessQueue): Promise<void> {
    const { offsetStore, logger } = this.runtime;
    const { messageQueue } = queue;
    const locking = needsQueueLocks(this.runtime);
    if (locking) await this.consumeService.whenIdle(queue);
    queue.abandoned = true;
    await offsetStore.persist([messageQueue]).catch((error: unknown) => {
      const name = describeMessageQueue(messageQueue);
      logger.warn(`offset of ${name} not stored at hand-over: ${errorMessageOf(error)}`);
    });
    offsetStore.forget(messageQueue);
    if (locking && queue.locked) await this.locks.unlock([messageQueue]);
  }

  private waitForCalls(queue: ProcessQueue): Promise<void> {
    const idle = this.consumeService.whenIdle(queue);
    const late = (): Error => new ClientError('REQUEST_TIMEOUT', 'calls still run');
    const wait = withDeadline(idle, this.runtime.clock, RESET_WAIT_MS, undefined, {
      late,
      aborted: late,
    });
    return wait.catch(() => undefined);
  }
}
