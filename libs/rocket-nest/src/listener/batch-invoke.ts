import type { BodyReader } from '../validation/body-reader';
import type { ListenerCall } from './listener-binder';
import type { BatchInvoke } from './listener-definition';
import { RocketBatchContext } from './rocket-batch-context';

/**
 * Hands the readable messages of a batch to its listener. Those that cannot be read fail alone, and
 * the indexes of what the listener says are those of what it got.
 */
export function batchInvokeOf(call: ListenerCall, reader: BodyReader): BatchInvoke {
  return async (batch) => {
    const bodies: unknown[] = [];
    const readable: number[] = [];
    for (const [index, { message }] of batch.contexts.entries()) {
      try {
        bodies.push(await reader.check(reader.decode(message)));
        readable.push(index);
      } catch (error) {
        batch.fail(index, error);
      }
    }
    if (readable.length === 0) return undefined;
    const given = new RocketBatchContext(readable.map((index) => batch.contexts[index]));
    const result = await call(bodies, given);
    if (Array.isArray(result)) takeSettled(result, given);
    for (const [index, { error }] of given.failures) batch.fail(readable[index], error);
    return result;
  };
}

/** What `Promise.allSettled` gave for the messages of the batch. */
function takeSettled(results: readonly unknown[], batch: RocketBatchContext): void {
  if (results.length !== batch.contexts.length) return;
  for (const [index, result] of results.entries()) {
    const { status, reason } = (result ?? {}) as Partial<PromiseRejectedResult>;
    if (status === 'rejected') batch.fail(index, reason);
  }
}
