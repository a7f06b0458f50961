import { SchemaBackend } from './schema-backend';
import type { SqlBackend } from './sql-backend';
import type { SqlDialect } from './sql-dialect';
import { rocketSchemaStatements } from './schema/rocket-schema';

describe('SchemaBackend', () => {
  let asked: string[];
  const backend = (dialect: SqlDialect): SqlBackend<string> => ({
    dialect,
    connectionOf: () => ({
      query: (sql: string) => {
        asked.push(sql);
        return Promise.resolve({ rows: [], affected: 0 });
      },
    }),
    transaction: (work) => work('tx'),
  });
  beforeEach(() => {
    asked = [];
  });

  it('names the schema of the tables, and of nothing else', async () => {
    const connection = new SchemaBackend(backend('postgres'), 'orders').connectionOf('tx');
    await connection.query('SELECT * FROM rocket_inbox WHERE message_key = ?', ['rocket_inbox']);
    await connection.query('CREATE INDEX rocket_outbox_due ON rocket_outbox (state)');
    expect(asked).toEqual([
      'SELECT * FROM "orders".rocket_inbox WHERE message_key = ?',
      'CREATE INDEX rocket_outbox_due ON "orders".rocket_outbox (state)',
    ]);
  });

  it('finds a table in every statement of the schema', async () => {
    const connection = new SchemaBackend(backend('mysql'), 'orders').connectionOf('tx');
    for (const statement of rocketSchemaStatements('mysql')) await connection.query(statement);
    expect(asked.length).toBeGreaterThan(3);
    expect(asked.filter((sql) => !sql.includes('`orders`.rocket_'))).toEqual([]);
  });

  it('refuses names that are none, and SQLite', () => {
    expect(() => new SchemaBackend(backend('postgres'), 'a"b')).toThrow(/'schema' is "a\\"b"/);
    expect(() => new SchemaBackend(backend('sqlite'), 'orders')).toThrow(/not for SQLite/);
  });
});
