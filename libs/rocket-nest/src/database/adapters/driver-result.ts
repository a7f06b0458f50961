import { RocketDatabaseError } from '../rocket-database-error';
import type { SqlResult } from '../sql-connection';
import type { SqlDialect } from '../sql-dialect';

interface PostgresAnswer {
  readonly rows?: unknown[];
  readonly rowCount?: number | null;
  readonly count?: number;
}

/** Brings what the common drivers of a dialect answer into one form. */
export function driverResult<R>(dialect: SqlDialect, answer: unknown): SqlResult<R> {
  if (dialect === 'mysql') return mysqlResult(answer);
  if (dialect === 'postgres') {
    const { rows, rowCount, count } = answer as PostgresAnswer;
    const found = (rows ?? (Array.isArray(answer) ? (answer as unknown[]) : [])) as R[];
    return { rows: found, affected: rowCount ?? count ?? found.length };
  }
  if (Array.isArray(answer)) return { rows: answer as R[], affected: answer.length };
  const { changes, rowsAffected } = answer as { changes?: number; rowsAffected?: number };
  return { rows: [], affected: changes ?? rowsAffected ?? 0 };
}

/** mysql2 answers `[rows, fields]` or `[header, undefined]`. */
function mysqlResult<R>(answer: unknown): SqlResult<R> {
  const [first] = answer as [unknown[] | { affectedRows?: number } | undefined];
  if (Array.isArray(first)) return { rows: first as R[], affected: first.length };
  if (first?.affectedRows !== undefined) return { rows: [], affected: first.affectedRows };
  throw new RocketDatabaseError(
    'DRIVER_UNSUPPORTED',
    'the MySQL driver gave neither rows nor a count: use mysql2',
  );
}

const READS = /^\s*(SELECT|PRAGMA|WITH|EXPLAIN)\b/i;

/** Whether SQLite gives rows for the statement; its drivers have a call for each kind. */
export function givesRows(sql: string): boolean {
  return READS.test(sql) || /\bRETURNING\b/i.test(sql);
}
