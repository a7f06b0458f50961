import type { MessageExt } from '@rocket-nest/common';

/**
 * Message property of a reply: what its payload is. RocketMQ has one reply for a request, so that
 * the values of an observable travel together, as a list. Without it (the replier is no Nest
 * service) the payload is the one value.
 */
const REPLY_PROPERTY = 'nestReply';

/** Values of one observable that a reply may hold. */
export const MAX_REPLY_VALUES = 10_000;

/** How a handler ended. */
export type Reply =
  | { readonly values: readonly unknown[] }
  | { readonly values?: undefined; readonly error: unknown };

/** A reply in the form it is sent. */
export interface WrittenReply {
  readonly payload: unknown;
  readonly headers: Readonly<Record<string, string>>;
}

export function writeReply(reply: Reply): WrittenReply {
  const written = (kind: string, payload: unknown): WrittenReply => ({
    payload,
    headers: { [REPLY_PROPERTY]: kind },
  });
  if (!reply.values) return written('error', plainError(reply.error));
  const [first] = reply.values;
  if (reply.values.length === 1 && first !== undefined) return written('value', first);
  return written('values', reply.values);
}

/** @param payload of the reply, read by its content type. */
export function readReply(message: MessageExt, payload: unknown): Reply {
  switch (message.properties.get(REPLY_PROPERTY)) {
    case 'error':
      return { error: payload };
    case 'values':
      return { values: Array.isArray(payload) ? (payload as unknown[]) : [payload] };
    default:
      return { values: [payload] };
  }
}

/** JSON writes nothing of an Error: its message and what else it carries are copied. */
function plainError(error: unknown): unknown {
  if (typeof error !== 'object' || error === null) return error ?? 'unknown error';
  const { message } = error as { message?: unknown };
  return message === undefined ? error : { ...error, message };
}
