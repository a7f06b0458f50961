import type { MessageExt } from '@rocket-nest/common';
import type { RocketContext } from '../listener/rocket-context';

/** What `@Idempotent` does for HTTP handlers. */
export interface IdempotentHttpOptions {
  /** Name of the request header that holds the key. Default `Idempotency-Key`. */
  readonly header?: string;
  /** A request without a key is answered 400 (`REJECT`, the default) or handled every time. */
  readonly missingKey?: 'REJECT' | 'EXECUTE';
  /**
   * Largest response body that is kept, in bytes of its JSON or text. Default 65 536. Past it a
   * repeated request gets the status without the body.
   */
  readonly maxBodyBytes?: number;
  /**
   * Whose key it is: callers with different scopes never meet. Default: `id` or `sub` of
   * `request.user`; without one a key used with another Authorization header is answered 422.
   */
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- as Nest types requests
  readonly scope?: (request: any) => string;
}

export interface IdempotentOptions {
  /**
   * `db`: a row in the transaction of the handler's own writes, one committed effect for each key.
   * `redis`: a claim with a lease, at least once and rarely more. `memory`: the same in this process,
   * for tests.
   */
  readonly store: 'db' | 'redis' | 'memory';
  /**
   * Name of the database (`RocketDatabaseModule`) or Redis (`RocketIdempotencyModule.forRedis`).
   * Default: the one without a name.
   */
  readonly name?: string;
  /**
   * Key of a message. Default: its unique id (UNIQ_KEY), which stays the same over retries. The KEYS
   * property is no such key: several different messages of one order share it. A message for which the
   * function gives nothing goes to the dead letters.
   */
  readonly key?: (message: MessageExt, context: RocketContext) => string | undefined;
  /**
   * How long a finished key is known, in milliseconds. Default: 7 days in a database, 1 day else and
   * for HTTP.
   */
  readonly ttlMs?: number;
  /**
   * Time after which the claim of a process that died is free again, in milliseconds. It is renewed
   * while the handler runs. Default 30 000. Not for `db`, where a dead process' transaction is rolled
   * back.
   */
  readonly leaseMs?: number;
  /**
   * For broadcasting listeners, which handle a message once in every instance: a name of this instance
   * that it keeps over restarts. Needed there for `db` and `redis`.
   */
  readonly instance?: string | (() => string);
  readonly http?: IdempotentHttpOptions;
}

export const DEFAULT_LEASE_MS = 30_000;
export const DEFAULT_TTL_MS = 86_400_000;
export const DEFAULT_INBOX_TTL_MS = 7 * DEFAULT_TTL_MS;
export const DEFAULT_KEY_HEADER = 'Idempotency-Key';
export const DEFAULT_MAX_BODY_BYTES = 65_536;
