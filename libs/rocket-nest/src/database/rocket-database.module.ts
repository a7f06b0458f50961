import { Module, type DynamicModule, type InjectionToken, type Provider } from '@nestjs/common';
import { ModuleRef } from '@nestjs/core';
import { AdaptedSqlExecutor } from './adapted-sql-executor';
import { DrizzleBackend } from './adapters/drizzle-backend';
import type { DrizzleDatabase } from './adapters/drizzle-types';
import { KnexBackend } from './adapters/knex-backend';
import type { KnexLike } from './adapters/knex-types';
import { requireOptional } from './adapters/require-optional';
import { TypeOrmBackend } from './adapters/typeorm-backend';
import type { TypeOrmDataSource } from './adapters/typeorm-types';
import { DatabaseStarter } from './database-starter';
import type { HostOptionsOf } from './host-transaction-scope';
import type {
  DatabaseOptions,
  DrizzleDatabaseOptions,
  ExecutorDatabaseOptions,
  KnexDatabaseOptions,
  TypeOrmDatabaseOptions,
} from './rocket-database-options';
import { SchemaBackend } from './schema-backend';
import type { SqlBackend } from './sql-backend';
import type { SqlDialect } from './sql-dialect';
import type { SqlExecutor } from './sql-executor';
import { DEFAULT_EXECUTOR_NAME, getSqlExecutorToken } from './sql-executor-token';
import { findTransactionHost } from './transaction-host-finder';

interface JoiningBackend<Transaction> extends SqlBackend<Transaction> {
  join(current: () => Transaction | undefined): void;
}

/** How an executor is made in the container and what has to happen at start. */
interface Adapter {
  readonly inject: InjectionToken[];
  readonly create: (client: never, modules: ModuleRef) => SqlExecutor;
  readonly adapt?: (executor: never, client: never, modules: ModuleRef) => Promise<void>;
}

/**
 * Provides a `SqlExecutor`, the way in which transactional messages, the inbox and the outbox reach
 * the application's own database, in the application's own transactions. Import it once a database;
 * several need different names.
 */
@Module({})
export class RocketDatabaseModule {
  /** The database of a TypeORM `DataSource`. Its repositories and managers join transactions. */
  static forTypeOrm(options: TypeOrmDatabaseOptions = {}): DynamicModule {
    const { name = DEFAULT_EXECUTOR_NAME, schema, transactionHost } = options;
    return RocketDatabaseModule.build(options, {
      inject: [options.token ?? dataSourceToken(options.dataSource)],
      create: (dataSource: TypeOrmDataSource) =>
        joining(name, schema, new TypeOrmBackend(dataSource)),
      adapt: (executor: AdaptedSqlExecutor<unknown>, dataSource: TypeOrmDataSource, modules) => {
        const optionsOf: HostOptionsOf = (isolationLevel) =>
          executor.dialect === 'sqlite' ? {} : { isolationLevel };
        return useHost(executor, modules, dataSource.manager, transactionHost, optionsOf);
      },
    });
  }

  /** A Drizzle database, found by its injection token. Injected as usual it joins transactions. */
  static forDrizzle(options: DrizzleDatabaseOptions): DynamicModule {
    const { name = DEFAULT_EXECUTOR_NAME, schema, transactionHost } = options;
    return RocketDatabaseModule.build(options, {
      inject: [options.token],
      create: (database: DrizzleDatabase) => joining(name, schema, new DrizzleBackend(database)),
      adapt: async (executor: AdaptedSqlExecutor<unknown>, database: DrizzleDatabase, modules) => {
        // The adapter for Drizzle cannot hold a transaction open with SQLite's synchronous drivers.
        const dialect: SqlDialect = executor.dialect;
        if (dialect === 'sqlite') return;
        await useHost(executor, modules, database, transactionHost, (isolation) => ({
          isolationLevel: isolation.toLowerCase(),
        }));
      },
    });
  }

  /** A Knex instance, found by its injection token. Injected as usual it joins transactions. */
  static forKnex(options: KnexDatabaseOptions): DynamicModule {
    const { name = DEFAULT_EXECUTOR_NAME, schema } = options;
    return RocketDatabaseModule.build(options, {
      inject: [options.token],
      create: (knex: KnexLike) => joining(name, schema, new KnexBackend(knex)),
    });
  }

  /** Anything else, through a `SqlExecutor` of yours (see `createSqlExecutor`). */
  static forExecutor(options: ExecutorDatabaseOptions): DynamicModule {
    const token = getSqlExecutorToken(options.name);
    return RocketDatabaseModule.module(options, [
      { provide: token, useFactory: options.useFactory, inject: options.inject ?? [] },
      {
        provide: starterToken(options.name),
        useFactory: (executor: SqlExecutor) =>
          new DatabaseStarter(executor, options.ensureTables ?? false),
        inject: [token],
      },
    ]);
  }

  private static build(options: DatabaseOptions, adapter: Adapter): DynamicModule {
    const token = getSqlExecutorToken(options.name);
    const { inject, create, adapt } = adapter;
    return RocketDatabaseModule.module(options, [
      { provide: token, useFactory: create, inject: [...inject, ModuleRef] },
      {
        provide: starterToken(options.name),
        useFactory: (executor: SqlExecutor, modules: ModuleRef, client: unknown) =>
          new DatabaseStarter(executor, options.ensureTables ?? false, async () =>
            adapt?.(executor as never, client as never, modules),
          ),
        inject: [token, ModuleRef, ...inject],
      },
    ]);
  }

  private static module(options: DatabaseOptions, providers: Provider[]): DynamicModule {
    return {
      module: RocketDatabaseModule,
      global: true,
      imports: options.imports ?? [],
      providers,
      exports: [getSqlExecutorToken(options.name)],
    };
  }
}

function joining<Transaction>(
  name: string,
  schema: string | undefined,
  backend: JoiningBackend<Transaction>,
): AdaptedSqlExecutor<Transaction> {
  const tables = schema === undefined ? backend : new SchemaBackend(backend, schema);
  const executor = new AdaptedSqlExecutor(name, tables);
  backend.join(() => executor.currentTransaction());
  return executor;
}

async function useHost(
  executor: AdaptedSqlExecutor<unknown>,
  modules: ModuleRef,
  client: unknown,
  connectionName: string | undefined,
  optionsOf: HostOptionsOf,
): Promise<void> {
  const host = await findTransactionHost(modules, client, connectionName);
  if (host) executor.useHost(host, optionsOf);
}

function starterToken(name: string = DEFAULT_EXECUTOR_NAME): string {
  return `rocket-nest DatabaseStarter (${name})`;
}

function dataSourceToken(dataSource: string | undefined): InjectionToken {
  const { getDataSourceToken } = requireOptional<{
    getDataSourceToken(name?: string): InjectionToken;
  }>('@nestjs/typeorm', 'RocketDatabaseModule.forTypeOrm without a token');
  return getDataSourceToken(dataSource);
}
