import type { Logger } from '@nestjs/common';
import {
  ConsumeConcurrentlyStatus,
  DefaultMQPushConsumer,
  type ClientDependencies,
  type ClientOptions,
  type QueueStatus,
} from '@rocket-nest/client';
import { retryTopicOf } from '@rocket-nest/common';
import { concurrencyOf } from './call-limit';
import { GroupCalls } from './group-calls';
import type { GroupPlan } from './group-plan';
import { OrderlyOutcomes } from './orderly-outcomes';

const DEFAULT_MAX_RECONSUME_TIMES = 16;
/** An orderly consumer leaves it to the poison policy of each listener. */
const WITHOUT_END = -1;

/** The consumer of one group; hands each message to the listener that takes its topic and tag. */
export class GroupConsumer {
  private readonly consumer: DefaultMQPushConsumer;
  private readonly calls: GroupCalls;
  private readonly paused = new Set<string>();

  constructor(
    private readonly plan: GroupPlan,
    client: ClientOptions,
    dependencies: ClientDependencies,
    logger: Logger,
  ) {
    const { options, listeners } = plan;
    this.calls = new GroupCalls(plan, logger);
    this.consumer = new DefaultMQPushConsumer(
      {
        ...client,
        consumerGroup: plan.consumerGroup,
        messageModel: options.messageModel,
        consumeFromWhere: options.consumeFromWhere,
        consumeTimestampMs: options.consumeTimestampMs,
        concurrency: listeners.reduce((sum, each) => sum + concurrencyOf(each.options), 0),
        maxReconsumeTimes: plan.isOrderly
          ? WITHOUT_END
          : (options.maxReconsumeTimes ?? DEFAULT_MAX_RECONSUME_TIMES),
        pullBatchSize: options.pullBatchSize,
        consumeTimeoutMs: options.consumeTimeoutMs,
        suspendCurrentQueueTimeMs: options.suspendCurrentQueueTimeMs,
        consumeMessageBatchMaxSize: options.consumeMessageBatchMaxSize ?? 1,
      },
      dependencies,
    );
    for (const [topic, selector] of plan.subscriptions()) this.consumer.subscribe(topic, selector);
    if (plan.isOrderly) this.listenOrderly(new OrderlyOutcomes(plan, logger));
    else if (options.batch) this.listenInBatches();
    else this.listenConcurrently();
  }

  /** @param paused ids of listeners that get nothing yet. */
  async start(paused: readonly string[] = []): Promise<void> {
    await this.consumer.start();
    for (const id of paused) this.pause(id);
  }

  /**
   * Stops pulling the listener's topic and the group's retries until `resume`. Other listeners of the
   * same group and topic wait with it: a consumer pulls a topic as a whole.
   */
  pause(listenerId: string): void {
    this.paused.add(listenerId);
    this.consumer.suspendTopic(this.topicOf(listenerId));
    this.consumer.suspendTopic(retryTopicOf(this.plan.consumerGroup));
  }

  resume(listenerId: string): void {
    this.paused.delete(listenerId);
    const topics = [...this.paused].map((id) => this.topicOf(id));
    if (!topics.includes(this.topicOf(listenerId))) {
      this.consumer.resumeTopic(this.topicOf(listenerId));
    }
    if (topics.length === 0) this.consumer.resumeTopic(retryTopicOf(this.plan.consumerGroup));
  }

  /** The queues that this process works on now. */
  queueStatuses(): QueueStatus[] {
    return this.consumer.queueStatuses();
  }

  async shutdown(timeoutMs: number): Promise<void> {
    await this.consumer.shutdown(timeoutMs);
  }

  private topicOf(listenerId: string): string {
    return this.plan.listeners.find((listener) => listener.id === listenerId)!.options.topic;
  }

  private listenConcurrently(): void {
    this.consumer.registerMessageListener({
      consumeConcurrently: async (messages, context) => {
        const failure = await this.calls.single(messages[0]);
        if (!failure) return 'CONSUME_SUCCESS';
        context.delayLevelWhenNextConsume = failure.delayLevel;
        return 'RECONSUME_LATER';
      },
    });
  }

  private listenInBatches(): void {
    this.consumer.registerMessageListener({
      consumeConcurrently: async (messages, context) => {
        const failures = await this.calls.batch(messages);
        context.failures = new Map([...failures].map(([index, each]) => [index, each.delayLevel]));
        return ConsumeConcurrentlyStatus.CONSUME_SUCCESS;
      },
    });
  }

  private listenOrderly(outcomes: OrderlyOutcomes): void {
    const inBatches = this.plan.options.batch === true;
    this.consumer.registerMessageListener({
      consumeOrderly: async (messages, context) => {
        if (inBatches) return outcomes.take(messages, await this.calls.batch(messages), context);
        const failure = await this.calls.single(messages[0]);
        if (!failure) return 'SUCCESS';
        return outcomes.take(messages, new Map([[0, failure]]), context);
      },
    });
  }
}
