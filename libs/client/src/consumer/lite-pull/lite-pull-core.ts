import { errorMessageOf, type MessageExt, type MessageQueue } from '@rocket-nest/common';
import type { ConsumerData, ConsumerRunningInfo } from '@rocket-nest/remoting';
import { ClientError } from '../../errors/client-error';
import type { ConsumeMessageHook } from '../../hook/consume-message-hook';
import type { ConsumerMember } from '../../instance/client-members';
import type { MQClientInstance } from '../../instance/mq-client-instance';
import { describeMessageQueue, messageQueueKey } from '../../route/message-queues';
import type { CachedMessage } from '../cached-message';
import type { ConsumerSettings } from '../consumer-options';
import type { ConsumerRuntime } from '../consumer-runtime';
import { runningInfoOf } from '../consumer-running-info';
import { ConsumeCalls } from '../consume-calls';
import { createOffsetStore } from '../create-offset-store';
import { joinGroup } from '../join-group';
import type { ProcessQueue } from '../process-queue';
import { QueuePuller, type PullHost } from '../queue-puller';
import { GroupQueueShares } from '../queue-shares';
import { RebalanceService, type QueueAssignments } from '../rebalance-service';
import { ConsumerStats } from '../stats/consumer-stats';
import type { Subscription } from '../subscription';
import type { LitePullSettings } from './lite-pull-consumer-options';
import { ReadyMessages, type Chunk } from './ready-messages';
import { TopicQueueWatch } from './topic-queue-watch';

/** Lite pull consumers take no locks and run no calls. */
const NO_LOCKS = { lock: () => Promise.resolve([]), unlock: () => Promise.resolve() };
const NO_CALLS = { whenIdle: () => Promise.resolve() };

/** What a lite pull consumer takes messages of. */
export interface LitePullSource {
  /** By topic, with namespace. */
  readonly subscriptions: ReadonlyMap<string, Subscription>;
  /** The queues that the user chose, undefined when the group shares out the subscribed topics. */
  assigned(): readonly MessageQueue[] | undefined;
}

/** Puts the parts of a running lite pull consumer together. */
export class LitePullCore implements ConsumerMember, QueueAssignments, PullHost {
  private readonly runtime: ConsumerRuntime;
  private readonly rebalance: RebalanceService;
  private readonly pullers = new Map<ProcessQueue, QueuePuller>();
  private readonly paused = new Set<string>();
  private readonly ready = new ReadyMessages((queue) => this.isPaused(queue));
  /** Given to the user, perhaps still in work. */
  private handedOut: Chunk[] = [];
  /** Up to where queues are consumed, whether stored or not. */
  private readonly consumed = new Map<string, readonly [MessageQueue, number]>();
  readonly watch: TopicQueueWatch;
  private readonly calls: ConsumeCalls;
  private readonly startTimeMs: number;
  private nextCommitMs: number;

  constructor(
    private readonly instance: MQClientInstance,
    readonly consumerGroup: string,
    namespace: string | undefined,
    settings: ConsumerSettings,
    private readonly lite: LitePullSettings,
    private readonly source: LitePullSource,
    hooks: readonly ConsumeMessageHook[],
  ) {
    const { clock, logger } = instance.environment;
    this.startTimeMs = clock.wallNow();
    this.nextCommitMs = clock.monotonicNow() + lite.autoCommitIntervalMs;
    this.runtime = {
      consumerGroup,
      namespace,
      settings,
      instance,
      offsetStore: settings.offsetStore ?? createOffsetStore(instance, consumerGroup, settings),
      subscriptions: source.subscriptions,
      orderly: false,
      litePull: true,
      suspendedTopics: new Set(),
      newTopics: new Map(),
      hooks,
      stats: new ConsumerStats(clock),
      clock,
      logger,
    };
    this.calls = new ConsumeCalls(this.runtime);
    this.watch = new TopicQueueWatch(instance.routes, logger);
    const group = new GroupQueueShares(this.runtime);
    this.rebalance = new RebalanceService(this.runtime, NO_LOCKS, NO_CALLS, this, {
      of: async (topic, all) =>
        source.assigned()?.filter((queue) => queue.topic === topic) ?? group.of(topic, all),
    });
  }

  start(): Promise<void> {
    this.runtime.offsetStore.load();
    return joinGroup(this.runtime, this.rebalance);
  }

  async shutdown(): Promise<void> {
    this.ready.close();
    this.watch.stop();
    const queues = this.rebalance.processQueues();
    for (const queue of queues) queue.dropped = true;
    await this.rebalance.stop();
    if (this.lite.autoCommit) await this.storeConsumed();
    for (const queue of queues) queue.abandoned = true;
  }

  /** Topics or assigned queues have changed; resolves once that is carried out. */
  async sourceChanged(): Promise<void> {
    await this.instance.findMissingRoutes();
    await this.instance.heartbeats.sendToAll();
    await this.rebalance.runNow();
  }

  assignment(): MessageQueue[] {
    return this.rebalance.processQueues().map((queue) => queue.messageQueue);
  }

  /** The next messages of one queue. They count as consumed from `acknowledge` on. */
  async next(timeoutMs: number, signal: AbortSignal | undefined): Promise<Chunk | undefined> {
    if (this.lite.autoCommit) this.commitInTime();
    const chunk = await this.ready.next(timeoutMs, signal);
    if (chunk) {
      const messages = chunk.entries.map((entry) => entry.message);
      this.calls.end(this.calls.begin(chunk.queue, messages), messages.length, 'SUCCESS');
    }
    return chunk;
  }

  /** Remembers that the user has these messages. */
  handOut(chunk: Chunk): MessageExt[] {
    this.handedOut.push(chunk);
    return chunk.entries.map((entry) => entry.message);
  }

  /** All that was handed out is consumed. */
  acknowledgeHandedOut(): void {
    const chunks = this.handedOut;
    this.handedOut = [];
    for (const chunk of chunks) this.acknowledge(chunk);
  }

  acknowledge({ queue, entries }: Chunk): void {
    if (queue.abandoned) return;
    const full = this.isFull();
    const offset = queue.removeMessages(entries);
    if (offset >= 0)
      this.consumed.set(messageQueueKey(queue.messageQueue), [queue.messageQueue, offset]);
    if (full && !this.isFull()) this.resumePullers();
  }

  putBack(chunk: Chunk): void {
    if (!chunk.queue.dropped) this.ready.putBack(chunk);
  }

  async storeConsumed(): Promise<void> {
    await this.store([...this.consumed.values()]);
  }

  async store(offsets: readonly (readonly [MessageQueue, number])[]): Promise<void> {
    const { offsetStore } = this.runtime;
    for (const [queue, offset] of offsets) offsetStore.update(queue, offset, false);
    await offsetStore.persist(offsets.map(([queue]) => queue));
  }

  committed(queue: MessageQueue): Promise<number | undefined> {
    return this.runtime.offsetStore.read(queue);
  }

  pause(queues: readonly MessageQueue[]): void {
    for (const queue of queues) this.paused.add(messageQueueKey(queue));
  }

  resume(queues: readonly MessageQueue[]): void {
    for (const queue of queues) this.paused.delete(messageQueueKey(queue));
    this.resumePullers();
    this.ready.wake();
  }

  /** Throws OPTION_ILLEGAL for a queue that is not this member's. */
  seek(messageQueue: MessageQueue, offset: number): void {
    const key = messageQueueKey(messageQueue);
    const held = this.rebalance
      .processQueues()
      .find((queue) => messageQueueKey(queue.messageQueue) === key);
    if (!held) {
      throw new ClientError(
        'OPTION_ILLEGAL',
        `${describeMessageQueue(messageQueue)} is not assigned to this consumer now`,
      );
    }
    this.rebalance.move(held, offset);
    this.consumed.set(key, [held.messageQueue, offset]);
  }

  private commitInTime(): void {
    const { clock, logger } = this.runtime;
    if (clock.monotonicNow() < this.nextCommitMs) return;
    this.nextCommitMs = clock.monotonicNow() + this.lite.autoCommitIntervalMs;
    this.storeConsumed().catch((error: unknown) =>
      logger.warn(`offsets of ${this.consumerGroup} not stored: ${errorMessageOf(error)}`),
    );
  }

  private isPaused(queue: ProcessQueue): boolean {
    return this.paused.size > 0 && this.paused.has(messageQueueKey(queue.messageQueue));
  }

  private isFull(): boolean {
    let held = 0;
    for (const queue of this.pullers.keys()) held += queue.messageCount;
    return held >= this.lite.pullThresholdForAll;
  }

  private resumePullers(): void {
    for (const puller of this.pullers.values()) puller.resume();
  }

  // As the client instance sees it

  topics(): Iterable<string> {
    return new Set([...this.source.subscriptions.keys(), ...this.watch.topics]);
  }

  consumerData(): ConsumerData {
    const { settings, subscriptions } = this.runtime;
    return {
      groupName: this.consumerGroup,
      consumeType: 'CONSUME_ACTIVELY',
      messageModel: settings.messageModel,
      consumeFromWhere: settings.consumeFromWhere,
      subscriptionDataSet: this.source.assigned() ? [] : [...subscriptions.values()],
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
    const wanted = new Map(offsets.map(([queue, offset]) => [messageQueueKey(queue), offset]));
    const held = this.rebalance
      .processQueues()
      .filter((queue) => queue.messageQueue.topic === topic);
    await Promise.all(
      held.map(async (queue) => {
        const offset = wanted.get(messageQueueKey(queue.messageQueue));
        if (offset !== undefined) await this.rebalance.restart(queue, offset);
      }),
    );
  }

  consumedOffsets(topic: string): [MessageQueue, number][] {
    return [...this.consumed.values()]
      .filter(([queue]) => queue.topic === topic)
      .map(([queue, offset]) => [queue, offset]);
  }

  runningInfo(): ConsumerRunningInfo {
    return runningInfoOf(this.runtime, this.rebalance.processQueues(), this.startTimeMs);
  }

  // As the rebalance sees it

  assigned(queue: ProcessQueue, offset: number): void {
    const puller = new QueuePuller(this.runtime, queue, offset, this);
    this.pullers.set(queue, puller);
    puller.resume();
  }

  /** The rebalance stores what the offset store holds of the queue. */
  unassigned(queue: ProcessQueue): void {
    const key = messageQueueKey(queue.messageQueue);
    const consumed = this.consumed.get(key);
    if (consumed && this.lite.autoCommit) this.runtime.offsetStore.update(...consumed, false);
    this.consumed.delete(key);
    this.pullers.delete(queue);
    this.ready.forget(queue);
  }

  changed(topic: string, all: readonly MessageQueue[], mine: readonly MessageQueue[]): void {
    try {
      this.lite.messageQueueListener?.(topic, all, mine);
    } catch (error) {
      this.runtime.logger.error(`messageQueueListener threw: ${errorMessageOf(error)}`);
    }
  }

  // As the pullers see it

  mayPull(queue: ProcessQueue): boolean {
    return !this.isPaused(queue) && !this.isFull();
  }

  /** Limits are per queue and over all. */
  queueCountOf(): number {
    return 1;
  }

  submit(queue: ProcessQueue, added: readonly CachedMessage[]): void {
    this.ready.add(queue, added);
  }

  skipped({ messageQueue }: ProcessQueue, offset: number): void {
    this.consumed.set(messageQueueKey(messageQueue), [messageQueue, offset]);
  }

  offsetMoved(queue: ProcessQueue, offset: number): void {
    void this.rebalance.restart(queue, offset);
  }
}
