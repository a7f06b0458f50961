import initSqlJs from 'sql.js';
import { startMariadb } from '../../support/mariadb-server';
import { startPostgres, type DatabaseServer } from '../../support/postgres-server';
import { drizzleService } from './drizzle-database';
import type { DatabaseUnderTest, ServiceDatabase } from './effects';
import { knexService } from './knex-database';
import { postgresService, sqliteService } from './plain-databases';
import { typeOrmService } from './typeorm-database';

const at = (server: DatabaseServer, port: number | undefined): string =>
  server.url.replace(`:${server.port}/`, `:${port ?? server.port}/`);

function onServer(
  server: DatabaseServer,
  service: (url: string, ensureTables: boolean) => ServiceDatabase,
): DatabaseUnderTest {
  return {
    isInProcess: false,
    connect: ({ port, ensureTables = true } = {}) => service(at(server, port), ensureTables),
    stop: () => server.stop(),
  };
}

/** Every engine and every library at least once, with the defaults that services meet. */
export const databases: Readonly<Record<string, () => Promise<DatabaseUnderTest>>> = {
  'TypeORM and a TransactionHost on PostgreSQL': async () =>
    onServer(await startPostgres(), (url, ensureTables) =>
      typeOrmService({ type: 'postgres', url }, { withHost: true, ensureTables }),
    ),
  'a plain executor on PostgreSQL, REPEATABLE READ by default': async () =>
    onServer(
      await startPostgres({ default_transaction_isolation: 'repeatable read' }),
      postgresService,
    ),
  'Drizzle and a TransactionHost on MariaDB, REPEATABLE READ by default': async () =>
    onServer(await startMariadb(), (url, ensureTables) =>
      drizzleService(url, { withHost: true, ensureTables }),
    ),
  'Knex on MariaDB, SERIALIZABLE by default': async () =>
    onServer(await startMariadb(['--transaction-isolation=SERIALIZABLE']), knexService),
  'a plain executor on SQLite': async () => {
    const { Database } = await initSqlJs();
    const database = new Database();
    return {
      isInProcess: true,
      connect: ({ ensureTables } = {}) => sqliteService(database, ensureTables),
      stop: () => Promise.resolve(database.close()),
    };
  },
  'TypeORM on SQLite': () =>
    Promise.resolve({
      isInProcess: true,
      connect: ({ ensureTables } = {}) =>
        typeOrmService({ type: 'sqljs' }, { withHost: false, ensureTables }),
      stop: () => Promise.resolve(),
    }),
};
