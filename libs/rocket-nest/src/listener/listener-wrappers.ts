import { Injectable } from '@nestjs/common';
import type { BatchInvoke, ListenerDefinition, ListenerInvoke } from './listener-definition';
import { RocketBatchContext } from './rocket-batch-context';

/**
 * Stands around every call of a listener, guards and pipes included: idempotency, traces, metrics.
 * Returning acknowledges the message; it may throw `RetryLater` and `RejectToDlq` as a listener may.
 */
export interface ListenerWrapper {
  /** Called once for each listener at start; undefined leaves the listener as it is. */
  wrap(listener: ListenerDefinition, next: ListenerInvoke): ListenerInvoke | undefined;
  /**
   * The same for batch listeners. A wrapper without it has `wrap` called for them, and where that
   * returns something, the listener gets the messages of a batch one after another, each alone.
   */
  wrapBatch?(listener: ListenerDefinition, next: BatchInvoke): BatchInvoke | undefined;
}

interface Entry {
  readonly wrapper: ListenerWrapper;
  readonly order: number;
}

/** The wrappers of all listeners of an application; add them before the application is ready. */
@Injectable()
export class ListenerWrappers {
  private entries: readonly Entry[] = [];

  /** @param order lower is further out; equal ones in the order they were added. Default 0. */
  add(wrapper: ListenerWrapper, order = 0): void {
    this.entries = [...this.entries, { wrapper, order }].sort((a, b) => a.order - b.order);
  }

  around(listener: ListenerDefinition, invoke: ListenerInvoke): ListenerInvoke {
    return this.entries.reduceRight(
      (next, { wrapper }) => wrapper.wrap(listener, next) ?? next,
      invoke,
    );
  }

  aroundBatch(listener: ListenerDefinition, invoke: BatchInvoke): BatchInvoke {
    return this.entries.reduceRight((next, { wrapper }) => {
      if (wrapper.wrapBatch) return wrapper.wrapBatch(listener, next) ?? next;
      const single = wrapper.wrap(listener, alone(next));
      return single ? oneByOne(single) : next;
    }, invoke);
  }
}

/** Hands one message to a batch listener as a batch of its own. */
function alone(next: BatchInvoke): ListenerInvoke {
  return async (_message, context) => {
    const batch = new RocketBatchContext([context]);
    const result = await next(batch);
    const failure = batch.failures.get(0);
    if (failure) throw failure.error;
    return result;
  };
}

function oneByOne(single: ListenerInvoke): BatchInvoke {
  return async (batch) => {
    for (const [index, context] of batch.contexts.entries()) {
      try {
        await single(context.message, context);
      } catch (error) {
        batch.fail(index, error);
      }
    }
  };
}
