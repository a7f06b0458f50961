import type { MessageExt } from '@rocket-nest/common';
import { CONTENT_TYPE_PROPERTY } from '../rocket.constants';

/** How a listener wants its body: as bytes, as text, or as the value of a JSON text. */
export type BodyForm = 'bytes' | 'text' | 'json' | 'unknown';

/** The form that a parameter of the given declared class stands for. */
export function bodyFormOf(declared: unknown): BodyForm {
  if (declared === String) return 'text';
  if (declared === Buffer || declared === Uint8Array) return 'bytes';
  return declared === undefined || declared === Object ? 'unknown' : 'json';
}

/**
 * The value handed to the listener. Throws a SyntaxError when the listener wants JSON and the body
 * is none; a listener without a declared type gets the text instead.
 */
export function convertBody(message: MessageExt, form: BodyForm): unknown {
  if (form === 'bytes') return message.body;
  const text = message.body.toString('utf8');
  if (form === 'text') return text;
  const contentType = message.properties.get(CONTENT_TYPE_PROPERTY);
  if (form === 'json' || contentType === 'application/json') return JSON.parse(text);
  if (contentType !== undefined) return text;
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
