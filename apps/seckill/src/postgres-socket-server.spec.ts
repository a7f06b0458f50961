import * as net from 'node:net';
import { Client } from 'pg';
import { waitFor } from '../../../test/support/polling';
import { makeTemporaryFolder, removeFolder } from '../../../test/support/temporary-folder';
// Built, because its child process is a file of its own; PGlite does not load inside Jest.
import { EmbeddedPostgres } from '../dist/embedded-postgres';

jest.setTimeout(60_000);

describe('PostgresSocketServer', () => {
  const folder = makeTemporaryFolder('embedded-postgres');
  const database = new EmbeddedPostgres(folder);
  let url: string;
  let one: Client;
  let other: Client;
  const connect = async (): Promise<Client> => {
    const client = new Client(url);
    client.on('error', () => undefined);
    await client.connect();
    return client;
  };
  const valuesOf = async (client: Client): Promise<number[]> => {
    const { rows } = await client.query<{ n: number }>('SELECT n FROM t ORDER BY n');
    return rows.map(({ n }) => n);
  };
  beforeAll(async () => {
    url = await database.start();
  });
  afterAll(async () => {
    await database.stop();
    removeFolder(folder);
  });
  beforeEach(async () => {
    [one, other] = [await connect(), await connect()];
    await one.query('DROP TABLE IF EXISTS t');
    await one.query('CREATE TABLE t (n integer PRIMARY KEY)');
  });
  afterEach(async () => {
    await Promise.all([one, other].map((client) => client.end().catch(() => undefined)));
  });

  it('serves several connections, with and without parameters', async () => {
    await one.query('INSERT INTO t VALUES (1)');
    await other.query('INSERT INTO t VALUES ($1)', [2]);
    expect(await valuesOf(one)).toEqual([1, 2]);
    expect(await valuesOf(other)).toEqual([1, 2]);
  });

  it('holds others off while one is in a transaction', async () => {
    await one.query('BEGIN');
    await one.query('INSERT INTO t VALUES ($1)', [1]);
    const order: string[] = [];
    const waiting = valuesOf(other).then((values) => {
      order.push('other');
      return values;
    });
    // More statements of the one go first, though the other has asked before.
    await one.query('INSERT INTO t VALUES ($1)', [2]);
    await one.query('INSERT INTO t VALUES (3)');
    expect(order).toEqual([]);
    await one.query('COMMIT');
    expect(await waiting).toEqual([1, 2, 3]);
  });

  it('runs transactions that overlap one after the other', async () => {
    await one.query('INSERT INTO t VALUES (0)');
    const add = async (client: Client): Promise<void> => {
      for (let turn = 0; turn < 10; turn++) {
        await client.query('BEGIN');
        const { rows } = await client.query<{ n: number }>('SELECT n FROM t');
        await client.query('UPDATE t SET n = $1', [rows[0].n + 1]);
        await client.query('COMMIT');
      }
    };
    await Promise.all([add(one), add(other)]);
    expect(await valuesOf(one)).toEqual([20]);
  });

  it('gives the turn back after a failed statement, and after a failed transaction', async () => {
    await expect(one.query('SELECT * FROM missing')).rejects.toMatchObject({ code: '42P01' });
    await expect(one.query('SELECT $1::int / 0', [1])).rejects.toMatchObject({ code: '22012' });
    await other.query('INSERT INTO t VALUES (1)');
    await one.query('BEGIN');
    await expect(one.query('INSERT INTO t VALUES ($1)', [1])).rejects.toMatchObject({
      code: '23505',
    });
    const waiting = valuesOf(other);
    await expect(one.query('SELECT 1')).rejects.toMatchObject({ code: '25P02' });
    await one.query('ROLLBACK');
    expect(await waiting).toEqual([1]);
    expect(await valuesOf(one)).toEqual([1]);
  });

  it('rolls back what a connection left open when it went', async () => {
    await one.query('BEGIN');
    await one.query('INSERT INTO t VALUES (1)');
    const waiting = valuesOf(other);
    destroy(one);
    expect(await waiting).toEqual([]);
  });

  it('passes over who has gone while it waited for its turn', async () => {
    const third = await connect();
    await one.query('BEGIN');
    const gone = expect(third.query('BEGIN')).rejects.toThrow();
    destroy(third);
    await gone;
    await one.query('COMMIT');
    await other.query('INSERT INTO t VALUES (5)');
    expect(await valuesOf(one)).toEqual([5]);
  });

  it('drops a statement whose end never came', async () => {
    await one.query('BEGIN');
    await one.query('INSERT INTO t VALUES (1)');
    // A Parse without the Sync behind it.
    const parse = Buffer.from('\0INSERT INTO t VALUES (2)\0\0\0');
    const head = Buffer.from('P\0\0\0\0');
    head.writeInt32BE(parse.length + 4, 1);
    streamOf(one).write(Buffer.concat([head, parse]));
    destroy(one);
    expect(await valuesOf(other)).toEqual([]);
  });

  it('ends a connection that talks something else', async () => {
    const socket = net.connect(Number(new URL(url).port), '127.0.0.1');
    let isClosed = false;
    socket.once('close', () => (isClosed = true)).on('error', () => undefined);
    socket.write('\xff\xff\xff\xff GET / HTTP/1.1\r\n\r\n', 'latin1');
    await waitFor('the connection to end', () => isClosed);
    expect(await valuesOf(one)).toEqual([]);
  });
});

function streamOf(client: Client): net.Socket {
  return (client as unknown as { connection: { stream: net.Socket } }).connection.stream;
}

/** As if its process had been killed: no word of farewell. */
function destroy(client: Client): void {
  streamOf(client).destroy();
}
