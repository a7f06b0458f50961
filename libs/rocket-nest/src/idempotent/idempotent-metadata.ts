import 'reflect-metadata';
import type { IdempotentOptions } from './idempotent-options';

/** Metadata key that `@Idempotent` leaves on a method: its `IdempotentOptions`. */
export const IDEMPOTENT_METADATA = 'rocket-nest:idempotent';

/** What `@Idempotent` on the method of a prototype says; undefined without it. */
export function idempotentOptionsOf(method: object): IdempotentOptions | undefined {
  return Reflect.getMetadata(IDEMPOTENT_METADATA, method) as IdempotentOptions | undefined;
}
