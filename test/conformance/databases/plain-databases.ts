import { Pool, type PoolClient } from 'pg';
import { createSqlExecutor, numberPlaceholders, RocketDatabaseModule } from 'rocket-nest';
import type { SqlBackend, SqlExecutor } from 'rocket-nest';
import type { Database } from 'sql.js';
import { Closing, CREATE_EFFECTS, EFFECTS, effectsModule, effectsOfExecutor } from './effects';
import type { ServiceDatabase } from './effects';

/** PostgreSQL through its driver alone. */
export function postgresBackend(pool: Pool): SqlBackend<PoolClient> {
  return {
    dialect: 'postgres',
    connectionOf: (client) => ({
      query: async (sql, params = []) => {
        const { rows, rowCount } = await client.query(numberPlaceholders(sql), [...params]);
        return { rows, affected: rowCount ?? 0 };
      },
    }),
    transaction: async (work, isolation) => {
      const client = await pool.connect();
      let broken: Error | undefined;
      try {
        await client.query(isolation ? `BEGIN ISOLATION LEVEL ${isolation}` : 'BEGIN');
        const result = await work(client);
        await client.query('COMMIT');
        return result;
      } catch (error) {
        await client.query('ROLLBACK').catch((second: Error) => (broken = second));
        throw error;
      } finally {
        client.release(broken);
      }
    },
  };
}

/** SQLite in this process, which has one connection. */
export function sqliteBackend(database: Database): SqlBackend<Database> {
  return {
    dialect: 'sqlite',
    connectionOf: (open) => ({
      query: <R>(sql: string, params: readonly unknown[] = []) => {
        const statement = open.prepare(sql);
        try {
          statement.bind(params as (string | number)[]);
          const rows: R[] = [];
          while (statement.step()) rows.push(statement.getAsObject() as R);
          return Promise.resolve({ rows, affected: open.getRowsModified() });
        } catch (error) {
          return Promise.reject(error);
        } finally {
          statement.free();
        }
      },
    }),
    transaction: async (work) => {
      database.run('BEGIN IMMEDIATE');
      try {
        const result = await work(database);
        database.run('COMMIT');
        return result;
      } catch (error) {
        database.run('ROLLBACK');
        throw error;
      }
    },
  };
}

export function postgresService(url: string, ensureTables = true): ServiceDatabase {
  const pool = new Pool({ connectionString: url, max: 40 });
  // Of a connection that a test cuts the statement says enough.
  pool.on('connect', (client) => client.on('error', () => undefined));
  pool.on('error', () => undefined);
  return executorService(createSqlExecutor(postgresBackend(pool)), ensureTables, () => pool.end());
}

export function sqliteService(database: Database, ensureTables = true): ServiceDatabase {
  return executorService(createSqlExecutor(sqliteBackend(database)), ensureTables);
}

function executorService(
  executor: SqlExecutor,
  ensureTables: boolean,
  close: () => unknown = () => undefined,
): ServiceDatabase {
  const module = effectsModule([
    {
      provide: EFFECTS,
      useFactory: async () => {
        await executor.detached((connection) => connection.query(CREATE_EFFECTS));
        return effectsOfExecutor(executor);
      },
    },
    { provide: 'CLOSING', useFactory: () => new Closing(close) },
  ]);
  const database = RocketDatabaseModule.forExecutor({ useFactory: () => executor, ensureTables });
  return { imports: [module, database] };
}
