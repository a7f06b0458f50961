import type { INestApplicationContext } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import { Propagation, TransactionHost } from '@nestjs-cls/transactional';
import { getSqlExecutorToken, type SqlConnection, type SqlExecutor } from 'rocket-nest';
import initSqlJs from 'sql.js';
import { startMariadb } from '../support/mariadb-server';
import { startPostgres, type DatabaseServer } from '../support/postgres-server';
import {
  drizzlePostgresService,
  drizzleService,
  drizzleSqliteService,
} from './databases/drizzle-database';
import { EFFECTS, type Effects, type ServiceDatabase } from './databases/effects';
import { knexService } from './databases/knex-database';
import { postgresService, sqliteService } from './databases/plain-databases';
import { typeOrmService } from './databases/typeorm-database';

interface Servers {
  readonly postgres: DatabaseServer;
  readonly mariadb: DatabaseServer;
}

/** REPEATABLE READ is the default of both servers. */
const services: Readonly<Record<string, (servers: Servers) => Promise<ServiceDatabase>>> = {
  'TypeORM on PostgreSQL': ({ postgres: { url } }) =>
    Promise.resolve(typeOrmService({ type: 'postgres', url }, { withHost: false })),
  'TypeORM and a TransactionHost on PostgreSQL': ({ postgres: { url } }) =>
    Promise.resolve(typeOrmService({ type: 'postgres', url }, { withHost: true })),
  'Drizzle on PostgreSQL': ({ postgres }) =>
    Promise.resolve(drizzlePostgresService(postgres.url, { withHost: false })),
  'Drizzle and a TransactionHost on PostgreSQL': ({ postgres }) =>
    Promise.resolve(drizzlePostgresService(postgres.url, { withHost: true })),
  'Knex on PostgreSQL': ({ postgres }) => Promise.resolve(knexService(postgres.url)),
  'a plain executor on PostgreSQL': ({ postgres }) =>
    Promise.resolve(postgresService(postgres.url)),
  'TypeORM on MariaDB': ({ mariadb: { url } }) =>
    Promise.resolve(typeOrmService({ type: 'mysql', url }, { withHost: false })),
  'Drizzle on MariaDB': ({ mariadb }) =>
    Promise.resolve(drizzleService(mariadb.url, { withHost: false })),
  'Drizzle and a TransactionHost on MariaDB': ({ mariadb }) =>
    Promise.resolve(drizzleService(mariadb.url, { withHost: true })),
  'Knex on MariaDB': ({ mariadb }) => Promise.resolve(knexService(mariadb.url)),
  'a plain executor on SQLite': async () => sqliteService(new (await initSqlJs()).Database()),
  'TypeORM on SQLite': () =>
    Promise.resolve(typeOrmService({ type: 'sqljs' }, { withHost: false })),
  'Drizzle on SQLite': async () => drizzleSqliteService(new (await initSqlJs()).Database()),
};

let servers: Servers;

beforeAll(async () => {
  const [postgres, mariadb] = await Promise.all([
    startPostgres({ default_transaction_isolation: 'repeatable read' }),
    startMariadb(),
  ]);
  servers = { postgres, mariadb };
}, 60_000);

afterAll(async () => {
  await Promise.all([servers?.postgres.stop(), servers?.mariadb.stop()]);
});

describe.each(Object.keys(services))('the executor of %s', (name) => {
  let app: INestApplicationContext;
  let executor: SqlExecutor;
  let effects: Effects;

  beforeAll(async () => {
    const { imports } = await services[name](servers);
    app = await (await Test.createTestingModule({ imports: [...imports] }).compile()).init();
    executor = app.get<SqlExecutor>(getSqlExecutorToken());
    effects = app.get<Effects>(EFFECTS);
    await executor.detached((connection) => connection.query('DELETE FROM effects'));
    await executor.detached((connection) =>
      connection.query("DELETE FROM rocket_tx_log WHERE tx_id <> '#log-id'"),
    );
  }, 30_000);

  afterAll(() => app?.close());

  const insertRow = (connection: SqlConnection, key: string) =>
    connection.query('INSERT INTO rocket_tx_log VALUES (?, ?, ?, ?)', [key, 'X', 'ü ? n', 2 ** 43]);
  const rowOf = async (key: string) => {
    const { rows } = await executor.detached((connection) =>
      connection.query('SELECT * FROM rocket_tx_log WHERE tx_id = ?', [key]),
    );
    return rows[0];
  };

  it('commits what was written, also with what is injected as usual', async () => {
    const result = await executor.transaction(async (connection) => {
      expect(executor.current()).toBe(connection);
      const { affected } = await insertRow(connection, 'committed');
      await effects.insert('committed');
      return affected;
    });
    expect([result, executor.current()]).toEqual([1, undefined]);
    expect(await effects.keys()).toEqual(['committed']);
    const row = await rowOf('committed');
    expect({ ...row, created_at: Number(row.created_at) }).toEqual({
      tx_id: 'committed',
      state: 'X',
      note: 'ü ? n',
      created_at: 2 ** 43,
    });
  });

  it('rolls all of it back when the work rejects', async () => {
    const failing = executor.transaction(async (connection) => {
      await insertRow(connection, 'undone');
      await effects.insert('undone');
      throw new Error('as told');
    });
    await expect(failing).rejects.toThrow('as told');
    expect([await rowOf('undone'), await effects.keys()]).toEqual([undefined, ['committed']]);
  });

  it('knows a duplicate key from other failures', async () => {
    await executor.detached((connection) => insertRow(connection, 'twice'));
    const again = executor.detached((connection) => insertRow(connection, 'twice'));
    const error: unknown = await again.catch((failure: unknown) => failure);
    expect([executor.isDuplicateKey(error), executor.isRetryable(error)]).toEqual([true, false]);
    const other = executor.detached((connection) => connection.query('SELECT * FROM nowhere'));
    const failure: unknown = await other.catch((each: unknown) => each);
    expect([executor.isDuplicateKey(failure), executor.isRetryable(failure)]).toEqual([
      false,
      false,
    ]);
  });

  it('does not wait longer for a lock than it was told, and leaves no setting behind', async () => {
    let begun: () => void = () => undefined;
    let end: () => void = () => undefined;
    const isBegun = new Promise<void>((resolve) => (begun = resolve));
    const mayEnd = new Promise<void>((resolve) => (end = resolve));
    const holding = executor.transaction(async (connection) => {
      await insertRow(connection, 'held');
      begun();
      await mayEnd;
    });
    await isBegun;
    const late = executor.detached((connection) => insertRow(connection, 'held'), {
      lockTimeoutMs: 200,
    });
    const error: unknown = await late.catch((failure: unknown) => failure);
    expect(executor.isRetryable(error)).toBe(true);
    end();
    await holding;
    const settings: Record<SqlExecutor['dialect'], string> = {
      postgres: "SELECT current_setting('lock_timeout') AS setting",
      mysql: 'SELECT @@SESSION.innodb_lock_wait_timeout AS setting',
      sqlite: "SELECT 'none' AS setting",
    };
    for (let connection = 0; connection < 5; connection++) {
      const { rows } = await executor.transaction((open) =>
        open.query<{ setting: unknown }>(settings[executor.dialect]),
      );
      expect(['0', '50', 'none']).toContain(String(rows[0].setting));
    }
  });

  // An engine with one connection has no connection of its own to give.
  const isServer = !name.includes('SQLite');
  if (isServer) {
    it('runs detached statements on their own, READ COMMITTED whatever the default is', async () => {
      await executor.transaction(async (connection) => {
        await connection.query('SELECT * FROM rocket_tx_log');
        await executor.detached((other) => insertRow(other, 'meanwhile'));
        const seen = await connection.query(
          "SELECT 1 FROM rocket_tx_log WHERE tx_id = 'meanwhile'",
        );
        const fresh = await executor.detached(async (other) => {
          await executor.detached((third) => insertRow(third, 'later'));
          return other.query("SELECT 1 FROM rocket_tx_log WHERE tx_id = 'later'");
        });
        expect([seen.rows.length, fresh.rows.length]).toEqual([0, 1]);
      });
    });
  } else {
    it('refuses detached statements inside a transaction, which has the connection', async () => {
      const inside = executor.transaction(() =>
        executor.detached((connection) => insertRow(connection, 'inside')),
      );
      await expect(inside).rejects.toMatchObject({ code: 'CONNECTION_HELD' });
    });
  }

  if (name.includes('TransactionHost')) {
    it("takes part in the application's own transactions, and leaves new ones apart", async () => {
      const host = app.get(TransactionHost);
      const failing = host.withTransaction(async () => {
        await executor.current()?.query('INSERT INTO effects VALUES (?)', ['of the host']);
        await effects.insert('of the host as well');
        await host.withTransaction(Propagation.RequiresNew, () => effects.insert('of a new one'));
        throw new Error('as told');
      });
      await expect(failing).rejects.toThrow('as told');
      const keys = await effects.keys();
      expect(keys).toContain('of a new one');
      expect(keys.filter((key) => key.startsWith('of the host'))).toEqual([]);
    });
  }

  if (!name.startsWith('a plain') && name !== 'Drizzle on SQLite') {
    it('makes savepoints of transactions that are begun inside with what is injected', async () => {
      await executor.transaction(async () => {
        await effects.insert('outer');
        const undone = effects.transaction?.(async () => {
          await effects.insert('inner undone');
          throw new Error('as told');
        });
        await expect(undone).rejects.toThrow('as told');
        await effects.transaction?.(() => effects.insert('inner'));
      });
      const keys = await effects.keys();
      expect(keys).toEqual(expect.arrayContaining(['outer', 'inner']));
      expect(keys).not.toContain('inner undone');
      const failing = executor.transaction(async () => {
        await effects.transaction?.(() => effects.insert('inner of undone'));
        throw new Error('as told');
      });
      await expect(failing).rejects.toThrow('as told');
      expect(await effects.keys()).not.toContain('inner of undone');
    });
  }

  it('lets statements of others not into a transaction, nor after its end', async () => {
    let later: Promise<unknown> | undefined;
    let startLater: () => void = () => undefined;
    const isOver = new Promise<void>((resolve) => (startLater = resolve));
    const failing = executor.transaction(async () => {
      await effects.insert('inside');
      later = isOver.then(() => effects.insert('after'));
      later.catch(() => undefined);
      throw new Error('as told');
    });
    await expect(failing).rejects.toThrow('as told');
    startLater();
    await later?.catch(() => undefined);
    expect(await effects.keys()).not.toContain('inside');
    expect(executor.current()).toBeUndefined();
  });
});
