import { IdempotencyError } from '../idempotency-error';
import type { LeaseBackend, LeaseClaim } from './lease-backend';

/** Keys held at most; past it the oldest finished ones are forgotten, and claims fail if all run. */
export const DEFAULT_MEMORY_LIMIT_KEYS = 100_000;

interface Entry {
  /** Undefined once the key is done. */
  readonly token: string | undefined;
  readonly result: string;
  readonly endsAtMs: number;
}

/** Claims in this process's memory: for tests, and for work that a restart may repeat. */
export class MemoryLeaseBackend implements LeaseBackend {
  /** In the order of their last change. */
  private readonly entries = new Map<string, Entry>();
  private lastToken = 0;

  constructor(
    private readonly limitKeys: number = DEFAULT_MEMORY_LIMIT_KEYS,
    private readonly nowMs: () => number = Date.now,
  ) {}

  claim(key: string, _owner: string, leaseMs: number): Promise<LeaseClaim> {
    const held = this.living(key);
    if (held && held.token === undefined) {
      return Promise.resolve({ status: 'DONE', result: held.result });
    }
    if (held) {
      return Promise.resolve({ status: 'HELD', remainingMs: held.endsAtMs - this.nowMs() });
    }
    if (!this.makeRoom()) {
      return Promise.reject(
        new IdempotencyError(
          'IDEMPOTENCY_STORE_UNAVAILABLE',
          `${this.limitKeys} keys are claimed at the same time, which is the memory store's limit`,
        ),
      );
    }
    const token = String(++this.lastToken);
    this.put(key, { token, result: '', endsAtMs: this.nowMs() + leaseMs });
    return Promise.resolve({ status: 'CLAIMED', token });
  }

  renew(key: string, token: string, leaseMs: number): Promise<boolean> {
    return this.replace(key, token, { token, result: '', endsAtMs: this.nowMs() + leaseMs });
  }

  complete(key: string, token: string, ttlMs: number, result: string): Promise<boolean> {
    const done = { token: undefined, result, endsAtMs: this.nowMs() + ttlMs };
    return this.replace(key, token, done);
  }

  release(key: string, token: string): Promise<void> {
    if (this.living(key)?.token === token) this.entries.delete(key);
    return Promise.resolve();
  }

  /** Forgets everything, as a flushed Redis does. */
  clear(): void {
    this.entries.clear();
  }

  private replace(key: string, token: string, entry: Entry): Promise<boolean> {
    const held = this.living(key);
    if (held && held.token !== token) return Promise.resolve(false);
    this.put(key, entry);
    return Promise.resolve(true);
  }

  private living(key: string): Entry | undefined {
    const entry = this.entries.get(key);
    if (!entry || entry.endsAtMs > this.nowMs()) return entry;
    this.entries.delete(key);
    return undefined;
  }

  private put(key: string, entry: Entry): void {
    this.entries.delete(key);
    this.entries.set(key, entry);
  }

  private makeRoom(): boolean {
    if (this.entries.size < this.limitKeys) return true;
    const now = this.nowMs();
    for (const [key, entry] of this.entries) {
      if (entry.token !== undefined && entry.endsAtMs > now) continue;
      this.entries.delete(key);
      return true;
    }
    return false;
  }
}
