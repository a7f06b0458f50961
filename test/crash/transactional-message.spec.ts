import { type ChildProcess, spawn } from 'node:child_process';
import * as path from 'node:path';
import { SeededRandom } from '@rocket-nest/common';
import { Standalone } from '@rocket-nest/standalone';
import { knexService } from '../conformance/databases/knex-database';
import { postgresService } from '../conformance/databases/plain-databases';
import { DeliveredOrders } from '../conformance/delivered-orders';
import { TOPIC, TransactionService } from '../conformance/transaction-service';
import { CompiledProgram } from '../support/compiled-program';
import { startMariadb } from '../support/mariadb-server';
import { sleep, waitFor } from '../support/polling';
import { startPostgres, type DatabaseServer } from '../support/postgres-server';
import { makeTemporaryFolder, removeFolder } from '../support/temporary-folder';
import {
  KILL_POINTS,
  type FromWorker,
  type KillPoint,
  type WorkerEngine,
  type WorkerStart,
} from '../support/transactional-worker.protocol';
import { verifyStore } from '../support/verify-store';

/** Workers killed, each with several orders at every point. */
const kills = Number(process.env.TRANSACTION_KILLS ?? 5);
const seed = Number(process.env.TRANSACTION_SEED ?? Date.now() % 1_000_000);
const ORDERS_PER_POINT = 4;
/** Orders that a worker creates one after another until it is killed. */
const RUNNING_ORDERS = 2000;
const KILL_WITHIN_MS = 200;

/** The broker asks soon, and never gives up. */
const brokerProperties = {
  transactionTimeOut: '200',
  transactionCheckInterval: '200',
  transactionOpBatchInterval: '100',
  transactionCheckMax: '100000',
  mappedFileSizeCommitLog: '16777216',
  maxHashSlotNum: '10000',
  maxIndexNum: '40000',
};

const engines: Record<WorkerEngine, () => Promise<DatabaseServer>> = {
  PostgreSQL: () => startPostgres(),
  MariaDB: () => startMariadb(),
};

describe.each(Object.keys(engines) as WorkerEngine[])('a producer on %s killed', (engine) => {
  let program: CompiledProgram;
  let folder: string;
  let server: DatabaseServer;
  let broker: Standalone;
  let namesrvAddr: string;
  let survivor: TransactionService;
  let delivered: DeliveredOrders;
  let worker: ChildProcess | undefined;

  const random = new SeededRandom(seed);
  /** Transactions whose half message is stored, by order. */
  const halves = new Map<string, string>();
  const killedAt = new Map<string, number>();

  beforeAll(async () => {
    program = new CompiledProgram('test/support/transactional-worker.ts');
    folder = makeTemporaryFolder('transactional');
    broker = new Standalone({ brokerProperties, folder });
    [server, { namesrvAddr }] = await Promise.all([engines[engine](), broker.start()]);
    const database =
      engine === 'PostgreSQL' ? postgresService(server.url) : knexService(server.url);
    survivor = await TransactionService.start(namesrvAddr, database);
    delivered = await DeliveredOrders.start(namesrvAddr, TOPIC);
  }, 90_000);

  let clients: Promise<void> | undefined;
  const stopClients = (): Promise<void> =>
    (clients ??= (async () => {
      await delivered?.stop();
      await survivor?.stop();
    })());

  afterAll(async () => {
    worker?.kill('SIGKILL');
    await stopClients();
    await server?.stop();
    await broker?.shutdown();
    program?.remove();
    removeFolder(folder);
  });

  /** Starts a worker and kills it once every order stands at its point. */
  async function round(name: string): Promise<void> {
    const held = KILL_POINTS.filter((point) => point !== 'RUNNING').flatMap((point) =>
      Array.from({ length: ORDERS_PER_POINT }, (_, index) => ({
        id: `${name}-${point}-${index}`,
        point,
      })),
    );
    const running = Array.from({ length: RUNNING_ORDERS }, (_, index) => ({
      id: `${name}-RUNNING-${index}`,
      point: 'RUNNING' as const,
    }));
    const start: WorkerStart = {
      engine,
      url: server.url,
      namesrvAddr,
      orders: [...held, ...running],
    };
    worker = spawn(process.execPath, [program.file], {
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
      env: { ...process.env, ...program.env, WORKER: JSON.stringify(start) },
    });
    const arrived = new Map<string, string>();
    let ran = 0;
    worker.on('message', ({ id, point, transactionId }: FromWorker) => {
      if (transactionId !== undefined) halves.set(id, transactionId);
      if (id.includes('-RUNNING-')) ran++;
      else arrived.set(`${id} ${point}`, point);
    });
    const ended = new Promise((resolve) => worker?.once('exit', resolve));
    await waitFor(
      'all orders at their points',
      () => ran > 0 && held.every(({ id, point }) => arrived.has(`${id} ${point}`)),
      30_000,
    );
    await sleep(random.nextInt(KILL_WITHIN_MS));
    worker.kill('SIGKILL');
    await ended;
    for (const { point } of [...held, { point: 'RUNNING' }]) {
      killedAt.set(point, (killedAt.get(point) ?? 0) + 1);
    }
  }

  it(
    `at every point ${kills} times: database and topic agree for every key (TRANSACTION_SEED=${seed})`,
    async () => {
      for (let kill = 0; kill < kills; kill++) await round(`kill${kill}`);

      const states = async () =>
        new Map((await survivor.logRows()).map((row) => [row.tx_id, row.state]));
      await waitFor(
        'a decision on every transaction',
        async () => {
          const decided = await states();
          return [...halves.values()].every((id) => decided.has(id));
        },
        30_000,
      );
      const effects = await survivor.effects.keys();
      await delivered.waitFor(...effects);
      await survivor.orders.create({ id: 'last' });
      await delivered.waitFor('last');

      const decided = await states();
      const committed = [...halves].filter(([, id]) => decided.get(id) === 'COMMITTED');
      expect(new Set(committed.map(([order]) => order))).toEqual(new Set(effects));
      expect(new Set(delivered.ids)).toEqual(new Set([...effects, 'last']));
      const committedAt = (point: KillPoint) => effects.filter((id) => id.includes(`-${point}-`));
      for (const point of ['HALF_STORED', 'BEGUN', 'LOGGED', 'WRITTEN'] as const) {
        expect(committedAt(point)).toEqual([]);
      }
      for (const point of ['COMMITTED', 'BROKER_TOLD', 'RUNNING'] as const) {
        expect(committedAt(point)).not.toEqual([]);
      }
      process.stdout.write(
        `${engine}: seed ${seed}, killed at ${JSON.stringify(Object.fromEntries(killedAt))}, ` +
          `${halves.size} transactions, ${effects.length} committed, ` +
          `checks ${JSON.stringify(survivor.transactions.stats)}\n`,
      );
    },
    60_000 + kills * 20_000,
  );

  it('leaves a store in which nothing is wrong', async () => {
    await stopClients();
    await broker.shutdown();
    await verifyStore(path.join(folder, 'store'), brokerProperties);
  }, 60_000);
});
