import { MessageConst, type Message } from '@rocket-nest/common';
import type { SqlConnection } from '../database/sql-connection';
import type { SqlExecutor } from '../database/sql-executor';
import { OUTBOX_COLUMNS, orderKeyOf, type OutboxRow } from './outbox-row';

const LONGEST_ERROR = 1000;

/** What is to be written about a message that was not sent. */
export interface OutboxFailure {
  readonly id: OutboxRow['id'];
  readonly attempts: number;
  readonly nextAttemptAtMs: number;
  /** No broker will ever take it. */
  readonly isFinal: boolean;
  readonly error: string;
}

/** How many messages of a connection are in the table. */
export interface OutboxRows {
  readonly pending: number;
  readonly failed: number;
  /** When the oldest pending one was written; undefined when none is pending. */
  readonly oldestPendingMs: number | undefined;
}

/** The statements on `rocket_outbox`, for the messages of one connection. */
export class OutboxTable {
  constructor(
    readonly executor: SqlExecutor,
    private readonly connectionName: string,
  ) {}

  async insert(connection: SqlConnection, message: Message, nowMs: number): Promise<void> {
    const { topic, properties, body } = message;
    await connection.query(
      'INSERT INTO rocket_outbox (connection, unique_key, topic, order_key, properties, body, state, ' +
        "attempts, next_attempt_at, created_at) VALUES (?, ?, ?, ?, ?, ?, 'PENDING', 0, ?, ?)",
      [
        this.connectionName,
        properties.get(MessageConst.PROPERTY_UNIQ_CLIENT_MESSAGE_ID_KEYIDX),
        topic,
        orderKeyOf(message),
        JSON.stringify(Object.fromEntries(properties)),
        body,
        nowMs,
        nowMs,
      ],
    );
  }

  /**
   * The next messages to send, of each key only the first: the others wait for it, also while another
   * relay sends it.
   *
   * @param locking how rows are kept from other relays until the transaction ends
   */
  async next(
    connection: SqlConnection,
    nowMs: number,
    limit: number,
    locking: '' | 'FOR UPDATE' | 'FOR UPDATE SKIP LOCKED',
  ): Promise<OutboxRow[]> {
    const earlier =
      'SELECT 1 FROM rocket_outbox e WHERE e.connection = o.connection AND ' +
      "e.order_key = o.order_key AND e.id < o.id AND e.state = 'PENDING'";
    const { rows } = await connection.query<OutboxRow>(
      `SELECT ${OUTBOX_COLUMNS} FROM rocket_outbox o WHERE o.connection = ? AND ` +
        `o.state = 'PENDING' AND o.next_attempt_at <= ? AND ` +
        `(o.order_key IS NULL OR NOT EXISTS (${earlier})) ORDER BY o.id LIMIT ${limit} ${locking}`,
      [this.connectionName, nowMs],
    );
    return rows;
  }

  async remove(connection: SqlConnection, ids: readonly OutboxRow['id'][]): Promise<void> {
    if (ids.length === 0) return;
    const marks = ids.map(() => '?').join(', ');
    await connection.query(`DELETE FROM rocket_outbox WHERE id IN (${marks})`, ids);
  }

  async fail(connection: SqlConnection, failure: OutboxFailure): Promise<void> {
    const { id, attempts, nextAttemptAtMs, isFinal, error } = failure;
    await connection.query(
      'UPDATE rocket_outbox SET state = ?, attempts = ?, next_attempt_at = ?, last_error = ? WHERE id = ?',
      [
        isFinal ? 'FAILED' : 'PENDING',
        attempts,
        nextAttemptAtMs,
        error.slice(0, LONGEST_ERROR),
        id,
      ],
    );
  }

  async count(connection: SqlConnection): Promise<OutboxRows> {
    const { rows } = await connection.query<Record<'state' | 'messages' | 'oldest', string>>(
      'SELECT state, COUNT(*) AS messages, MIN(created_at) AS oldest FROM rocket_outbox ' +
        'WHERE connection = ? GROUP BY state',
      [this.connectionName],
    );
    const pending = rows.find(({ state }) => state === 'PENDING');
    const failed = rows.find(({ state }) => state === 'FAILED');
    return {
      pending: Number(pending?.messages ?? 0),
      failed: Number(failed?.messages ?? 0),
      oldestPendingMs: pending && Number(pending.oldest),
    };
  }

  /** Whether relays can pass over each other's rows; older servers make them wait. */
  async canSkipLocked(): Promise<boolean> {
    if (this.executor.dialect !== 'mysql') return this.executor.dialect === 'postgres';
    const { rows } = await this.executor.detached((connection) =>
      connection.query<{ version: string }>('SELECT VERSION() AS version'),
    );
    const version = rows[0]?.version ?? '';
    const [major = 0, minor = 0] = version.split('.').map(Number);
    return /mariadb/i.test(version) ? major > 10 || (major === 10 && minor >= 6) : major >= 8;
  }
}
