import { RocketDatabaseError } from '../database/rocket-database-error';
import { explainMissingTable } from '../database/schema/missing-table';
import type { SqlConnection } from '../database/sql-connection';
import type { SqlExecutor } from '../database/sql-executor';

/** How a local transaction ended: the message follows it. */
export type LoggedState = 'COMMITTED' | 'ABORTED';

const LOG_ID_KEY = '#log-id';
const INSERT = 'INSERT INTO rocket_tx_log (tx_id, state, note, created_at) VALUES (?, ?, ?, ?)';
const LONGEST_NOTE = 255;
/** How long a check waits for the lock of a transaction that runs. */
const LOCK_TIMEOUT_MS = 1000;

/** The table `rocket_tx_log` of one database: a row for each local transaction. */
export class TransactionLog {
  private loading: Promise<string> | undefined;

  constructor(
    readonly executor: SqlExecutor,
    private readonly nowMs: () => number,
  ) {}

  get name(): string {
    return this.executor.name;
  }

  /**
   * What tells this log from those of other databases.
   *
   * @throws RocketDatabaseError TABLE_MISSING
   */
  id(): Promise<string> {
    this.loading ??= this.loadId().catch((error: unknown) => {
      this.loading = undefined;
      throw error;
    });
    return this.loading;
  }

  /**
   * The first statement of a local transaction: with its commit the row is there for every check. Fails
   * on the key when a check has decided to roll back before.
   */
  async insertCommitted(transaction: SqlConnection, id: string, note: string): Promise<void> {
    await transaction.query(INSERT, [id, 'COMMITTED', note.slice(0, LONGEST_NOTE), this.nowMs()]);
  }

  /**
   * Whether the row is still there in its transaction: a database ends a transaction by itself after a
   * deadlock, or refuses to commit after a failed statement, also when the method hid that error.
   */
  async isIntact(transaction: SqlConnection, id: string): Promise<boolean> {
    const { rows } = await transaction.query('SELECT 1 FROM rocket_tx_log WHERE tx_id = ?', [id]);
    return rows.length === 1;
  }

  /**
   * Decides that the transaction is not to take place any more, unless it did already: true if it was
   * decided now. Fails with a retryable error while the transaction runs.
   */
  async abort(id: string): Promise<boolean> {
    const row = [id, 'ABORTED', 'check', this.nowMs()];
    // MySQL's INSERT IGNORE would hide other errors as well.
    const sql = this.executor.dialect === 'mysql' ? INSERT : `${INSERT} ON CONFLICT DO NOTHING`;
    try {
      const { affected } = await this.detached((connection) => connection.query(sql, row));
      return affected === 1;
    } catch (error) {
      if (this.executor.isDuplicateKey(error)) return false;
      throw error;
    }
  }

  /** How it ended; undefined when no committed row says so. */
  async stateOf(id: string): Promise<LoggedState | undefined> {
    const { rows } = await this.detached((connection) =>
      connection.query<{ state: LoggedState }>('SELECT state FROM rocket_tx_log WHERE tx_id = ?', [
        id,
      ]),
    );
    return rows[0]?.state;
  }

  /** Deletes rows made before `beforeMs`, at most `limit`; gives their number. */
  async deleteBefore(beforeMs: number, limit: number): Promise<number> {
    const old = `created_at < ? AND tx_id <> '${LOG_ID_KEY}'`;
    const sql =
      this.executor.dialect === 'mysql'
        ? `DELETE FROM rocket_tx_log WHERE ${old} LIMIT ${limit}`
        : 'DELETE FROM rocket_tx_log WHERE tx_id IN ' +
          `(SELECT tx_id FROM rocket_tx_log WHERE ${old} LIMIT ${limit})`;
    const { affected } = await this.detached((connection) => connection.query(sql, [beforeMs]));
    return affected;
  }

  private async loadId(): Promise<string> {
    const { rows } = await this.detached((connection) =>
      connection.query<{ note: string }>('SELECT note FROM rocket_tx_log WHERE tx_id = ?', [
        LOG_ID_KEY,
      ]),
    ).catch((error: unknown) => {
      throw explainMissingTable(this.executor, 'rocket_tx_log', error);
    });
    if (rows[0]) return rows[0].note;
    throw new RocketDatabaseError(
      'TABLE_MISSING',
      `the table rocket_tx_log of database '${this.name}' has lost its row '${LOG_ID_KEY}': run ` +
        `sql/${this.executor.dialect}.sql of the package rocket-nest again`,
    );
  }

  private detached<T>(work: (connection: SqlConnection) => Promise<T>): Promise<T> {
    return this.executor.detached(work, { lockTimeoutMs: LOCK_TIMEOUT_MS });
  }
}
