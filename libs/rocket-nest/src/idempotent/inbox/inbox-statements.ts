import type { SqlConnection } from '../../database/sql-connection';
import type { SqlDialect } from '../../database/sql-dialect';
import type { SqlExecutor } from '../../database/sql-executor';
import type { InboxRowKey } from './inbox-row-key';

export type InboxClaim =
  /** The row is new; it and the caller's effects stand or fall together. */
  | { readonly status: 'INSERTED' }
  | { readonly status: 'PRESENT'; readonly result: string }
  /** Another transaction holds the row or its key. */
  | { readonly status: 'HELD' };

export interface InboxTimes {
  readonly createdAtMs: number;
  readonly expiresAtMs: number;
}

const COLUMNS = '(consumer_group, listener_id, message_key, instance, created_at, expires_at)';
const BY_KEY = 'consumer_group = ? AND listener_id = ? AND message_key = ? AND instance = ?';

const INSERTED: InboxClaim = { status: 'INSERTED' };
const HELD: InboxClaim = { status: 'HELD' };

/**
 * On PostgreSQL a lock of the transaction, tried and not waited for, goes before the row: without it
 * a duplicate would wait for the other transaction as long as its handler runs, on a connection of
 * its own. A clash of two keys' hashes only has one of them delivered again later.
 */
const INSERT: Readonly<Record<SqlDialect, string>> = {
  postgres:
    `INSERT INTO rocket_inbox ${COLUMNS} ` +
    'SELECT ?, ?, ?, ?, CAST(? AS BIGINT), CAST(? AS BIGINT) ' +
    'WHERE pg_try_advisory_xact_lock(hashtextextended(?, 0)) ON CONFLICT DO NOTHING',
  // Not INSERT IGNORE, which hides other errors too.
  mysql: `INSERT INTO rocket_inbox ${COLUMNS} VALUES (?, ?, ?, ?, ?, ?)`,
  sqlite: `INSERT INTO rocket_inbox ${COLUMNS} VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING`,
};

/** Inserts the row of a key as part of `transaction`, or says why it could not. */
export async function claimInboxRow(
  executor: Pick<SqlExecutor, 'dialect' | 'isDuplicateKey'>,
  transaction: SqlConnection,
  key: InboxRowKey,
  { createdAtMs, expiresAtMs }: InboxTimes,
): Promise<InboxClaim> {
  const { dialect } = executor;
  const params = [...key, createdAtMs, expiresAtMs];
  if (dialect === 'postgres') params.push(JSON.stringify(key));
  try {
    const { affected } = await transaction.query(INSERT[dialect], params);
    if (affected > 0) return INSERTED;
  } catch (error) {
    if (isLockTimeout(error)) return HELD;
    if (!executor.isDuplicateKey(error)) throw error;
  }
  const { rows } = await transaction.query<{ response: string | null }>(
    `SELECT response FROM rocket_inbox WHERE ${BY_KEY}`,
    key,
  );
  return rows[0] ? { status: 'PRESENT', result: rows[0].response ?? '' } : HELD;
}

/** Keeps what the work gave, in the transaction that inserted the row. */
export async function keepInboxResult(
  transaction: SqlConnection,
  key: InboxRowKey,
  result: string,
): Promise<void> {
  await transaction.query(`UPDATE rocket_inbox SET response = ? WHERE ${BY_KEY}`, [result, ...key]);
}

const EXPIRED = 'expires_at < ?';
const DELETE_EXPIRED: Readonly<Record<SqlDialect, string>> = {
  postgres:
    'DELETE FROM rocket_inbox WHERE ctid IN ' +
    `(SELECT ctid FROM rocket_inbox WHERE ${EXPIRED} LIMIT ? FOR UPDATE SKIP LOCKED)`,
  mysql: `DELETE FROM rocket_inbox WHERE ${EXPIRED} LIMIT ?`,
  sqlite: `DELETE FROM rocket_inbox WHERE rowid IN (SELECT rowid FROM rocket_inbox WHERE ${EXPIRED} LIMIT ?)`,
};

/** Deletes rows past their time, at most `limit`; gives how many. */
export async function deleteExpiredInboxRows(
  dialect: SqlDialect,
  connection: SqlConnection,
  nowMs: number,
  limit: number,
): Promise<number> {
  const { affected } = await connection.query(DELETE_EXPIRED[dialect], [nowMs, limit]);
  return affected;
}

const LOCK_TIMEOUTS = new Set<unknown>(['ER_LOCK_WAIT_TIMEOUT', 1205, '55P03']);
const DEEPEST_CAUSE = 6;

/** Waited in vain for another transaction's row: no deadlock, so trying at once would be in vain too. */
function isLockTimeout(error: unknown): boolean {
  let next = error as { code?: unknown; errno?: unknown; driverError?: unknown; cause?: unknown };
  for (let depth = 0; next && depth < DEEPEST_CAUSE; depth++) {
    if (LOCK_TIMEOUTS.has(next.code) || LOCK_TIMEOUTS.has(next.errno)) return true;
    next = (next.driverError ?? next.cause) as typeof next;
  }
  return false;
}
