import type { SqlIsolation } from './sql-dialect';

/** Knows which transaction a piece of asynchronous code runs in. */
export interface TransactionScope<Transaction> {
  /** The caller's open transaction. */
  current(): Transaction | undefined;
  /** Runs `work` in a new transaction, also inside another one. */
  run<T>(
    work: (transaction: Transaction) => Promise<T>,
    isolation: SqlIsolation | undefined,
  ): Promise<T>;
  /** Runs `work` as if the caller had no transaction. */
  outside<T>(work: () => Promise<T>): Promise<T>;
}
