import type { SqlDialect } from './sql-dialect';

/** What a failed statement means, as far as anything here depends on it. */
interface ErrorCodes {
  readonly duplicateKey: readonly string[];
  readonly retryable: readonly string[];
  readonly missingTable: readonly string[];
}

const CODES: Readonly<Record<SqlDialect, ErrorCodes>> = {
  postgres: {
    duplicateKey: ['23505'],
    // serialization_failure, deadlock_detected, lock_not_available
    retryable: ['40001', '40P01', '55P03'],
    missingTable: ['42P01'],
  },
  mysql: {
    duplicateKey: ['ER_DUP_ENTRY', '1062'],
    // The last is MariaDB's "record has changed since last read".
    retryable: ['ER_LOCK_WAIT_TIMEOUT', '1205', 'ER_LOCK_DEADLOCK', '1213', 'ER_CHECKREAD', '1020'],
    missingTable: ['ER_NO_SUCH_TABLE', '1146'],
  },
  sqlite: {
    duplicateKey: ['SQLITE_CONSTRAINT_PRIMARYKEY', 'SQLITE_CONSTRAINT_UNIQUE'],
    retryable: ['SQLITE_BUSY', 'SQLITE_LOCKED', 'SQLITE_BUSY_SNAPSHOT'],
    missingTable: [],
  },
};

/** sql.js and some ORMs give no codes, only SQLite's words. */
const SQLITE_WORDS: Readonly<Record<keyof ErrorCodes, RegExp>> = {
  duplicateKey: /UNIQUE constraint failed/i,
  retryable: /database (table )?is locked/i,
  missingTable: /no such table/i,
};

const DEEPEST_CAUSE = 6;

/** The error and what it was made from: ORMs wrap the driver's error, each in its own way. */
function* chainOf(error: unknown): Generator<Record<string, unknown>> {
  let next: unknown = error;
  for (let depth = 0; depth < DEEPEST_CAUSE; depth++) {
    if (typeof next !== 'object' || next === null) return;
    const found = next as Record<string, unknown>;
    yield found;
    next = found['driverError'] ?? found['originalError'] ?? found['cause'];
  }
}

function means(kind: keyof ErrorCodes, dialect: SqlDialect, error: unknown): boolean {
  const codes = CODES[dialect][kind];
  for (const { code, errno, message } of chainOf(error)) {
    if (codes.includes(String(code)) || codes.includes(String(errno))) return true;
    if (dialect === 'sqlite' && SQLITE_WORDS[kind].test(String(message))) return true;
  }
  return false;
}

/** A row with this key exists already. */
export function isDuplicateKeyError(dialect: SqlDialect, error: unknown): boolean {
  return means('duplicateKey', dialect, error);
}

/** Deadlock, serialization failure, lock time-out, busy: the same may succeed later. */
export function isRetryableError(dialect: SqlDialect, error: unknown): boolean {
  for (const { code } of chainOf(error)) if (code === 'CONNECTION_BUSY') return true;
  return means('retryable', dialect, error);
}

export function isMissingTableError(dialect: SqlDialect, error: unknown): boolean {
  return means('missingTable', dialect, error);
}
