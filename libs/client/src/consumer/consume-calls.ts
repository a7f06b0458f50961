import type { MessageExt } from '@rocket-nest/common';
import type {
  ConsumeMessageContext,
  ConsumeMessageHook,
  ConsumeReturnType,
} from '../hook/consume-message-hook';
import { runHooks } from '../hook/run-hooks';
import type { ConsumerRuntime } from './consumer-runtime';
import type { ProcessQueue } from './process-queue';

/** A listener call under way. */
export interface ConsumeCall {
  readonly queue: ProcessQueue;
  /** Monotonic. */
  readonly startedAtMs: number;
  readonly messageCount: number;
  readonly context: ConsumeMessageContext | undefined;
}

/** Counts listener calls and shows them to hooks. */
export class ConsumeCalls {
  private readonly hooks: readonly ConsumeMessageHook[];

  constructor(private readonly runtime: ConsumerRuntime) {
    this.hooks = runtime.hooks;
  }

  begin(queue: ProcessQueue, messages: readonly MessageExt[]): ConsumeCall {
    const { clock, consumerGroup, logger } = this.runtime;
    let context: ConsumeMessageContext | undefined;
    if (this.hooks.length > 0) {
      context = {
        consumerGroup,
        messageQueue: queue.messageQueue,
        messages,
        startedAtMs: Math.floor(clock.wallNow()),
      };
      runHooks(this.hooks, context, (hook, seen) => hook.consumeMessageBefore?.(seen), logger);
    }
    return { queue, startedAtMs: clock.monotonicNow(), messageCount: messages.length, context };
  }

  /** `done` of the call's messages are consumed. */
  end(call: ConsumeCall, done: number, returnType: ConsumeReturnType, error?: unknown): void {
    const { clock, logger, stats } = this.runtime;
    const { context, messageCount, queue } = call;
    const tookMs = clock.monotonicNow() - call.startedAtMs;
    stats.consumed(queue.messageQueue.topic, tookMs, done, messageCount - done);
    if (!context) return;
    context.returnType = returnType;
    if (error !== undefined) context.error = error;
    runHooks(this.hooks, context, (hook, seen) => hook.consumeMessageAfter?.(seen), logger);
  }
}

/** What hooks are told of a call's end. */
export function returnTypeOf(success: boolean, status: unknown, error: unknown): ConsumeReturnType {
  if (error !== undefined) return 'EXCEPTION';
  if (status === null || status === undefined) return 'RETURNNULL';
  return success ? 'SUCCESS' : 'FAILED';
}
