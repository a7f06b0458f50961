import type { SqlConnection } from './sql-connection';
import type { SqlDialect, SqlIsolation } from './sql-dialect';

/**
 * The little that differs between database libraries. `createSqlExecutor` makes an executor of it.
 * `Transaction` is whatever the library gives for an open transaction.
 */
export interface SqlBackend<Transaction = unknown> {
  readonly dialect: SqlDialect;
  /** All statements share one connection. Default: true for SQLite. */
  readonly singleConnection?: boolean;
  /**
   * True when the backend itself keeps transactions on the only connection apart, the application's
   * own ones too. Else the executor does, for those begun through it.
   */
  readonly excludesItself?: boolean;
  /** Statements inside an open transaction. Placeholders are `?`. */
  connectionOf(transaction: Transaction): SqlConnection;
  /**
   * Runs `work` in a new transaction, commits when it resolves, rolls back when it rejects. Must
   * reject when COMMIT fails, and must not commit after a rejection.
   *
   * @param waitMs longest wait for the only connection, where the backend `excludesItself`
   */
  transaction<T>(
    work: (transaction: Transaction) => Promise<T>,
    isolation: SqlIsolation | undefined,
    waitMs?: number,
  ): Promise<T>;
  /**
   * Whether a statement of the open transaction failed such that PostgreSQL will not commit it. Without
   * this method, or where it does not know, a statement finds out.
   */
  hasFailed?(transaction: Transaction): boolean | undefined;
}
