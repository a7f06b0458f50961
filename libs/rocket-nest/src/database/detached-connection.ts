import type { SqlBackend } from './sql-backend';
import type { SqlConnection, SqlResult } from './sql-connection';
import type { SqlDialect } from './sql-dialect';

/**
 * Runs each statement in a transaction of its own, READ COMMITTED and with a limit for locks. No
 * setting outlives the statement: the connection goes back to the application's pool.
 */
export class DetachedConnection<Transaction> implements SqlConnection {
  constructor(
    private readonly backend: SqlBackend<Transaction>,
    private readonly lockTimeoutMs: number,
  ) {}

  query<R>(sql: string, params?: readonly unknown[]): Promise<SqlResult<R>> {
    const { backend, lockTimeoutMs } = this;
    return backend.transaction(
      async (transaction) => {
        const connection = backend.connectionOf(transaction);
        return withLockTimeout(backend.dialect, connection, lockTimeoutMs, () =>
          connection.query<R>(sql, params),
        );
      },
      'READ COMMITTED',
      lockTimeoutMs,
    );
  }
}

async function withLockTimeout<T>(
  dialect: SqlDialect,
  connection: SqlConnection,
  lockTimeoutMs: number,
  work: () => Promise<T>,
): Promise<T> {
  if (dialect === 'sqlite') return work();
  if (dialect === 'postgres') {
    await connection.query(`SET LOCAL lock_timeout = ${Math.ceil(lockTimeoutMs)}`);
    return work();
  }
  // MySQL has this limit only for a session, in seconds.
  const { rows } = await connection.query<{ seconds: unknown }>(
    'SELECT @@SESSION.innodb_lock_wait_timeout AS seconds',
  );
  const before = Number(rows[0]?.seconds);
  const seconds = Math.max(1, Math.ceil(lockTimeoutMs / 1000));
  await connection.query(`SET SESSION innodb_lock_wait_timeout = ${seconds}`);
  try {
    return await work();
  } finally {
    // Where this fails the connection is broken, and with it gone the setting.
    await connection
      .query(`SET SESSION innodb_lock_wait_timeout = ${before}`)
      .catch(() => undefined);
  }
}
