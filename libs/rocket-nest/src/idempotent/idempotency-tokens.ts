/** Injection token of the optional `IdempotencyModuleOptions`. */
export const IDEMPOTENCY_MODULE_OPTIONS = Symbol('IDEMPOTENCY_MODULE_OPTIONS');

/** What all idempotent handlers of an application share. */
export interface IdempotencyModuleOptions {
  /** Pause between two clean-ups of `rocket_inbox`, in milliseconds. Default 600 000 (10 min). */
  readonly retentionIntervalMs?: number;
  /** Keys that a memory store holds at most. Default 100 000; see `MemoryLeaseBackend`. */
  readonly memoryLimitKeys?: number;
}

/** Injection token of the claims in the Redis of that name. */
export function getIdempotencyRedisToken(name = 'default'): string {
  return `rocket-nest:idempotency-redis:${name}`;
}
