import type { SqlDialect } from '../sql-dialect';
import type { SqlExecutor } from '../sql-executor';
import { MYSQL_SCHEMA } from './mysql-schema';
import { POSTGRES_SCHEMA } from './postgres-schema';
import { SQLITE_SCHEMA } from './sqlite-schema';

const SCHEMAS: Readonly<Record<SqlDialect, string>> = {
  postgres: POSTGRES_SCHEMA,
  mysql: MYSQL_SCHEMA,
  sqlite: SQLITE_SCHEMA,
};

/**
 * The statements that create `rocket_tx_log`, `rocket_inbox` and `rocket_outbox`, as text to put into
 * a migration. The package also holds them as `sql/<dialect>.sql`. They may be run again.
 */
export function rocketSchema(dialect: SqlDialect): string {
  return SCHEMAS[dialect];
}

/** The same one by one, without comments, for drivers that take one statement at a time. */
export function rocketSchemaStatements(dialect: SqlDialect): string[] {
  return rocketSchema(dialect)
    .replace(/^--.*$/gm, '')
    .split(/;\s*$/m)
    .map((statement) => statement.trim())
    .filter((statement) => statement !== '');
}

/**
 * Creates the tables that are missing. Meant for development and tests: in production a migration
 * does it, under an account that may.
 */
export async function ensureRocketTables(executor: SqlExecutor): Promise<void> {
  await executor.detached(async (connection) => {
    for (const statement of rocketSchemaStatements(executor.dialect)) {
      await connection.query(statement);
    }
  });
}
