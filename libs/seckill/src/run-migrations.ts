import type { DataSource } from 'typeorm';
import { schemaOf } from './schema-of';

/** Several instances start at once; the one that has this lock migrates, the others wait. */
const ADVISORY_LOCK = 7_230_411;

/** Brings a service's tables up to date. */
export async function runMigrations(dataSource: DataSource): Promise<void> {
  const lock = dataSource.createQueryRunner();
  try {
    await lock.query('SELECT pg_advisory_lock($1)', [ADVISORY_LOCK]);
    await lock.query(`CREATE SCHEMA IF NOT EXISTS ${schemaOf(dataSource)}`);
    await dataSource.runMigrations({ transaction: 'each' });
  } finally {
    await lock.query('SELECT pg_advisory_unlock($1)', [ADVISORY_LOCK]).catch(() => undefined);
    await lock.release();
  }
}
