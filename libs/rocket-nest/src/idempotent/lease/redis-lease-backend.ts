import { clearTimeout, setTimeout } from 'node:timers';
import { IdempotencyError } from '../idempotency-error';
import type { LeaseBackend, LeaseClaim } from './lease-backend';
import type { RedisClient } from './redis-client';
import { CLAIM_SCRIPT, RELEASE_SCRIPT, REPLACE_SCRIPT, type RedisScript } from './redis-scripts';

export interface RedisLeaseOptions {
  /** Put before every key. Default `rocket-nest:idempotent:`. */
  readonly keyPrefix?: string | undefined;
  /** Longest wait for an answer, in milliseconds; then the message is retried. Default 2000. */
  readonly commandTimeoutMs?: number | undefined;
}

const DEFAULT_KEY_PREFIX = 'rocket-nest:idempotent:';
const DEFAULT_COMMAND_TIMEOUT_MS = 2000;

/** Claims in Redis (5 or newer, also a Cluster: each operation touches one key). */
export class RedisLeaseBackend implements LeaseBackend {
  private readonly keyPrefix: string;
  private readonly commandTimeoutMs: number;

  /** @param client gives the client, which is made when the first claim needs it */
  constructor(
    private readonly client: () => RedisClient,
    options: RedisLeaseOptions = {},
  ) {
    this.keyPrefix = options.keyPrefix ?? DEFAULT_KEY_PREFIX;
    this.commandTimeoutMs = options.commandTimeoutMs ?? DEFAULT_COMMAND_TIMEOUT_MS;
  }

  async claim(key: string, owner: string, leaseMs: number): Promise<LeaseClaim> {
    const answer = (await this.run(CLAIM_SCRIPT, key, owner, String(leaseMs))) as [string, unknown];
    const [status, detail] = answer;
    if (status === 'CLAIMED') return { status, token: String(detail) };
    if (status === 'DONE') return { status, result: String(detail) };
    return { status: 'HELD', remainingMs: Math.max(0, Number(detail)) };
  }

  async renew(key: string, token: string, leaseMs: number): Promise<boolean> {
    return (await this.run(REPLACE_SCRIPT, key, token, `P${token}`, String(leaseMs))) === 1;
  }

  async complete(key: string, token: string, ttlMs: number, result: string): Promise<boolean> {
    return (await this.run(REPLACE_SCRIPT, key, token, `D${result}`, String(ttlMs))) === 1;
  }

  async release(key: string, token: string): Promise<void> {
    await this.run(RELEASE_SCRIPT, key, token);
  }

  private run(script: RedisScript, key: string, ...args: string[]): Promise<unknown> {
    const name = this.keyPrefix + key;
    return new Promise((resolve, reject) => {
      const fail = (cause: unknown): void => {
        clearTimeout(timer);
        reject(unavailable(cause));
      };
      const timer = setTimeout(
        () => fail(new Error(`no answer within ${this.commandTimeoutMs} ms`)),
        this.commandTimeoutMs,
      );
      this.evaluate(script, name, args).then((answer) => {
        clearTimeout(timer);
        resolve(answer);
      }, fail);
    });
  }

  /** By its name, which is all that travels, unless the server does not have it (any more). */
  private async evaluate(script: RedisScript, name: string, args: string[]): Promise<unknown> {
    const client = this.client();
    try {
      return await client.evalsha(script.sha1, 1, name, ...args);
    } catch (error) {
      if (!String((error as Error | undefined)?.message).startsWith('NOSCRIPT')) throw error;
      return client.eval(script.text, 1, name, ...args);
    }
  }
}

function unavailable(cause: unknown): IdempotencyError {
  return new IdempotencyError(
    'IDEMPOTENCY_STORE_UNAVAILABLE',
    `Redis, which @Idempotent({ store: 'redis' }) needs, failed: ${String(cause)}; ` +
      'the message is delivered again later',
    { cause },
  );
}
