import type { Logger } from '@nestjs/common';
import { DefaultMQPushConsumer, type ClientDependencies } from '@rocket-nest/client';
import type { MessageExt } from '@rocket-nest/common';
import type { GroupPlan } from './group-plan';
import type { ListenerDefinition } from './listener-definition';
import { RocketContext } from './rocket-context';

/** Delay level that sends a message to the dead letter topic. */
const TO_DEAD_LETTERS = -1;

/** What one message's handler said. */
interface Outcome {
  readonly success: boolean;
  /** Delay level of the next try; 0 grows with the number of tries. */
  readonly delayLevel: number;
}
const ACKNOWLEDGED: Outcome = { success: true, delayLevel: 0 };

/** The consumer of one group; hands each message to the listener that takes its topic and tag. */
export class GroupConsumer {
  private readonly consumer: DefaultMQPushConsumer;

  constructor(
    private readonly plan: GroupPlan,
    namesrvAddr: string,
    dependencies: ClientDependencies,
    private readonly logger: Logger,
  ) {
    const { options } = plan;
    this.consumer = new DefaultMQPushConsumer(
      {
        consumerGroup: plan.consumerGroup,
        namesrvAddr,
        messageModel: options.messageModel,
        consumeFromWhere: options.consumeFromWhere,
        consumeTimestampMs: options.consumeTimestampMs,
        concurrency: options.concurrency,
        maxReconsumeTimes: options.maxReconsumeTimes,
        pullBatchSize: options.pullBatchSize,
        consumeTimeoutMs: options.consumeTimeoutMs,
        consumeMessageBatchMaxSize: 1,
      },
      dependencies,
    );
    for (const [topic, expression] of plan.subscriptions()) {
      this.consumer.subscribe(topic, expression);
    }
  }

  async start(): Promise<void> {
    if (this.plan.options.consumeMode === 'ORDERLY') this.listenOrderly();
    else this.listenConcurrently();
    await this.consumer.start();
  }

  hasListener(id: string): boolean {
    return this.plan.listeners.some((listener) => listener.id === id);
  }

  pause(): void {
    this.consumer.suspend();
  }

  resume(): void {
    this.consumer.resume();
  }

  async shutdown(timeoutMs: number): Promise<void> {
    await this.consumer.shutdown(timeoutMs);
  }

  private listenConcurrently(): void {
    this.consumer.registerMessageListener({
      consumeConcurrently: async ([message], context) => {
        const outcome = await this.handle(message);
        if (outcome.success) return 'CONSUME_SUCCESS';
        context.delayLevelWhenNextConsume = outcome.delayLevel;
        return 'RECONSUME_LATER';
      },
    });
  }

  private listenOrderly(): void {
    this.consumer.registerMessageListener({
      consumeOrderly: async ([message]) => {
        const outcome = await this.handle(message);
        return outcome.success ? 'SUCCESS' : 'SUSPEND_CURRENT_QUEUE_A_MOMENT';
      },
    });
  }

  private async handle(message: MessageExt): Promise<Outcome> {
    const listener = this.plan.listenerOf(message);
    if (!listener) return ACKNOWLEDGED;
    const context = new RocketContext(message, this.plan.consumerGroup, listener.id);
    try {
      await listener.invoke(message, context);
      return ACKNOWLEDGED;
    } catch (error) {
      return this.failed(listener, message, error);
    }
  }

  private failed(listener: ListenerDefinition, message: MessageExt, error: unknown): Outcome {
    const { code, delayLevel } = (error ?? {}) as { code?: unknown; delayLevel?: number };
    const rejected = code === 'REJECT_TO_DLQ';
    const { topic, queueId, queueOffset, msgId, reconsumeTimes } = message;
    this.logger.warn(
      `listener '${listener.id}' ${rejected ? 'rejected' : 'failed on'} message ${msgId} ` +
        `(group ${this.plan.consumerGroup}, topic ${topic}, queue ${queueId}, offset ${queueOffset}, ` +
        `delivered ${reconsumeTimes + 1} times): ${String(error)}`,
    );
    if (rejected) return { success: false, delayLevel: TO_DEAD_LETTERS };
    return { success: false, delayLevel: code === 'RETRY_LATER' ? (delayLevel ?? 0) : 0 };
  }
}
