import { createHash } from 'node:crypto';
import type { IdempotencyScope } from '../idempotency-store';

/** What the columns of `rocket_inbox` hold. */
const LONGEST_CHARACTERS = 255;
const LONGEST_INSTANCE_CHARACTERS = 128;

/** The values of the unique columns, in their order: group, listener, key, instance. */
export type InboxRowKey = readonly [string, string, string, string];

/** What is too long for its column, or holds a character that PostgreSQL refuses, goes as a hash. */
export function inboxRowKeyOf({
  group,
  listener,
  key,
  instance = '',
}: IdempotencyScope): InboxRowKey {
  return [
    fitted(group, LONGEST_CHARACTERS),
    fitted(listener, LONGEST_CHARACTERS),
    fitted(key, LONGEST_CHARACTERS),
    fitted(instance, LONGEST_INSTANCE_CHARACTERS),
  ];
}

function fitted(value: string, longest: number): string {
  if (value.length <= longest && !value.includes('\0')) return value;
  return `sha256:${createHash('sha256').update(value).digest('hex')}`;
}
