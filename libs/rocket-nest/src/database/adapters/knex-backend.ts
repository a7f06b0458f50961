import { RocketConfigError } from '../../errors/rocket-config-error';
import type { SqlBackend } from '../sql-backend';
import type { SqlConnection, SqlResult } from '../sql-connection';
import type { SqlDialect, SqlIsolation } from '../sql-dialect';
import { driverResult, givesRows } from './driver-result';
import type { KnexLike } from './knex-types';

const DIALECTS: Readonly<Record<string, SqlDialect>> = {
  postgresql: 'postgres',
  mysql: 'mysql',
  sqlite3: 'sqlite',
};

/** Knex: a transaction is the instance that `knex.transaction` gives. */
export class KnexBackend implements SqlBackend<KnexLike> {
  readonly dialect: SqlDialect;

  constructor(private readonly knex: KnexLike) {
    const dialect = DIALECTS[knex.client.dialect];
    if (dialect === undefined) {
      throw new RocketConfigError(
        `RocketDatabaseModule.forKnex: Knex for '${knex.client.dialect}' is not supported; supported ` +
          'are PostgreSQL, MySQL, MariaDB and SQLite',
      );
    }
    this.dialect = dialect;
  }

  /**
   * Has queries of this one instance run in the caller's open transaction, and transactions begun
   * inside it be savepoints.
   */
  join(current: () => KnexLike | undefined): void {
    const { client } = this.knex;
    const runner = client.runner.bind(client);
    const transaction = client.transaction.bind(client);
    client.runner = (builder) => current()?.client.runner(builder) ?? runner(builder);
    client.transaction = (container, config, outer) => {
      const open = outer ? undefined : current();
      return open
        ? open.transaction(container as (inner: KnexLike) => Promise<unknown>)
        : transaction(container, config, outer);
    };
  }

  connectionOf(knex: KnexLike): SqlConnection {
    const { dialect } = this;
    return {
      async query<R>(sql: string, params: readonly unknown[] = []): Promise<SqlResult<R>> {
        const answer = await knex.raw(sql, params);
        if (dialect !== 'sqlite' || givesRows(sql)) return driverResult(dialect, answer);
        const changed = (await knex.raw('SELECT changes() AS n', [])) as { n: number }[];
        return { rows: [], affected: Number(changed[0]?.n ?? 0) };
      },
    };
  }

  transaction<T>(
    work: (transaction: KnexLike) => Promise<T>,
    isolation: SqlIsolation | undefined,
  ): Promise<T> {
    const plain = isolation === undefined || this.dialect === 'sqlite';
    const config = plain ? undefined : { isolationLevel: isolation.toLowerCase() };
    return this.knex.transaction(work, config);
  }
}
