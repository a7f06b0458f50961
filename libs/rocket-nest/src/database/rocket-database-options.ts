import type { InjectionToken, ModuleMetadata, OptionalFactoryDependency } from '@nestjs/common';
import type { SqlExecutor } from './sql-executor';

export interface DatabaseOptions {
  /** Name of the executor, which transactional methods and listeners refer to. Default `default`. */
  name?: string;
  /**
   * Schema (in MySQL: database) that holds the tables of rocket-nest. Default: where the connection
   * looks first.
   */
  schema?: string;
  /** Creates missing tables at start. For development; default false. */
  ensureTables?: boolean;
  /** Modules that export what is injected, where that is not global. */
  imports?: ModuleMetadata['imports'];
}

export interface TypeOrmDatabaseOptions extends DatabaseOptions {
  /** Name of the `@nestjs/typeorm` data source. Default: the default one. */
  dataSource?: string;
  /** Injection token of a `DataSource`, for applications without `@nestjs/typeorm`. */
  token?: InjectionToken;
  /**
   * `connectionName` of the `ClsPluginTransactional` on the same data source. Default: the unnamed one
   * is used if there is one on this data source, else none is needed.
   */
  transactionHost?: string;
}

export interface DrizzleDatabaseOptions extends DatabaseOptions {
  /** Injection token of the Drizzle database. */
  token: InjectionToken;
  /**
   * `connectionName` of the `ClsPluginTransactional` on the same database. Default: the unnamed one is
   * used if there is one on this database, else none is needed.
   */
  transactionHost?: string;
}

export interface KnexDatabaseOptions extends DatabaseOptions {
  /** Injection token of the Knex instance. */
  token: InjectionToken;
}

export interface ExecutorDatabaseOptions extends Omit<DatabaseOptions, 'schema'> {
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- Nest's own form of a factory
  useFactory: (...args: any[]) => SqlExecutor | Promise<SqlExecutor>;
  inject?: (InjectionToken | OptionalFactoryDependency)[];
}
