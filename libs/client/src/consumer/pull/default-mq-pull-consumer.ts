import {
  validateGroup,
  withNamespace,
  withoutNamespace,
  type MessageExt,
  type MessageQueue,
} from '@rocket-nest/common';
import { PullSysFlag } from '../../api/pull-api';
import type { PullResult } from '../../api/pull-result';
import { clientSettings, type ClientDependencies } from '../../config/client-options';
import { ClientError } from '../../errors/client-error';
import { ClientRegistry } from '../../instance/client-registry';
import type { MQClientInstance } from '../../instance/mq-client-instance';
import { messageQueueKey } from '../../route/message-queues';
import { QueueOffsets } from '../../route/queue-offsets';
import { createSubscription, matchesTags, type MessageSelector } from '../subscription';
import type { PullConsumerOptions, PullOptions } from './pull-consumer-options';
import { PullMember } from './pull-member';

const MAX_PULL_BYTES = 0x7fffffff;

/**
 * Reads queues by hand: the caller chooses queue and offset of each pull, and stores offsets itself.
 * For programs that keep their own account; others take `DefaultLitePullConsumer`.
 */
export class DefaultMQPullConsumer {
  /** With its namespace, as on the wire. */
  readonly consumerGroup: string;
  private readonly registry: ClientRegistry;
  private readonly brokerIds = new Map<string, number>();
  private instance: MQClientInstance | undefined;
  private state: 'created' | 'running' | 'stopped' = 'created';

  constructor(
    private readonly options: PullConsumerOptions,
    dependencies: ClientDependencies = {},
  ) {
    const problem = validateGroup(options.consumerGroup);
    if (problem) throw new ClientError('GROUP_ILLEGAL', problem.message);
    this.consumerGroup = withNamespace(options.namespace, options.consumerGroup);
    this.registry = dependencies.registry ?? new ClientRegistry(dependencies);
  }

  async start(): Promise<void> {
    if (this.state !== 'created') {
      throw new ClientError('ALREADY_STARTED', `consumer ${this.consumerGroup} was started before`);
    }
    const instance = this.registry.acquire(clientSettings(this.options));
    const member = new PullMember(
      this.consumerGroup,
      this.options.messageModel ?? 'CLUSTERING',
      instance.environment.clock.wallNow(),
      () => instance.nameServers.description,
    );
    try {
      instance.registerConsumer(member);
    } catch (error) {
      await this.registry.release(instance);
      throw error;
    }
    this.instance = instance;
    this.state = 'running';
  }

  async shutdown(): Promise<void> {
    if (this.state !== 'running') return;
    this.state = 'stopped';
    await this.instance!.unregisterConsumer(this.consumerGroup);
    await this.registry.release(this.instance!);
  }

  /**
   * Reads up to `maxNums` messages from `offset` on; answers at once also when there are none.
   *
   * @param filter tags as `TagA || TagB`, `*` for all, or another selector
   */
  pull(
    queue: MessageQueue,
    filter: string | MessageSelector,
    offset: number,
    maxNums: number,
    options: PullOptions = {},
  ): Promise<PullResult> {
    const timeoutMs = options.timeoutMs ?? this.options.consumerPullTimeoutMs ?? 10_000;
    return this.pullOnce(queue, filter, offset, maxNums, false, { ...options, timeoutMs });
  }

  /** Like `pull`, but waits at the broker while there is nothing. */
  pullBlockIfNotFound(
    queue: MessageQueue,
    filter: string | MessageSelector,
    offset: number,
    maxNums: number,
    options: PullOptions = {},
  ): Promise<PullResult> {
    const timeoutMs = options.timeoutMs ?? this.options.consumerTimeoutMsWhenSuspend ?? 30_000;
    return this.pullOnce(queue, filter, offset, maxNums, true, { ...options, timeoutMs });
  }

  /** All readable queues of a topic. Rejects with NO_ROUTE. */
  fetchSubscribeMessageQueues(topic: string): Promise<readonly MessageQueue[]> {
    return this.offsets.subscribeQueues(topic);
  }

  /** The offset of the oldest message that the queue still has. */
  minOffset(queue: MessageQueue): Promise<number> {
    return this.offsets.min(queue);
  }

  /** The offset that the queue's next message gets. */
  maxOffset(queue: MessageQueue): Promise<number> {
    return this.offsets.max(queue);
  }

  /** The offset of the first message stored at `timestampMs` or later. */
  searchOffset(queue: MessageQueue, timestampMs: number): Promise<number> {
    return this.offsets.search(queue, timestampMs);
  }

  /** The group's stored offset of the queue, undefined when none is stored. */
  async fetchConsumeOffset(queue: MessageQueue): Promise<number | undefined> {
    const { address, wired } = await this.offsets.locate(queue);
    return this.running().consumerApi.queryOffset(address, this.consumerGroup, wired);
  }

  /** Stores an offset at the broker now. */
  async updateConsumeOffset(queue: MessageQueue, offset: number): Promise<void> {
    const { address, wired } = await this.offsets.locate(queue);
    await this.running().consumerApi.updateOffset(address, this.consumerGroup, wired, offset);
  }

  /** Has a message delivered again later to whoever consumes the group's retry topic. */
  async sendMessageBack(message: MessageExt, delayLevel = 0): Promise<void> {
    const { topic, brokerName, queueId } = message;
    const { address, wired } = await this.offsets.locate({ topic, brokerName, queueId });
    await this.running().consumerApi.sendMessageBack(address, {
      offset: message.commitLogOffset,
      group: this.consumerGroup,
      delayLevel,
      originMsgId: message.msgId,
      originTopic: wired.topic,
      maxReconsumeTimes: this.options.maxReconsumeTimes ?? 16,
      bname: brokerName,
    });
  }

  private async pullOnce(
    queue: MessageQueue,
    filter: string | MessageSelector,
    queueOffset: number,
    maxMsgNums: number,
    block: boolean,
    { timeoutMs, signal }: PullOptions & { timeoutMs: number },
  ): Promise<PullResult> {
    const { pullApi, routes } = this.running();
    const { address: master, wired } = await this.offsets.locate(queue);
    const { topic, queueId, brokerName } = wired;
    const key = messageQueueKey(wired);
    const subscription = createSubscription(topic, filter, 0);
    const result = await pullApi.pull(
      routes.brokers.readable(brokerName, this.brokerIds.get(key))?.address ?? master,
      brokerName,
      {
        consumerGroup: this.consumerGroup,
        topic,
        queueId,
        queueOffset,
        maxMsgNums,
        maxMsgBytes: MAX_PULL_BYTES,
        sysFlag: PullSysFlag.SUBSCRIPTION | (block ? PullSysFlag.SUSPEND : 0),
        commitOffset: 0,
        suspendTimeoutMillis: block ? (this.options.brokerSuspendMaxTimeMs ?? 20_000) : 0,
        subscription: subscription.subString,
        subVersion: 0,
        expressionType: subscription.expressionType,
      },
      timeoutMs,
      { awaited: true, signal },
    );
    this.brokerIds.set(key, result.suggestWhichBrokerId);
    const messages = result.messages.filter((message) => matchesTags(subscription, message));
    const { namespace } = this.options;
    for (const message of messages) message.topic = withoutNamespace(namespace, message.topic);
    return { ...result, messages };
  }

  private get offsets(): QueueOffsets {
    return new QueueOffsets(this.running(), this.options.namespace);
  }

  private running(): MQClientInstance {
    if (this.state === 'running') return this.instance!;
    const why = this.state === 'created' ? 'is not started: call start() first' : 'is shut down';
    throw new ClientError('NOT_RUNNING', `consumer ${this.consumerGroup} ${why}`);
  }
}
