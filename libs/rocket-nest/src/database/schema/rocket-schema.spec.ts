import * as fs from 'node:fs';
import * as path from 'node:path';
import type { SqlDialect } from '../sql-dialect';
import { rocketSchema, rocketSchemaStatements } from './rocket-schema';

const DIALECTS: SqlDialect[] = ['postgres', 'mysql', 'sqlite'];

describe.each(DIALECTS)('the tables for %s', (dialect) => {
  it('are shipped as the file that the text is', () => {
    const file = path.join(__dirname, `../../../sql/${dialect}.sql`);
    expect(fs.readFileSync(file, 'utf8')).toBe(rocketSchema(dialect));
  });

  it('are made by statements that drivers take one at a time', () => {
    const statements = rocketSchemaStatements(dialect);
    const tables = statements.flatMap((text) => /CREATE TABLE IF NOT EXISTS (\w+)/.exec(text)?.[1]);
    expect(tables.filter((name) => name !== undefined)).toEqual([
      'rocket_tx_log',
      'rocket_inbox',
      'rocket_outbox',
    ]);
    expect(statements.filter((text) => text.includes(';') || text.includes('--'))).toEqual([]);
    expect(statements.filter((text) => text.includes('#log-id'))).toHaveLength(1);
  });
});
