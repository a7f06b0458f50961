import { randomUUID } from 'node:crypto';
import { getSqlExecutorToken, type SqlExecutor } from 'rocket-nest';
import type { DataSourceOptions } from 'typeorm';
import { CuttingProxy } from '../support/cutting-proxy';
import { startMariadb } from '../support/mariadb-server';
import { waitFor } from '../support/polling';
import { type DatabaseServer, startPostgres } from '../support/postgres-server';
import { type IdempotencyBackend, inboxBackend, type ServiceInstance } from './idempotency-backend';
import { describeIdempotencyContract, gate, runOf } from './idempotency-contract';

const RETENTION_INTERVAL_MS = 100;

interface Engine {
  readonly name: string;
  start(): Promise<DatabaseServer>;
  options(port: number): DataSourceOptions;
}

const engines: Engine[] = [
  {
    name: 'PostgreSQL',
    start: () => startPostgres(),
    options: (port) => ({
      type: 'postgres',
      host: '127.0.0.1',
      port,
      username: 'app',
      database: 'postgres',
    }),
  },
  {
    name: 'MariaDB',
    start: () => startMariadb(),
    options: (port) => ({
      type: 'mariadb',
      host: '127.0.0.1',
      port,
      username: 'app',
      database: 'app',
    }),
  },
];

describe.each(engines)('idempotency in $name', ({ start, options }) => {
  let server: DatabaseServer;
  let proxy: CuttingProxy;
  let backend: IdempotencyBackend;
  beforeAll(async () => {
    server = await start();
    proxy = await CuttingProxy.start(server.port);
    backend = inboxBackend(options(proxy.port), { observedBy: options(server.port) });
  }, 60_000);
  afterAll(async () => {
    await backend?.stop();
    await proxy?.stop();
    await server?.stop();
  });

  describeIdempotencyContract(() => backend);
  describeInbox(() => backend);

  it.each([
    ['BEFORE', 'EXECUTED'],
    ['AFTER', 'DUPLICATE'],
  ] as const)(
    'has one effect when the connection is cut %s the server commits',
    async (cut, statusOfNext) => {
      const { store, addEffect } = await backend.newInstance();
      const key = randomUUID();
      const work = (): Promise<void> => addEffect(key);
      proxy.arm('COMMIT', cut);
      await expect(store.run(runOf(key), work)).rejects.toThrow();
      expect(proxy.isArmed).toBe(false);
      // The server may still be at the end of the first transaction.
      let status = '';
      await waitFor('the next delivery', async () => {
        status = (await store.run(runOf(key), work)).status;
        return status !== 'IN_PROGRESS';
      });
      expect(status).toBe(statusOfNext);
      expect((await backend.effects()).get(key)).toBe(1);
    },
  );
});

describe('idempotency in SQLite (sql.js)', () => {
  let backend: IdempotencyBackend;
  beforeAll(() => {
    backend = inboxBackend({ type: 'sqljs' }, { shared: true });
    return backend.newInstance(RETENTION_INTERVAL_MS);
  });
  afterAll(() => backend.stop());

  describeIdempotencyContract(() => backend);
  describeInbox(() => backend);
});

/** What holds where the row is part of the handler's transaction. */
function describeInbox(backendOf: () => IdempotencyBackend): void {
  let one: ServiceInstance;
  let executor: SqlExecutor;
  beforeAll(async () => {
    one = await backendOf().newInstance();
    executor = one.app.get(getSqlExecutorToken());
  });
  const rowsOf = async (key: string): Promise<number> => {
    const { rows } = await executor.detached((connection) =>
      connection.query<{ n: unknown }>(
        'SELECT COUNT(*) AS n FROM rocket_inbox WHERE message_key = ?',
        [key],
      ),
    );
    return Number(rows[0].n);
  };

  it('rolls the writes of a plain repository back with the row', async () => {
    const key = randomUUID();
    const failing = one.store.run(runOf(key), async () => {
      await one.addEffect(key);
      throw new Error('after the write');
    });
    await expect(failing).rejects.toThrow('after the write');
    expect((await backendOf().effects()).has(key)).toBe(false);
    expect(await rowsOf(key)).toBe(0);
  });

  it('shows nobody the row or the writes before both are committed', async () => {
    const key = randomUUID();
    const written = gate();
    const end = gate();
    const outcome = one.store.run(runOf(key), async () => {
      await one.addEffect(key);
      written.open();
      await end.opened;
    });
    await written.opened;
    // An engine with one connection lets the readers wait instead.
    const seen = Promise.all([rowsOf(key), backendOf().effects()]);
    if (executor.singleConnection) end.open();
    const [rows, effects] = await seen;
    expect([rows, effects.get(key) ?? 0]).toEqual(executor.singleConnection ? [1, 1] : [0, 0]);
    end.open();
    expect((await outcome).status).toBe('EXECUTED');
    expect(await rowsOf(key)).toBe(1);
  });

  it('does not take for done what the database gave up because of a statement that failed', async () => {
    const key = randomUUID();
    const outcome = await one.store
      .run(runOf(key), async () => {
        await one.addEffect(key);
        const failing = executor.current()!.query('SELECT * FROM no_such_table');
        await failing.catch(() => undefined);
      })
      .catch(() => undefined);
    const expected = outcome?.status === 'EXECUTED' ? 1 : 0;
    expect((await backendOf().effects()).get(key) ?? 0).toBe(expected);
    expect(await rowsOf(key)).toBe(expected);
    // PostgreSQL ends the whole transaction, the others only the statement.
    expect(outcome?.status).toBe(executor.dialect === 'postgres' ? undefined : 'EXECUTED');
  });

  it('deletes rows past their time, and no others', async () => {
    const [expired, living] = [randomUUID(), randomUUID()];
    const cleaner = await backendOf().newInstance(RETENTION_INTERVAL_MS);
    await one.store.run(runOf(living), () => Promise.resolve());
    await one.store.run(runOf(expired, 1, 1), () => Promise.resolve());
    await waitFor('the clean-up', async () => (await rowsOf(expired)) === 0);
    expect(await rowsOf(living)).toBe(1);
    const again = await one.store.run(runOf(expired), () => Promise.resolve());
    expect(again.status).toBe('EXECUTED');
    if (cleaner !== one) await cleaner.app.close();
  });

  it('runs work again whose transaction the database ended for a conflict', async () => {
    const key = randomUUID();
    let runs = 0;
    const conflict = { postgres: '40001', mysql: 'ER_LOCK_DEADLOCK', sqlite: 'SQLITE_BUSY' };
    const outcome = await one.store.run(runOf(key), async () => {
      await one.addEffect(key);
      runs++;
      if (runs < 3)
        throw Object.assign(new Error('conflict'), { code: conflict[executor.dialect] });
    });
    expect([outcome.status, runs]).toEqual(['EXECUTED', 3]);
    expect((await backendOf().effects()).get(key)).toBe(1);
  });
}
