import type { MessageExt, MessageQueue } from '@rocket-nest/common';

/** What a concurrent listener says of its messages. */
export type ConsumeConcurrentlyStatus = 'CONSUME_SUCCESS' | 'RECONSUME_LATER';

/** What an orderly listener says; ROLLBACK and COMMIT only without `autoCommit`. */
export type ConsumeOrderlyStatus =
  'SUCCESS' | 'SUSPEND_CURRENT_QUEUE_A_MOMENT' | 'COMMIT' | 'ROLLBACK';

export interface ConsumeConcurrentlyContext {
  readonly messageQueue: MessageQueue;
  /**
   * When failed messages come again: 0 (default) later with each try, a delay level from 1, or -1
   * for the dead letter topic at once.
   */
  delayLevelWhenNextConsume: number;
  /** With CONSUME_SUCCESS: index of the last message that is done; those behind it have failed. */
  ackIndex: number;
}

export interface ConsumeOrderlyContext {
  readonly messageQueue: MessageQueue;
  /** False leaves it to the statuses COMMIT and ROLLBACK when consumed messages are done. */
  autoCommit: boolean;
  /** Pause before the same messages come again; -1 (default) takes the consumer's option. */
  suspendCurrentQueueTimeMs: number;
}

/**
 * Handles messages of all queues at once, as many calls at a time as `concurrency` says. A call that
 * throws counts as RECONSUME_LATER.
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
