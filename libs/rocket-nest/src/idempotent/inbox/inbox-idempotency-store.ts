import type { SqlConnection } from '../../database/sql-connection';
import type { SqlExecutor } from '../../database/sql-executor';
import { explainMissingTable } from '../../database/schema/missing-table';
import type { IdempotencyOutcome, IdempotencyStore, IdempotentRun } from '../idempotency-store';
import { inboxRowKeyOf, type InboxRowKey } from './inbox-row-key';
import { claimInboxRow, keepInboxResult } from './inbox-statements';

/** Runs of one delivery at most, when the database ends them for a deadlock or the like. */
const MOST_ATTEMPTS = 4;
/** What a duplicate that runs elsewhere is asked to wait; how long that takes is not known. */
const RETRY_AFTER_MS = 1000;

/**
 * Inserts the row of a key in the transaction of the work's own writes, so that both are there or
 * neither is: one committed effect for each key, wherever a process dies and however often a message
 * is delivered. Work that the database ended for a deadlock, a serialization failure or a lock
 * time-out is rolled back and runs again at once, a few times.
 */
export class InboxIdempotencyStore implements IdempotencyStore {
  /** Keys that run in this process, which need not ask the database. */
  private readonly running = new Set<string>();

  constructor(
    private readonly executor: SqlExecutor,
    private readonly nowMs: () => number = Date.now,
  ) {}

  async run<T>(
    run: IdempotentRun,
    work: () => Promise<T>,
    resultOf?: (value: T) => string,
  ): Promise<IdempotencyOutcome<T>> {
    const key = inboxRowKeyOf(run.scope);
    const name = JSON.stringify(key);
    if (this.running.has(name)) return { status: 'IN_PROGRESS', retryAfterMs: RETRY_AFTER_MS };
    this.running.add(name);
    try {
      return await this.runInTransaction(run, key, work, resultOf);
    } finally {
      this.running.delete(name);
    }
  }

  private async runInTransaction<T>(
    run: IdempotentRun,
    key: InboxRowKey,
    work: () => Promise<T>,
    resultOf: ((value: T) => string) | undefined,
  ): Promise<IdempotencyOutcome<T>> {
    for (let attempt = 1; ; attempt++) {
      try {
        return await this.executor.transaction(async (transaction) => {
          const held = await this.claim<T>(transaction, key, run.ttlMs);
          if (held) return held;
          const value = await work();
          if (resultOf) await keepInboxResult(transaction, key, resultOf(value));
          return { status: 'EXECUTED', value };
        });
      } catch (error) {
        if (attempt === MOST_ATTEMPTS || !this.executor.isRetryable(error)) throw error;
      }
    }
  }

  /** Undefined when the row is ours. */
  private async claim<T>(
    transaction: SqlConnection,
    key: InboxRowKey,
    ttlMs: number,
  ): Promise<IdempotencyOutcome<T> | undefined> {
    const createdAtMs = this.nowMs();
    const times = { createdAtMs, expiresAtMs: createdAtMs + ttlMs };
    try {
      const claim = await claimInboxRow(this.executor, transaction, key, times);
      if (claim.status === 'INSERTED') return undefined;
      if (claim.status === 'HELD') return { status: 'IN_PROGRESS', retryAfterMs: RETRY_AFTER_MS };
      return { status: 'DUPLICATE', result: claim.result };
    } catch (error) {
      throw explainMissingTable(this.executor, 'rocket_inbox', error);
    }
  }
}
