import { isMissingTableError } from '../sql-error-codes';
import { RocketDatabaseError } from '../rocket-database-error';
import type { SqlExecutor } from '../sql-executor';

export type RocketTable = 'rocket_tx_log' | 'rocket_inbox' | 'rocket_outbox';

/** The error itself or, where it says that a table is missing, one that says what to do. */
export function explainMissingTable(
  executor: Pick<SqlExecutor, 'name' | 'dialect'>,
  table: RocketTable,
  error: unknown,
): unknown {
  if (!isMissingTableError(executor.dialect, error)) return error;
  return new RocketDatabaseError(
    'TABLE_MISSING',
    `the database '${executor.name}' has no table ${table}: run sql/${executor.dialect}.sql of the ` +
      `package rocket-nest (or rocketSchema('${executor.dialect}') in a migration), or set ` +
      'ensureTables: true in RocketDatabaseModule while developing',
    { cause: error },
  );
}

/** Rejects with an error that names the DDL when the table is not there. */
export async function checkRocketTable(executor: SqlExecutor, table: RocketTable): Promise<void> {
  try {
    await executor.detached((connection) => connection.query(`SELECT 1 FROM ${table} WHERE 1 = 0`));
  } catch (error) {
    throw explainMissingTable(executor, table, error);
  }
}
