import type { SqlConnection } from './sql-connection';
import type { SqlDialect, SqlIsolation } from './sql-dialect';

export interface SqlTransactionOptions {
  /** Default: what the application's connections have. */
  readonly isolation?: SqlIsolation;
}

export interface DetachedOptions {
  /** Longest wait for another transaction's lock, in milliseconds. Default 1000. */
  readonly lockTimeoutMs?: number;
}

/**
 * The one way in which transactional messages, the inbox and the outbox reach a database.
 * `RocketDatabaseModule` provides it for TypeORM, Drizzle and Knex; implement it (or a `SqlBackend`
 * for `createSqlExecutor`) for anything else.
 */
export interface SqlExecutor {
  /** Name in configuration and log lines; `default` unless given. */
  readonly name: string;
  readonly dialect: SqlDialect;
  /**
   * True when all statements share one connection. `transaction` and `detached` then exclude each
   * other, and both exclude every transaction that the application opens itself.
   */
  readonly singleConnection: boolean;
  /** The transaction the caller runs in, if any: the same object that its `work` was given. */
  current(): SqlConnection | undefined;
  /**
   * Runs `work` in a new transaction: committed when it resolves, rolled back when it rejects. A
   * rejection after `work` resolved means that nobody knows whether the commit took place.
   */
  transaction<T>(
    work: (transaction: SqlConnection) => Promise<T>,
    options?: SqlTransactionOptions,
  ): Promise<T>;
  /**
   * Runs `work` on a connection of its own, outside any transaction of the caller: every statement
   * commits by itself, READ COMMITTED whatever the application's default is.
   */
  detached<T>(
    work: (connection: SqlConnection) => Promise<T>,
    options?: DetachedOptions,
  ): Promise<T>;
  /** The statement failed because a row with this key exists already. */
  isDuplicateKey(error: unknown): boolean;
  /** Deadlock, serialization failure, lock time-out, busy: the same may succeed later. */
  isRetryable(error: unknown): boolean;
}
