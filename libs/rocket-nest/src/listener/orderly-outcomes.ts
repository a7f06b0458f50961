import type { Logger } from '@nestjs/common';
import type { ConsumeOrderlyContext, ConsumeOrderlyStatus } from '@rocket-nest/client';
import type { MessageExt } from '@rocket-nest/common';
import { delayMsOfLevel } from '../producer/delay-level';
import { isDeadLetter, type ConsumeFailure } from './consume-failure';
import { describeMessage } from './describe-message';
import type { GroupPlan } from './group-plan';

const DEFAULT_MAX_RECONSUME_TIMES = 16;

/** Tells an orderly queue what becomes of the first message that failed, and of those behind it. */
export class OrderlyOutcomes {
  constructor(
    private readonly plan: GroupPlan,
    private readonly logger: Logger,
  ) {}

  take(
    messages: readonly MessageExt[],
    failures: ReadonlyMap<number, ConsumeFailure>,
    context: ConsumeOrderlyContext,
  ): ConsumeOrderlyStatus {
    const waiting = [...failures.keys()]
      .sort((a, b) => a - b)
      .find((index) => !this.skips(messages[index], failures.get(index)!));
    if (waiting === undefined) return 'SUCCESS';
    const failure = failures.get(waiting)!;
    context.doneCount = waiting;
    context.deadLetter = isDeadLetter(failure) || this.policyOf(messages[waiting]) === 'DLQ';
    if (failure.delayLevel > 0) {
      context.suspendCurrentQueueTimeMs = delayMsOfLevel(failure.delayLevel);
    }
    return 'SUSPEND_CURRENT_QUEUE_A_MOMENT';
  }

  private skips(message: MessageExt, failure: ConsumeFailure): boolean {
    if (isDeadLetter(failure) || this.policyOf(message) !== 'SKIP') return false;
    const { consumerGroup } = this.plan;
    this.logger.error(
      `${describeMessage(message, consumerGroup)} is skipped, as its listener's poisonPolicy says`,
    );
    return true;
  }

  /** What is to be done with a message that failed now; SUSPEND while it has tries left. */
  private policyOf(message: MessageExt): 'DLQ' | 'SKIP' | 'SUSPEND' {
    const { poisonPolicy, maxReconsumeTimes } =
      this.plan.listenerOf(message)?.options ?? this.plan.options;
    const policy = poisonPolicy ?? (maxReconsumeTimes === undefined ? 'SUSPEND' : 'DLQ');
    const most = maxReconsumeTimes ?? DEFAULT_MAX_RECONSUME_TIMES;
    return message.reconsumeTimes >= most ? policy : 'SUSPEND';
  }
}
