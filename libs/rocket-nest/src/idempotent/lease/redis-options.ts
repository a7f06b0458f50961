import type { RedisClient } from './redis-client';
import type { RedisLeaseOptions } from './redis-lease-backend';

/** Where the Redis of `@Idempotent({ store: 'redis' })` is: one of `url`, `options` and `client`. */
export interface IdempotencyRedisOptions extends RedisLeaseOptions {
  /** `redis://user:password@host:6379/0`, or `rediss:` for TLS. */
  readonly url?: string;
  /** Options of ioredis' `Redis`. */
  readonly options?: Readonly<Record<string, unknown>>;
  /** A `Redis` or `Cluster` of ioredis that the application has; it is not closed here. */
  readonly client?: RedisClient;
}
