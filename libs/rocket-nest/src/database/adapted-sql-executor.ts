import { ConnectionMutex } from './connection-mutex';
import { DetachedConnection } from './detached-connection';
import { HostTransactionScope, type HostOptionsOf } from './host-transaction-scope';
import type { TransactionHostLike } from './host-transaction-scope';
import { LocalTransactionScope } from './local-transaction-scope';
import { RocketDatabaseError } from './rocket-database-error';
import type { SqlBackend } from './sql-backend';
import type { SqlConnection } from './sql-connection';
import type { SqlDialect, SqlIsolation } from './sql-dialect';
import { isDuplicateKeyError, isRetryableError } from './sql-error-codes';
import type { DetachedOptions, SqlExecutor, SqlTransactionOptions } from './sql-executor';
import type { TransactionScope } from './transaction-scope';

const DEFAULT_LOCK_TIMEOUT_MS = 1000;
const ISOLATIONS: readonly SqlIsolation[] = ['READ COMMITTED', 'REPEATABLE READ', 'SERIALIZABLE'];

/** The `SqlExecutor` over a `SqlBackend`. */
export class AdaptedSqlExecutor<Transaction> implements SqlExecutor {
  readonly dialect: SqlDialect;
  readonly singleConnection: boolean;
  private readonly mutex: ConnectionMutex | undefined;
  private scope: TransactionScope<Transaction>;
  private readonly connections = new WeakMap<object, SqlConnection>();

  constructor(
    readonly name: string,
    private readonly backend: SqlBackend<Transaction>,
  ) {
    this.dialect = backend.dialect;
    this.singleConnection = backend.singleConnection ?? backend.dialect === 'sqlite';
    const excludes = this.singleConnection && backend.excludesItself !== true;
    this.mutex = excludes ? new ConnectionMutex() : undefined;
    this.scope = new LocalTransactionScope(backend);
  }

  /** From now on transactions are those of the application's `TransactionHost`. */
  useHost(host: TransactionHostLike, optionsOf: HostOptionsOf): void {
    this.scope = new HostTransactionScope(host, optionsOf);
  }

  current(): SqlConnection | undefined {
    const transaction = this.currentTransaction();
    return transaction === undefined ? undefined : this.connectionOf(transaction);
  }

  /** What the library itself gave for the caller's open transaction. */
  currentTransaction(): Transaction | undefined {
    return this.scope.current();
  }

  transaction<T>(
    work: (transaction: SqlConnection) => Promise<T>,
    { isolation }: SqlTransactionOptions = {},
  ): Promise<T> {
    if (isolation !== undefined && !ISOLATIONS.includes(isolation)) {
      return Promise.reject(
        new RocketDatabaseError(
          'ISOLATION_REFUSED',
          `isolation '${String(isolation)}' is refused: use one of ${ISOLATIONS.join(', ')}`,
        ),
      );
    }
    return this.exclusively('a new transaction', undefined, () =>
      this.scope.run(async (transaction) => {
        const value = await work(this.connectionOf(transaction));
        if (this.dialect === 'postgres') await this.refuseFailed(transaction);
        return value;
      }, isolation),
    );
  }

  detached<T>(
    work: (connection: SqlConnection) => Promise<T>,
    { lockTimeoutMs = DEFAULT_LOCK_TIMEOUT_MS }: DetachedOptions = {},
  ): Promise<T> {
    return this.exclusively('a statement on its own connection', lockTimeoutMs, () =>
      this.scope.outside(() => work(new DetachedConnection(this.backend, lockTimeoutMs))),
    );
  }

  isDuplicateKey(error: unknown): boolean {
    return isDuplicateKeyError(this.dialect, error);
  }

  isRetryable(error: unknown): boolean {
    return isRetryableError(this.dialect, error);
  }

  /**
   * Where the work caught the error of a statement, PostgreSQL answers its COMMIT by rolling everything
   * back, without an error: nobody would learn that nothing was written.
   */
  private async refuseFailed(transaction: Transaction): Promise<void> {
    let failed = this.backend.hasFailed?.(transaction);
    let cause: unknown;
    if (failed === undefined) {
      const alive = this.connectionOf(transaction).query('SELECT 1');
      failed = await alive.then(
        () => false,
        (error: unknown) => {
          cause = error;
          return true;
        },
      );
    }
    if (!failed) return;
    throw new RocketDatabaseError(
      'TRANSACTION_FAILED',
      `a statement failed in this transaction of the database '${this.name}' and its error was caught, ` +
        'but PostgreSQL commits nothing after that: let the error through, or run the statement in a ' +
        'savepoint (a nested transaction) of its own',
      { cause },
    );
  }

  /** The same object for the same transaction. */
  private connectionOf(transaction: Transaction): SqlConnection {
    const known = this.connections.get(transaction as object);
    if (known) return known;
    const connection = this.backend.connectionOf(transaction);
    this.connections.set(transaction as object, connection);
    return connection;
  }

  /** The only connection of an engine is for one at a time; others have as many as they need. */
  private exclusively<T>(
    what: string,
    waitMs: number | undefined,
    work: () => Promise<T>,
  ): Promise<T> {
    if (!this.singleConnection) return work();
    if (this.scope.current() !== undefined) {
      return Promise.reject(
        new RocketDatabaseError(
          'CONNECTION_HELD',
          `${what} was asked for inside a transaction, which holds the only connection of database ` +
            `'${this.name}': do it before or after the transaction`,
        ),
      );
    }
    return this.mutex ? this.mutex.run(work, waitMs) : work();
  }
}

/**
 * Makes an executor for a database library that rocket-nest does not know, from the few operations
 * of a `SqlBackend`.
 *
 * @param name default `default`
 */
export function createSqlExecutor<Transaction>(
  backend: SqlBackend<Transaction>,
  name = 'default',
): SqlExecutor {
  return new AdaptedSqlExecutor(name, backend);
}
