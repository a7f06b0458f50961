import { PGlite } from '@electric-sql/pglite';
import type { EmbeddedPostgresReady } from './embedded-postgres';
import { PostgresSocketServer } from './postgres-socket-server';

/**
 * The child process that holds the embedded PostgreSQL: `node embedded-postgres-process FOLDER`.
 * Tells its parent the port, and ends when the parent does.
 */
async function main([folder]: readonly string[]): Promise<void> {
  // Ctrl-C reaches the whole group; the parent says when its services are done with the database.
  process.on('SIGINT', () => undefined);
  process.on('SIGTERM', () => undefined);
  let stop = (): Promise<void> => Promise.resolve();
  process.once('disconnect', () => void stop().finally(() => process.exit(0)));
  const db = await PGlite.create(folder);
  const server = new PostgresSocketServer(db);
  const ready: EmbeddedPostgresReady = { port: await server.listen('127.0.0.1', 0) };
  stop = () => server.close().then(() => db.close());
  if (process.connected) process.send?.(ready);
}

main(process.argv.slice(2)).catch((error: unknown) => {
  process.stderr.write(`embedded database: ${(error as Error).stack ?? String(error)}\n`);
  process.exit(1);
});
