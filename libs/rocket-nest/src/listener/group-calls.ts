import type { Logger } from '@nestjs/common';
import type { MessageExt } from '@rocket-nest/common';
import { CallLimit, concurrencyOf } from './call-limit';
import { consumeFailureOf, isDeadLetter, type ConsumeFailure } from './consume-failure';
import { describeMessage } from './describe-message';
import type { GroupPlan } from './group-plan';
import type { BoundListener } from './listener-definition';
import { RocketBatchContext } from './rocket-batch-context';
import { RocketContext } from './rocket-context';

/** Calls the listeners of a group and tells what failed. */
export class GroupCalls {
  /** Only where listeners share the calls of a consumer, which alone has its own limit. */
  private readonly limits = new Map<BoundListener, CallLimit>();

  constructor(
    private readonly plan: GroupPlan,
    private readonly logger: Logger,
  ) {
    if (plan.listeners.length === 1) return;
    for (const listener of plan.listeners) {
      this.limits.set(listener, new CallLimit(concurrencyOf(listener.options)));
    }
  }

  /** Undefined when the message is done. */
  async single(message: MessageExt): Promise<ConsumeFailure | undefined> {
    const listener = this.plan.listenerOf(message);
    if (!listener) return undefined;
    const context = new RocketContext(message, this.plan.consumerGroup, listener.id);
    const limit = this.limits.get(listener);
    try {
      if (limit) await limit.run(() => listener.invoke(message, context));
      else await listener.invoke(message, context);
      return undefined;
    } catch (error) {
      return this.failed(listener, message, error);
    }
  }

  /** By the indexes of the messages that are not done. */
  async batch(messages: readonly MessageExt[]): Promise<Map<number, ConsumeFailure>> {
    const indexes = new Map<BoundListener, number[]>();
    for (const [index, message] of messages.entries()) {
      const listener = this.plan.listenerOf(message);
      if (listener) indexes.set(listener, [...(indexes.get(listener) ?? []), index]);
    }
    const failures = new Map<number, ConsumeFailure>();
    await Promise.all(
      [...indexes].map(async ([listener, own]) => {
        const contexts = own.map(
          (index) => new RocketContext(messages[index], this.plan.consumerGroup, listener.id),
        );
        const batch = new RocketBatchContext(contexts);
        await this.invokeBatch(listener, batch);
        for (const [position, { error }] of batch.failures) {
          const index = own[position];
          failures.set(index, this.failed(listener, messages[index], error));
        }
      }),
    );
    return failures;
  }

  /** A call that throws has failed for all messages that it had not named before. */
  private async invokeBatch(listener: BoundListener, batch: RocketBatchContext): Promise<void> {
    const limit = this.limits.get(listener);
    try {
      if (limit) await limit.run(() => listener.invokeBatch(batch));
      else await listener.invokeBatch(batch);
    } catch (error) {
      for (const index of batch.contexts.keys()) {
        if (!batch.failures.has(index)) batch.fail(index, error);
      }
    }
  }

  private failed(listener: BoundListener, message: MessageExt, error: unknown): ConsumeFailure {
    const failure = consumeFailureOf(error);
    const verb = isDeadLetter(failure) ? 'rejected' : 'failed on';
    this.logger.warn(
      `listener '${listener.id}' ${verb} ${describeMessage(message, this.plan.consumerGroup)}: ` +
        String(error),
    );
    return failure;
  }
}
