import { RocketConfigError } from '../../errors/rocket-config-error';
import { ConnectionMutex } from '../connection-mutex';
import { numberPlaceholders } from '../placeholders';
import type { SqlBackend } from '../sql-backend';
import type { SqlConnection, SqlResult } from '../sql-connection';
import type { SqlDialect, SqlIsolation } from '../sql-dialect';
import { GuardedRunner, joinedRunner } from './typeorm-query-runners';
import type { TypeOrmDataSource, TypeOrmEntityManager, TypeOrmQueryRunner } from './typeorm-types';

const DIALECTS: Readonly<Record<string, SqlDialect>> = {
  postgres: 'postgres',
  'aurora-postgres': 'postgres',
  mysql: 'mysql',
  mariadb: 'mysql',
  'aurora-mysql': 'mysql',
  sqljs: 'sqlite',
  sqlite: 'sqlite',
  'better-sqlite3': 'sqlite',
};

/** TypeORM: a transaction is the `EntityManager` that its `DataSource.transaction` gives. */
export class TypeOrmBackend implements SqlBackend<TypeOrmEntityManager> {
  readonly dialect: SqlDialect;
  readonly excludesItself = true;
  private readonly ownRunner: TypeOrmDataSource['createQueryRunner'];
  private readonly mutex: ConnectionMutex | undefined;

  constructor(private readonly dataSource: TypeOrmDataSource) {
    const { type, isolationLevel } = dataSource.options;
    const dialect = DIALECTS[type];
    if (dialect === undefined) {
      throw new RocketConfigError(
        `RocketDatabaseModule.forTypeOrm: a data source of type '${type}' is not supported; ` +
          `supported are ${Object.keys(DIALECTS).join(', ')}`,
      );
    }
    if (isolationLevel?.toUpperCase() === 'READ UNCOMMITTED') {
      throw new RocketConfigError(
        "RocketDatabaseModule.forTypeOrm: the data source's isolationLevel READ UNCOMMITTED is " +
          'refused; use READ COMMITTED or higher',
      );
    }
    this.dialect = dialect;
    this.mutex = dialect === 'sqlite' ? new ConnectionMutex() : undefined;
    this.ownRunner = dataSource.createQueryRunner.bind(dataSource);
  }

  /**
   * Has repositories, managers and query builders of this data source run in the caller's open
   * transaction, whoever injected them. They all take their connection from `createQueryRunner`, which
   * is replaced on this one data source.
   */
  join(current: () => TypeOrmEntityManager | undefined): void {
    this.dataSource.createQueryRunner = (mode) => {
      const runner = current()?.queryRunner;
      return runner ? joinedRunner(runner) : this.newRunner(mode);
    };
  }

  connectionOf(manager: TypeOrmEntityManager): SqlConnection {
    const { queryRunner } = manager;
    if (queryRunner) return this.connectionOn(queryRunner);
    throw new RocketConfigError('this EntityManager has no transaction open');
  }

  transaction<T>(
    work: (manager: TypeOrmEntityManager) => Promise<T>,
    isolation: SqlIsolation | undefined,
    waitMs?: number,
  ): Promise<T> {
    // SQLite is always serializable, and TypeORM refuses to be told so.
    if (this.dialect === 'sqlite')
      return this.newRunner('master', waitMs).manager.transaction(work);
    return isolation === undefined
      ? this.dataSource.transaction(work)
      : this.dataSource.transaction(isolation, work);
  }

  hasFailed({ queryRunner }: TypeOrmEntityManager): boolean | undefined {
    const { databaseConnection: client } = queryRunner ?? {};
    // An error is passed on before the server has said how the transaction stands now.
    if (!client?.readyForQuery) return undefined;
    const status = client.getTransactionStatus?.();
    return typeof status === 'string' ? status === 'E' : undefined;
  }

  private newRunner(mode?: 'master' | 'slave', waitMs?: number): TypeOrmQueryRunner {
    const runner = this.ownRunner(mode);
    return this.mutex ? GuardedRunner.over(runner, this.dataSource, this.mutex, waitMs) : runner;
  }

  private connectionOn(runner: TypeOrmQueryRunner): SqlConnection {
    const { dialect } = this;
    return {
      async query<R>(sql: string, params: readonly unknown[] = []): Promise<SqlResult<R>> {
        const text = dialect === 'postgres' ? numberPlaceholders(sql) : sql;
        const { records = [], affected = 0 } = await runner.query(text, [...params], true);
        return { rows: records as R[], affected };
      },
    };
  }
}
