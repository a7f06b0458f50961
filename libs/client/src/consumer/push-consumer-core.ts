import {
  errorMessageOf,
  type MessageExt,
  type MessageQueue,
  type Timer,
} from '@rocket-nest/common';
import type {
  ConsumeMessageDirectlyResult,
  ConsumerData,
  ConsumerRunningInfo,
} from '@rocket-nest/remoting';
import { ClientError } from '../errors/client-error';
import type { ConsumeMessageHook } from '../hook/consume-message-hook';
import type { ConsumerMember } from '../instance/client-members';
import type { MQClientInstance } from '../instance/mq-client-instance';
import { createOffsetStore } from './create-offset-store';
import { messageQueueKey } from '../route/message-queues';
import { withDeadline } from '../support/deadline';
import type { CachedMessage } from './cached-message';
import { consumeDirectly } from './consume-directly';
import { ConsumeMessageConcurrentlyService } from './consume-message-concurrently-service';
import { ConsumeMessageOrderlyService } from './consume-message-orderly-service';
import type { ConsumeService } from './consume-service';
import type { ConsumerSettings } from './consumer-options';
import { needsQueueLocks, type ConsumerRuntime } from './consumer-runtime';
import { runningInfoOf } from './consumer-running-info';
import { joinGroup } from './join-group';
import { isOrderlyListener, type MessageListener } from './message-listener';
import { MessageSendBack } from './message-send-back';
import { presentMessage } from './present-message';
import type { ProcessQueue } from './process-queue';
import { QueueLockService } from './queue-lock-service';
import { QueuePuller, type PullHost } from './queue-puller';
import type { QueueStatus } from './queue-status';
import { RebalanceService, type QueueAssignments } from './rebalance-service';
import { ConsumerStats } from './stats/consumer-stats';
import type { Subscription } from './subscription';

/** Puts the parts of a running push consumer together. */
export class PushConsumerCore implements ConsumerMember, QueueAssignments, PullHost {
  readonly startTimeMs: number;
  private suspended = false;
  private readonly suspendedTopics = new Set<string>();
  private readonly runtime: ConsumerRuntime;
  private readonly consumeService: ConsumeService;
  private readonly locks: QueueLockService;
  private readonly rebalance: RebalanceService;
  private readonly pullers = new Map<ProcessQueue, QueuePuller>();
  private persistTimer: Timer | undefined;

  constructor(
    private readonly instance: MQClientInstance,
    readonly consumerGroup: string,
    namespace: string | undefined,
    settings: ConsumerSettings,
    private readonly subscriptions: ReadonlyMap<string, Subscription>,
    private readonly listener: MessageListener,
    hooks: readonly ConsumeMessageHook[],
  ) {
    const { clock, logger } = instance.environment;
    this.startTimeMs = clock.wallNow();
    this.runtime = {
      consumerGroup,
      namespace,
      settings,
      instance,
      offsetStore: settings.offsetStore ?? createOffsetStore(instance, consumerGroup, settings),
      subscriptions,
      newTopics: new Map(),
      orderly: isOrderlyListener(listener),
      litePull: false,
      suspendedTopics: this.suspendedTopics,
      hooks,
      stats: new ConsumerStats(clock),
      clock,
      logger,
    };
    const sendBack = new MessageSendBack(this.runtime);
    this.consumeService = isOrderlyListener(listener)
      ? new ConsumeMessageOrderlyService(this.runtime, listener, sendBack)
      : new ConsumeMessageConcurrentlyService(this.runtime, listener, sendBack);
    this.locks = new QueueLockService(
      this.runtime,
      () => this.rebalance.processQueues(),
      (queue) => this.rebalance.lose(queue),
    );
    this.rebalance = new RebalanceService(this.runtime, this.locks, this.consumeService, this);
  }

  async start(): Promise<void> {
    const { offsetStore, settings, clock } = this.runtime;
    offsetStore.load();
    this.consumeService.start();
    if (needsQueueLocks(this.runtime)) this.locks.start();
    this.persistTimer = clock.every(
      settings.persistConsumerOffsetIntervalMs,
      () => void this.persistOffsets(),
    );
    await joinGroup(this.runtime, this.rebalance);
  }

  async shutdown(timeoutMs: number): Promise<void> {
    const { logger, clock } = this.runtime;
    this.persistTimer?.cancel();
    this.suspended = true;
    this.consumeService.stop();
    const queues = this.rebalance.processQueues();
    for (const queue of queues) queue.dropped = true;
    const late = (): Error => new ClientError('REQUEST_TIMEOUT', 'listener calls still run');
    const drained = Promise.all([this.consumeService.whenIdle(), this.rebalance.stop()]);
    await withDeadline(drained, clock, timeoutMs, undefined, { late, aborted: late }).catch(() =>
      logger.warn(
        `${this.consumerGroup}: listener calls still run after ${timeoutMs} ms; their messages will ` +
          'be delivered again',
      ),
    );
    for (const queue of queues) queue.abandoned = true;
    await this.persistOffsets(queues.map((queue) => queue.messageQueue));
    this.locks.stop();
    const locked = queues.filter((queue) => queue.locked).map((queue) => queue.messageQueue);
    if (locked.length > 0) await this.locks.unlock(locked);
  }

  suspend(): void {
    this.suspended = true;
  }

  resume(): void {
    this.suspended = false;
    this.suspendedTopics.clear();
    this.goOn();
  }

  suspendTopic(topic: string): void {
    this.suspendedTopics.add(topic);
  }

  resumeTopic(topic: string): void {
    this.suspendedTopics.delete(topic);
    this.goOn();
  }

  private goOn(): void {
    this.consumeService.resume();
    for (const puller of this.pullers.values()) puller.resume();
  }

  /** A topic was added or taken away while running. */
  subscriptionsChanged(): void {
    this.runtime.stats.keepOnly(new Set(this.subscriptions.keys()));
    void this.instance
      .findMissingRoutes()
      .then(() => this.instance.heartbeats.sendToAll())
      .then(() => this.rebalance.runNow());
  }

  queueStatuses(): QueueStatus[] {
    const nowMs = this.runtime.clock.monotonicNow();
    return [...this.pullers.values()].map(({ queue, pullOffset }) => ({
      messageQueue: queue.messageQueue,
      cachedMessages: queue.messageCount,
      cachedBytes: queue.sizeBytes,
      pullOffset,
      consumedOffset: this.runtime.offsetStore.cached(queue.messageQueue),
      lastPullAgeMs: nowMs - queue.lastPullMs,
      locked: queue.locked,
    }));
  }

  // As the client instance sees it

  topics(): Iterable<string> {
    return this.subscriptions.keys();
  }

  consumerData(): ConsumerData {
    const { settings } = this.runtime;
    return {
      groupName: this.consumerGroup,
      consumeType: 'CONSUME_PASSIVELY',
      messageModel: settings.messageModel,
      consumeFromWhere: settings.consumeFromWhere,
      subscriptionDataSet: [...this.subscriptions.values()],
      unitMode: false,
    };
  }

  rebalanceSoon(): void {
    void this.rebalance.runNow();
  }

  async resetOffsets(
    topic: string,
    offsets: readonly (readonly [MessageQueue, number])[],
  ): Promise<void> {
    const held = new Map(
      this.rebalance.processQueues().map((queue) => [messageQueueKey(queue.messageQueue), queue]),
    );
    await Promise.all(
      offsets.map(async ([messageQueue, offset]) => {
        const queue = held.get(messageQueueKey(messageQueue));
        if (queue && messageQueue.topic === topic) await this.rebalance.restart(queue, offset);
      }),
    );
  }

  consumedOffsets(topic: string): [MessageQueue, number][] {
    const { offsetStore } = this.runtime;
    return this.rebalance.processQueues().flatMap(({ messageQueue }) => {
      const offset = offsetStore.cached(messageQueue);
      return messageQueue.topic === topic && offset !== undefined ? [[messageQueue, offset]] : [];
    });
  }

  runningInfo(): ConsumerRunningInfo {
    return runningInfoOf(this.runtime, this.rebalance.processQueues(), this.startTimeMs);
  }

  consumeDirectly(message: MessageExt): Promise<ConsumeMessageDirectlyResult> {
    presentMessage(this.runtime, message);
    return consumeDirectly(this.listener, message, this.runtime.clock);
  }

  // As the rebalance sees it

  assigned(queue: ProcessQueue, offset: number): void {
    const puller = new QueuePuller(this.runtime, queue, offset, this);
    this.pullers.set(queue, puller);
    puller.resume();
  }

  unassigned(queue: ProcessQueue): void {
    this.pullers.delete(queue);
  }

  // As the pullers see it

  mayPull(queue: ProcessQueue): boolean {
    return !this.suspended && !this.suspendedTopics.has(queue.messageQueue.topic);
  }

  queueCountOf(topic: string): number {
    let count = 0;
    for (const queue of this.pullers.keys()) if (queue.messageQueue.topic === topic) count++;
    return count;
  }

  submit(queue: ProcessQueue, added: readonly CachedMessage[]): void {
    this.consumeService.submit(queue, added);
  }

  skipped(queue: ProcessQueue, offset: number): void {
    this.runtime.offsetStore.update(queue.messageQueue, offset, true);
  }

  offsetMoved(queue: ProcessQueue, offset: number): void {
    void this.rebalance.restart(queue, offset);
  }

  private async persistOffsets(queues?: readonly MessageQueue[]): Promise<void> {
    const { offsetStore, logger } = this.runtime;
    try {
      const held = this.rebalance.processQueues().map((queue) => queue.messageQueue);
      await offsetStore.persist(queues ?? held);
    } catch (error) {
      logger.warn(`offsets of ${this.consumerGroup} not stored: ${errorMessageOf(error)}`);
    }
  }
}
