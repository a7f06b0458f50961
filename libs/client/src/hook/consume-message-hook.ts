import type { MessageExt, MessageQueue } from '@rocket-nest/common';

/** How a listener call ended, in the original's terms. */
export type ConsumeReturnType = 'SUCCESS' | 'TIME_OUT' | 'EXCEPTION' | 'RETURNNULL' | 'FAILED';

/** One listener call, as hooks see it. */
export interface ConsumeMessageContext {
  /** With its namespace. */
  readonly consumerGroup: string;
  readonly messageQueue: MessageQueue;
  readonly messages: readonly MessageExt[];
  /** Milliseconds since the epoch. */
  readonly startedAtMs: number;
  /** Set for `consumeMessageAfter`. */
  returnType?: ConsumeReturnType;
  /** Set for `consumeMessageAfter` when the listener threw. */
  error?: unknown;
}

/** Sees every listener call. What a hook throws is logged and changes nothing. */
export interface ConsumeMessageHook {
  consumeMessageBefore?(context: ConsumeMessageContext): void;
  consumeMessageAfter?(context: ConsumeMessageContext): void;
}
