import { errorMessageOf } from '@rocket-nest/common';
import { lastValueFrom, take, toArray, type Observable } from 'rxjs';
import { MAX_REPLY_VALUES, type Reply } from './reply';

/** Waits for all that a handler's observable gives. */
export async function resultOf(observable: Observable<unknown>): Promise<Reply> {
  try {
    const values = await lastValueFrom(observable.pipe(take(MAX_REPLY_VALUES + 1), toArray()));
    if (values.length <= MAX_REPLY_VALUES) return { values };
    return { error: `the handler gave more than ${MAX_REPLY_VALUES} values for one message` };
  } catch (error) {
    return { error };
  }
}

/**
 * What Nest's exception filter left of an error, as an error again: `code` and what else a
 * `RetryLater` or `RejectToDlq` within an `RpcException` carries stays on it.
 */
export function asError(error: unknown): Error {
  if (error instanceof globalThis.Error) return error;
  const fields = typeof error === 'object' && error !== null ? error : {};
  return Object.assign(new Error(errorMessageOf(error)), fields);
}
