import { createHash } from 'node:crypto';
import type { IdempotencyScope } from '../idempotency-store';

/** Longer ones are kept as their SHA-256. */
const LONGEST_KEY_BYTES = 512;
const COLON = /[%:]/;

/**
 * One text for a scope, such that no two scopes share one: `group:listener:instance:key`, or
 * `group:listener:instance#hash`, which has a colon less.
 */
export function leaseKeyOf({ group, listener, instance, key }: IdempotencyScope): string {
  const place = [group, listener, instance ?? ''].map(withoutColon).join(':');
  if (Buffer.byteLength(key) <= LONGEST_KEY_BYTES) return `${place}:${key}`;
  return `${place}#${createHash('sha256').update(key).digest('hex')}`;
}

function withoutColon(part: string): string {
  if (!COLON.test(part)) return part;
  return part.replace(/[%:]/g, (character) => (character === ':' ? '%3A' : '%25'));
}
