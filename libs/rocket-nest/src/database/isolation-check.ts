import type { SqlDialect } from './sql-dialect';
import type { SqlExecutor } from './sql-executor';

const DEFAULT_ISOLATION: Readonly<Record<SqlDialect, string>> = {
  postgres: "SELECT current_setting('default_transaction_isolation') AS level",
  mysql: "SHOW SESSION VARIABLES WHERE Variable_name IN ('transaction_isolation', 'tx_isolation')",
  sqlite: 'PRAGMA read_uncommitted',
};

/**
 * Says what is wrong with the isolation that this application's transactions have by default: with
 * READ UNCOMMITTED a reader takes for done what may yet be undone.
 */
export async function isolationProblemOf(executor: SqlExecutor): Promise<string | undefined> {
  const { rows } = await executor.transaction((connection) =>
    connection.query<{ level?: string; Value?: string; read_uncommitted?: number }>(
      DEFAULT_ISOLATION[executor.dialect],
    ),
  );
  const levels = rows.map(({ level, Value }) => (level ?? Value ?? '').replace(/[-_]/g, ' '));
  const refused =
    levels.some((level) => level.toUpperCase() === 'READ UNCOMMITTED') ||
    rows.some((row) => Number(row.read_uncommitted ?? 0) !== 0);
  if (!refused) return undefined;
  return (
    `the database '${executor.name}' has READ UNCOMMITTED for its default, which is refused: set ` +
    'READ COMMITTED or higher for the server, the user or the connection'
  );
}
