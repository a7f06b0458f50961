import {
  validateGroup,
  validateTopic,
  withNamespace,
  type MessageExt,
  type MessageQueue,
} from '@rocket-nest/common';
import { clientSettings, type ClientDependencies } from '../../config/client-options';
import { ClientError } from '../../errors/client-error';
import { ClientRegistry } from '../../instance/client-registry';
import type { MQClientInstance } from '../../instance/mq-client-instance';
import { QueueOffsets } from '../../route/queue-offsets';
import { ConsumeHooks } from '../consume-hooks';
import { checkConsumerSettings } from '../consumer-options.check';
import type { ConsumerSettings } from '../consumer-options';
import { createSubscription, type MessageSelector, type Subscription } from '../subscription';
import { LitePullCore } from './lite-pull-core';
import {
  litePullConsumerSettings,
  litePullSettings,
  type LitePullConsumerOptions,
  type LitePullSettings,
} from './lite-pull-consumer-options';
import type { TopicMessageQueueChangeListener } from './topic-queue-watch';

/**
 * Receives messages when it asks for them: of topics shared with its group (`subscribe`) or of queues
 * it chooses (`assign`). What `poll` returned counts as consumed from the next `poll` or `commit` on;
 * what is consumed is stored every `autoCommitIntervalMs`, or by `commit`.
 */
export class DefaultLitePullConsumer {
  /** With its namespace, as on the wire. */
  readonly consumerGroup: string;
  private readonly registry: ClientRegistry;
  private readonly settings: ConsumerSettings;
  private readonly lite: LitePullSettings;
  private readonly subscriptions = new Map<string, Subscription>();
  private assigned: readonly MessageQueue[] | undefined;
  private state: 'created' | 'running' | 'stopped' = 'created';
  private instance: MQClientInstance | undefined;
  private core: LitePullCore | undefined;
  private hooks: ConsumeHooks | undefined;

  constructor(
    private readonly options: LitePullConsumerOptions,
    dependencies: ClientDependencies = {},
  ) {
    const problem = validateGroup(options.consumerGroup);
    if (problem) throw new ClientError('GROUP_ILLEGAL', problem.message);
    this.settings = litePullConsumerSettings(options);
    this.lite = litePullSettings(options);
    checkConsumerSettings(this.settings);
    this.consumerGroup = withNamespace(options.namespace, options.consumerGroup);
    this.registry = dependencies.registry ?? new ClientRegistry(dependencies);
  }

  get isRunning(): boolean {
    return this.state === 'running';
  }

  /**
   * Takes this member's share of a topic. Resolves at once before `start`, else once its queues are
   * known.
   *
   * @param filter tags as `TagA || TagB`, `*` (the default) for all, or another selector
   */
  async subscribe(topic: string, filter?: string | MessageSelector): Promise<void> {
    if (this.assigned) throw mixed();
    this.addSubscription(topic, filter);
    await this.core?.sourceChanged();
  }

  async unsubscribe(topic: string): Promise<void> {
    this.subscriptions.delete(this.wired(topic));
    await this.core?.sourceChanged();
  }

  /** Takes exactly these queues, whoever else consumes them. Replaces those assigned before. */
  async assign(queues: readonly MessageQueue[]): Promise<void> {
    if (!this.assigned && this.subscriptions.size > 0) throw mixed();
    this.assigned = queues.map((queue) => ({ ...queue, topic: this.wired(queue.topic) }));
    const topics = new Set(this.assigned.map((queue) => queue.topic));
    for (const topic of this.subscriptions.keys()) {
      if (!topics.has(topic)) this.subscriptions.delete(topic);
    }
    for (const { topic } of queues) {
      if (!this.subscriptions.has(this.wired(topic))) this.addSubscription(topic, undefined);
    }
    await this.core?.sourceChanged();
  }

  /** Which messages of an assigned topic are wanted; what was pulled already stays. */
  setSubExpressionForAssign(topic: string, filter: string | MessageSelector): void {
    if (!this.subscriptions.has(this.wired(topic)) || !this.assigned) {
      throw new ClientError('SUBSCRIPTION_ILLEGAL', `assign queues of topic ${topic} first`);
    }
    this.addSubscription(topic, filter);
  }

  /** Joins the group and finds its first queues, like the push consumer. */
  async start(): Promise<void> {
    if (this.state !== 'created') {
      throw new ClientError('ALREADY_STARTED', `consumer ${this.consumerGroup} was started before`);
    }
    const broadcasting = this.settings.messageModel === 'BROADCASTING';
    const instanceName = this.options.instanceName ?? (broadcasting ? 'DEFAULT' : undefined);
    const settings = clientSettings({ ...this.options, ...(instanceName && { instanceName }) });
    const instance = this.registry.acquire(settings);
    const { subscriptions } = this;
    const source = { subscriptions, assigned: () => this.assigned };
    const { namespace } = this.options;
    try {
      this.hooks = new ConsumeHooks(instance, this.consumerGroup, this.options);
      this.core = new LitePullCore(
        instance,
        this.consumerGroup,
        namespace,
        this.settings,
        this.lite,
        source,
        this.hooks.list,
      );
      instance.registerConsumer(this.core);
    } catch (error) {
      await this.hooks?.shutdown();
      await this.registry.release(instance);
      throw error;
    }
    this.instance = instance;
    this.state = 'running';
    await this.core.start();
  }

  /**
   * Leaves the group; with `autoCommit` what is consumed is stored. Messages of the last `poll` come
   * again unless `commit` was called after them.
   */
  async shutdown(): Promise<void> {
    if (this.state !== 'running') return;
    this.state = 'stopped';
    await this.core!.shutdown();
    await this.hooks?.shutdown();
    await this.instance!.unregisterConsumer(this.consumerGroup);
    await this.registry.release(this.instance!);
  }

  /**
   * The next messages, all of one queue; empty when there are none in time (default `pollTimeoutMs`)
   * or the consumer is shut down meanwhile. All returned earlier counts as consumed.
   */
  async poll(
    timeoutMs = this.lite.pollTimeoutMs,
    options: { signal?: AbortSignal } = {},
  ): Promise<MessageExt[]> {
    const core = this.running();
    core.acknowledgeHandedOut();
    const chunk = await core.next(timeoutMs, options.signal);
    return chunk ? core.handOut(chunk) : [];
  }

  /**
   * One message after another until the consumer is shut down or the signal fires. A message counts
   * as consumed when the next one is asked for; the one at which the loop is left comes again.
   */
  async *messages(
    options: { signal?: AbortSignal } = {},
  ): AsyncGenerator<MessageExt, void, undefined> {
    const core = this.running();
    const { signal } = options;
    while (this.isRunning && !signal?.aborted) {
      const chunk = await core.next(this.lite.pollTimeoutMs, signal).catch(endOnAbort);
      if (!chunk) continue;
      let done = 0;
      try {
        for (const entry of chunk.entries) {
          if (chunk.queue.dropped || signal?.aborted) break;
          yield entry.message;
          core.acknowledge({ queue: chunk.queue, entries: [entry] });
          done++;
        }
      } finally {
        core.putBack({ queue: chunk.queue, entries: chunk.entries.slice(done) });
      }
    }
  }

  [Symbol.asyncIterator](): AsyncGenerator<MessageExt, void, undefined> {
    return this.messages();
  }

  /** Stores offsets: these, or all that is consumed, what `poll` returned last included. */
  async commit(offsets?: Iterable<readonly [MessageQueue, number]>): Promise<void> {
    const core = this.running();
    if (offsets) {
      await core.store([...offsets].map(([queue, offset]) => [this.wiredQueue(queue), offset]));
      return;
    }
    core.acknowledgeHandedOut();
    await core.storeConsumed();
  }

  /** The group's stored offset, undefined when none is stored. */
  committed(queue: MessageQueue): Promise<number | undefined> {
    return this.running().committed(this.wiredQueue(queue));
  }

  /** The queues that this member works on now; topics with their namespace. */
  assignment(): MessageQueue[] {
    return this.core?.assignment() ?? [];
  }

  /** Hands out no messages of these queues until `resume`. */
  pause(queues: readonly MessageQueue[]): void {
    this.running().pause(queues.map((queue) => this.wiredQueue(queue)));
  }

  resume(queues: readonly MessageQueue[]): void {
    this.running().resume(queues.map((queue) => this.wiredQueue(queue)));
  }

  /**
   * Goes on from another offset of one of its queues. Rejects with OPTION_ILLEGAL when the queue is
   * not assigned to it or has not that offset. A later `commit` stores the new place.
   */
  async seek(queue: MessageQueue, offset: number): Promise<void> {
    const [min, max] = await Promise.all([this.offsets.min(queue), this.offsets.max(queue)]);
    if (!Number.isInteger(offset) || offset < min || offset > max) {
      throw new ClientError(
        'OPTION_ILLEGAL',
        `offset ${offset} does not exist: the queue has ${min} to ${max}`,
      );
    }
    this.running().seek(this.wiredQueue(queue), offset);
  }

  async seekToBegin(queue: MessageQueue): Promise<void> {
    const offset = await this.offsets.min(queue);
    this.running().seek(this.wiredQueue(queue), offset);
  }

  async seekToEnd(queue: MessageQueue): Promise<void> {
    const offset = await this.offsets.max(queue);
    this.running().seek(this.wiredQueue(queue), offset);
  }

  /** The offset of the first message stored at `timestampMs` or later. */
  offsetForTimestamp(queue: MessageQueue, timestampMs: number): Promise<number> {
    return this.offsets.search(queue, timestampMs);
  }

  /** All readable queues of a topic. Rejects with NO_ROUTE. */
  fetchMessageQueues(topic: string): Promise<readonly MessageQueue[]> {
    return this.offsets.subscribeQueues(topic);
  }

  /**
   * Tells when the queues of a topic change, by the next look at its route (every
   * `pollNameServerIntervalMs`); for those who `assign` them.
   */
  async registerTopicMessageQueueChangeListener(
    topic: string,
    listener: TopicMessageQueueChangeListener,
  ): Promise<void> {
    await this.offsets.route(topic);
    this.running().watch.add(this.wired(topic), (_, queues) => listener(topic, queues));
  }

  private get offsets(): QueueOffsets {
    this.running();
    return new QueueOffsets(this.instance!, this.options.namespace);
  }

  private addSubscription(topic: string, filter: string | MessageSelector | undefined): void {
    const problem = validateTopic(topic);
    if (problem) throw new ClientError('TOPIC_ILLEGAL', problem.message);
    const name = this.wired(topic);
    const nowMs = Math.floor(this.registry.environment.clock.wallNow());
    const version = Math.max(nowMs, (this.subscriptions.get(name)?.subVersion ?? 0) + 1);
    this.subscriptions.set(name, createSubscription(name, filter, version));
  }

  private wired(topic: string): string {
    return withNamespace(this.options.namespace, topic);
  }

  private wiredQueue(queue: MessageQueue): MessageQueue {
    return { ...queue, topic: this.wired(queue.topic) };
  }

  private running(): LitePullCore {
    if (this.state === 'running') return this.core!;
    const why = this.state === 'created' ? 'is not started: call start() first' : 'is shut down';
    throw new ClientError('NOT_RUNNING', `consumer ${this.consumerGroup} ${why}`);
  }
}

/** A loop ends quietly where its signal fires. */
function endOnAbort(error: unknown): undefined {
  if ((error as ClientError).code === 'ABORTED') return undefined;
  throw error;
}

function mixed(): ClientError {
  return new ClientError(
    'SUBSCRIPTION_ILLEGAL',
    'subscribe and assign exclude each other: a group shares queues out, or the user does',
  );
}
