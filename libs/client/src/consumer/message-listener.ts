import type { MessageExt, MessageQueue } from '@rocket-nest/common';

/** What a concurrent listener says of its messages. */
export const ConsumeConcurrentlyStatus = {
  CONSUME_SUCCESS: 'CONSUME_SUCCESS',
  /** They come again later, or go to the dead letter topic when they came often enough. */
  RECONSUME_LATER: 'RECONSUME_LATER',
} as const;
export type ConsumeConcurrentlyStatus =
  (typeof ConsumeConcurrentlyStatus)[keyof typeof ConsumeConcurrentlyStatus];

/** What an orderly listener says; COMMIT and ROLLBACK are of use only without `autoCommit`. */
export const ConsumeOrderlyStatus = {
  SUCCESS: 'SUCCESS',
  /** The same messages come again after a pause; the queue waits for them. */
  SUSPEND_CURRENT_QUEUE_A_MOMENT: 'SUSPEND_CURRENT_QUEUE_A_MOMENT',
  /** All that was taken since the last commit is done. */
  COMMIT: 'COMMIT',
  /** All that was taken since the last commit comes again. */
  ROLLBACK: 'ROLLBACK',
} as const;
export type ConsumeOrderlyStatus = (typeof ConsumeOrderlyStatus)[keyof typeof ConsumeOrderlyStatus];

export interface ConsumeConcurrentlyContext {
  readonly messageQueue: MessageQueue;
  /**
   * When failed messages come again: 0 (default) later with each try, a delay level from 1, or -1
   * for the dead letter topic at once.
   */
  delayLevelWhenNextConsume: number;
  /** With CONSUME_SUCCESS: index of the last message that is done; those behind it have failed. */
  ackIndex: number;
  /**
   * With CONSUME_SUCCESS: messages that have failed, by index, and the delay level of each, as in
   * `delayLevelWhenNextConsume`. Default: none but those behind `ackIndex`.
   */
  failures?: ReadonlyMap<number, number>;
}

export interface ConsumeOrderlyContext {
  readonly messageQueue: MessageQueue;
  /** False leaves it to the statuses COMMIT and ROLLBACK when consumed messages are done. */
  autoCommit: boolean;
  /** Pause before the same messages come again; -1 (default) takes the consumer's option. */
  suspendCurrentQueueTimeMs: number;
  /** With SUSPEND_CURRENT_QUEUE_A_MOMENT: how many messages of the call are done. Default 0. */
  doneCount?: number;
  /** With it, the first message that is not done goes to the dead letter topic. Default false. */
  deadLetter?: boolean;
}

/**
 * Handles messages of all queues at once, as many calls at a time as `concurrency` says. A call that
 * throws counts as RECONSUME_LATER. (TypeScript widens a lone literal that an async function returns to
 * `string`: write `ConsumeConcurrentlyStatus.CONSUME_SUCCESS` there.)
 */
export interface MessageListenerConcurrently {
  consumeConcurrently(
    messages: MessageExt[],
    context: ConsumeConcurrentlyContext,
  ): ConsumeConcurrentlyStatus | Promise<ConsumeConcurrentlyStatus>;
}

/**
 * Handles the messages of each queue one call after another, in order. A call that throws counts as
 * SUSPEND_CURRENT_QUEUE_A_MOMENT.
 */
export interface MessageListenerOrderly {
  consumeOrderly(
    messages: MessageExt[],
    context: ConsumeOrderlyContext,
  ): ConsumeOrderlyStatus | Promise<ConsumeOrderlyStatus>;
}

export type MessageListener = MessageListenerConcurrently | MessageListenerOrderly;

export function isOrderlyListener(listener: MessageListener): listener is MessageListenerOrderly {
  return 'consumeOrderly' in listener;
}
