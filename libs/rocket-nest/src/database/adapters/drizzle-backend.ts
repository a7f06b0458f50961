import { RocketConfigError } from '../../errors/rocket-config-error';
import { splitAtPlaceholders } from '../placeholders';
import type { SqlBackend } from '../sql-backend';
import type { SqlConnection, SqlResult } from '../sql-connection';
import type { SqlDialect, SqlIsolation } from '../sql-dialect';
import { driverResult, givesRows } from './driver-result';
import type { DrizzleDatabase, DrizzleModule, DrizzleSession } from './drizzle-types';
import { requireOptional } from './require-optional';

const WHAT = 'RocketDatabaseModule.forDrizzle';
/** Drizzle names its classes by a symbol, as minifiers change their names. */
const ENTITY_KIND = Symbol.for('drizzle:entityKind');

/** Drizzle: a transaction is the database object that its `transaction` gives. */
export class DrizzleBackend implements SqlBackend<DrizzleDatabase> {
  readonly dialect: SqlDialect;
  private readonly drizzle: DrizzleModule;
  private readonly session: DrizzleSession;
  private readonly client: unknown;
  private readonly begin: DrizzleSession['transaction'];

  constructor(private readonly database: DrizzleDatabase) {
    this.drizzle = requireOptional('drizzle-orm', WHAT);
    this.dialect = dialectOf(database);
    const { session } = database;
    if (typeof session?.transaction !== 'function') throw unsupported();
    this.session = session;
    this.client = session.client;
    // Some drivers look at the session's client again when the transaction ends.
    const pinned = Object.create(session, { client: { value: session.client } }) as DrizzleSession;
    this.begin = session.transaction.bind(pinned);
  }

  /**
   * Has the injected database run in the caller's open transaction. Queries take the connection from
   * their session when they are executed, so that one property of this one session decides.
   */
  join(current: () => DrizzleDatabase | undefined): void {
    const { session, client } = this;
    if (this.dialect === 'sqlite') return; // one connection: there is no other to run on
    if (client === undefined) throw unsupported();
    Object.defineProperty(session, 'client', {
      configurable: true,
      get: () => current()?.session?.client ?? client,
    });
    session.transaction = (work, config) =>
      current()?.transaction(work) ?? this.begin(work, config);
  }

  connectionOf(database: DrizzleDatabase): SqlConnection {
    return {
      query: <R>(sql: string, params: readonly unknown[] = []) =>
        this.query<R>(database, sql, params),
    };
  }

  transaction<T>(
    work: (transaction: DrizzleDatabase) => Promise<T>,
    isolation: SqlIsolation | undefined,
  ): Promise<T> {
    // With a synchronous driver Drizzle would commit before the asynchronous work has ended.
    if (this.dialect === 'sqlite') return this.sqliteTransaction(work);
    const config =
      isolation === undefined ? undefined : { isolationLevel: isolation.toLowerCase() };
    return this.begin(work, config) as Promise<T>;
  }

  private async sqliteTransaction<T>(
    work: (transaction: DrizzleDatabase) => Promise<T>,
  ): Promise<T> {
    const connection = this.connectionOf(this.database);
    await connection.query('BEGIN IMMEDIATE');
    try {
      const result = await work(this.database);
      await connection.query('COMMIT');
      return result;
    } catch (error) {
      await connection.query('ROLLBACK').catch(() => undefined);
      throw error;
    }
  }

  private async query<R>(
    database: DrizzleDatabase,
    sql: string,
    params: readonly unknown[],
  ): Promise<SqlResult<R>> {
    const statement = this.statement(sql, params);
    if (database.execute) return driverResult(this.dialect, await database.execute(statement));
    if (givesRows(sql)) return driverResult('sqlite', await database.all?.(statement));
    const answer = await database.run?.(statement);
    if (typeof answer === 'object') return driverResult('sqlite', answer);
    // sql.js does not say how many rows it changed.
    const changed = await database.all?.(this.statement('SELECT changes() AS n', []));
    return { rows: [], affected: Number((changed as { n: number }[])[0]?.n ?? 0) };
  }

  private statement(sql: string, params: readonly unknown[]): unknown {
    const pieces = splitAtPlaceholders(sql);
    const strings = Object.assign([...pieces], { raw: pieces });
    return this.drizzle.sql(strings, ...params);
  }
}

function dialectOf(database: DrizzleDatabase): SqlDialect {
  const kinds: string[] = [];
  for (let type = database.constructor as object | null; type; type = Object.getPrototypeOf(type)) {
    kinds.push(String((type as Record<symbol, unknown>)[ENTITY_KIND]));
  }
  if (kinds.includes('PgDatabase')) return 'postgres';
  if (kinds.includes('MySqlDatabase')) return 'mysql';
  if (kinds.includes('BaseSQLiteDatabase')) return 'sqlite';
  throw new RocketConfigError(
    `${WHAT}: what is injected is no Drizzle database for PostgreSQL, MySQL or SQLite`,
  );
}

function unsupported(): RocketConfigError {
  return new RocketConfigError(
    `${WHAT}: this driver of Drizzle keeps its connection where an injected database cannot be made ` +
      'to join a transaction; use node-postgres, mysql2, postgres.js or better-sqlite3, or write a ' +
      'SqlExecutor for RocketDatabaseModule.forExecutor',
  );
}
