import { RocketConfigError } from '../errors/rocket-config-error';
import type { SqlBackend } from './sql-backend';
import type { SqlConnection } from './sql-connection';

/** The tables of `rocketSchema`, as whole words: names of indexes begin alike. */
const TABLES = /\brocket_(?:tx_log|inbox|outbox)\b/g;
const SCHEMA_NAME = /^[A-Za-z_][A-Za-z0-9_]{0,62}$/;
/** The library has a few dozen statements; with more, those of someone else are among them. */
const MAX_KNOWN = 500;

/** A backend whose rocket tables are in one schema (in MySQL: one database) of several. */
export class SchemaBackend<Transaction> implements SqlBackend<Transaction> {
  readonly dialect: SqlBackend['dialect'];
  readonly singleConnection: boolean | undefined;
  readonly excludesItself: boolean | undefined;
  private readonly known = new Map<string, string>();
  private readonly prefix: string;

  /** @throws RocketConfigError for a malformed name, and for SQLite, which has no schemas */
  constructor(
    private readonly backend: SqlBackend<Transaction>,
    schema: string,
  ) {
    if (backend.dialect === 'sqlite') {
      throw new RocketConfigError("RocketDatabaseModule: 'schema' is not for SQLite; leave it out");
    }
    if (!SCHEMA_NAME.test(schema)) {
      throw new RocketConfigError(
        `RocketDatabaseModule: 'schema' is ${JSON.stringify(schema)}; a name has letters, digits and _`,
      );
    }
    this.dialect = backend.dialect;
    this.singleConnection = backend.singleConnection;
    this.excludesItself = backend.excludesItself;
    this.prefix = backend.dialect === 'mysql' ? `\`${schema}\`.` : `"${schema}".`;
  }

  connectionOf(transaction: Transaction): SqlConnection {
    const connection = this.backend.connectionOf(transaction);
    return { query: (sql, params) => connection.query(this.qualified(sql), params) };
  }

  transaction: SqlBackend<Transaction>['transaction'] = (work, isolation, waitMs) =>
    this.backend.transaction(work, isolation, waitMs);

  hasFailed(transaction: Transaction): boolean | undefined {
    return this.backend.hasFailed?.(transaction);
  }

  private qualified(sql: string): string {
    const known = this.known.get(sql);
    if (known !== undefined) return known;
    const qualified = sql.replace(TABLES, (table) => this.prefix + table);
    if (this.known.size >= MAX_KNOWN) this.known.clear();
    this.known.set(sql, qualified);
    return qualified;
  }
}
