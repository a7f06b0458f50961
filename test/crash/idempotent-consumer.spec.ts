import * as path from 'node:path';
import { DefaultMQProducer } from '@rocket-nest/client';
import { rocketSchemaStatements } from 'rocket-nest';
import { Pool } from 'pg';
import { CompiledProgram } from '../support/compiled-program';
import { IdempotentWorkerProcess } from '../support/idempotent-worker-process';
import {
  CRASH_POINTS,
  type CrashPoint,
  type FromWorker,
  groupOf,
  STORES,
  type StoreKind,
  topicOf,
  type WorkerMessage,
} from '../support/idempotent-worker.protocol';
import { waitFor } from '../support/polling';
import { type DatabaseServer, startPostgres } from '../support/postgres-server';
import { createTopic, queryConsumerOffset } from '../support/raw-client';
import { RawConnection } from '../support/raw-connection';
import { RedisServer } from '../support/redis-server';
import { type Cluster, startCluster } from '../support/servers';
import { verifyStore } from '../support/verify-store';

const kills = Number(process.env.IDEMPOTENT_KILLS ?? 20);
/** Further rounds for those in which offsets were stored before the kill. */
const SPARE_ROUNDS = 10;
/** Each of two workers gets a queue for each crash point. */
const QUEUES = CRASH_POINTS.length * 2;
const pointOfQueue = (queueId: number): CrashPoint => CRASH_POINTS[queueId % CRASH_POINTS.length];

interface Sent extends WorkerMessage {
  readonly store: StoreKind;
  readonly messageId: string;
}
type Held = Extract<FromWorker, { type: 'at' }>;

describe('a consumer killed with kill -9 beside another one', () => {
  let cluster: Cluster;
  let postgres: DatabaseServer;
  let redis: RedisServer;
  let pool: Pool;
  let producer: DefaultMQProducer;
  let broker: RawConnection;
  let program: CompiledProgram;
  const workers: IdempotentWorkerProcess[] = [];
  const sent: Sent[] = [];
  /** Ids of messages that a worker has settled which was not killed with them. */
  const settled = new Set<string>();
  const victimOf = new Map<string, IdempotentWorkerProcess>();
  /** Acknowledged messages whose offset was stored just before the kill. */
  const storedTooEarly = new Set<string>();
  /** How often a worker was killed with a message at the point. */
  const killed = new Map<string, number>();
  const killsAt = (store: StoreKind, point: CrashPoint): number =>
    killed.get(`${store} ${point}`) ?? 0;

  beforeAll(async () => {
    program = new CompiledProgram('test/support/idempotent-worker.ts');
    [cluster, postgres, redis] = await Promise.all([
      startCluster(),
      startPostgres(),
      RedisServer.start(),
    ]);
    pool = new Pool({ connectionString: postgres.url });
    for (const statement of rocketSchemaStatements('postgres')) await pool.query(statement);
    await pool.query('CREATE TABLE effects (id SERIAL PRIMARY KEY, effect_key TEXT, store TEXT)');
    broker = await RawConnection.open(Number(cluster.brokerAddr.split(':')[1]));
    for (const store of STORES) await createTopic(broker, topicOf(store), QUEUES);
    producer = new DefaultMQProducer({
      producerGroup: 'kills',
      namesrvAddr: cluster.namesrvAddr,
    });
    await producer.start();
  }, 60_000);

  afterAll(async () => {
    for (const worker of workers) await worker.kill();
    await producer?.shutdown();
    await broker?.close();
    await pool?.end();
    await redis?.stop();
    await postgres?.stop();
    await cluster?.stop();
    program?.remove();
  }, 60_000);

  function spawnWorker(): IdempotentWorkerProcess {
    const logFile = path.join(cluster.folder, `worker-${workers.length}.log`);
    const worker = new IdempotentWorkerProcess(program, logFile, (message, from) => {
      if (message.type !== 'settled') return;
      if (victimOf.get(message.messageId) !== from) settled.add(message.messageId);
    });
    workers.push(worker);
    return worker;
  }

  function start(worker: IdempotentWorkerProcess, round?: number): void {
    worker.tell({
      type: 'start',
      namesrvAddr: cluster.namesrvAddr,
      postgresPort: postgres.port,
      redisUrl: redis.url,
      round,
    });
  }

  async function send(store: StoreKind, queueId: number, message: WorkerMessage): Promise<Sent> {
    const result = await producer.send(
      { topic: topicOf(store), properties: new Map(), body: Buffer.from(JSON.stringify(message)) },
      { queue: { topic: topicOf(store), brokerName: 'broker-a', queueId } },
    );
    const record = { ...message, store, messageId: result.msgId };
    sent.push(record);
    return record;
  }

  function queuesOf(worker: IdempotentWorkerProcess, store: StoreKind): readonly number[] {
    const told = worker.said.filter((each) => each.type === 'assigned' && each.store === store);
    return (told.at(-1) as Extract<FromWorker, { type: 'assigned' }> | undefined)?.queueIds ?? [];
  }

  const storedOffset = ({ store, queueId }: Held): Promise<number | undefined> =>
    queryConsumerOffset(broker, groupOf(store), { topic: topicOf(store), queueId });

  async function oneRound(round: number, victim: IdempotentWorkerProcess): Promise<void> {
    start(victim, round);
    const isReady = (): boolean => {
      return STORES.every((store) => queuesOf(victim, store).length === CRASH_POINTS.length);
    };
    await victim.until('its queues', isReady);

    for (const store of STORES) {
      const mine = new Set(queuesOf(victim, store));
      for (let queueId = 0; queueId < QUEUES; queueId++) {
        const name = `${store} ${round} ${queueId}`;
        if (mine.has(queueId)) {
          const doom = { round, point: pointOfQueue(queueId) };
          const { messageId } = await send(store, queueId, { key: `${name} ${doom.point}`, doom });
          victimOf.set(messageId, victim);
        }
        await send(store, queueId, { key: `${name} plain` });
      }
    }

    const held = (): Held[] => victim.said.filter((each) => each.type === 'at');
    await victim.until('messages at all points', () => {
      return held().length === STORES.length * CRASH_POINTS.length;
    });
    for (const each of held().filter(({ point }) => point === 'offset stored')) {
      await victim.until('stored offsets', async () => {
        return ((await storedOffset(each)) ?? 0) > each.queueOffset;
      });
    }
    victim.tell({ type: 'acknowledge and die' });
    await waitFor('the death of the victim', () => victim.hasEnded);
    expect(victim.endedBy).toBe('SIGKILL');
    for (const each of held()) {
      // Nobody else stores offsets so soon: the others have first to hear of the death.
      if (each.point === 'acknowledged' && ((await storedOffset(each)) ?? 0) > each.queueOffset) {
        storedTooEarly.add(`${each.store} ${each.key}`);
        continue;
      }
      const name = `${each.store} ${each.point}`;
      killed.set(name, (killed.get(name) ?? 0) + 1);
    }
  }

  it(`is killed at each point ${kills} times, and every message is settled`, async () => {
    start(spawnWorker());
    let next = spawnWorker();
    const isEnough = (): boolean =>
      STORES.every((store) => CRASH_POINTS.every((point) => killsAt(store, point) >= kills));
    for (let round = 0; !isEnough() && round < kills + SPARE_ROUNDS; round++) {
      const victim = next;
      next = spawnWorker();
      await oneRound(round, victim);
    }
    await next.kill();

    const isSettled = ({ store, key, doom, messageId }: Sent): boolean =>
      doom?.point === 'offset stored' ||
      storedTooEarly.has(`${store} ${key}`) ||
      settled.has(messageId);
    await waitFor(
      'every message to be settled',
      () => sent.every((each) => isSettled(each)),
      60_000,
    );
    expect(Object.fromEntries(killed)).toEqual(
      Object.fromEntries(
        STORES.flatMap((store) =>
          CRASH_POINTS.map((point) => [`${store} ${point}`, expect.any(Number)]),
        ),
      ),
    );
    expect([...killed.values()].filter((times) => times < kills)).toEqual([]);
    expect(workers[0].hasEnded).toBe(false);
  }, 240_000);

  async function effectsOf(store: StoreKind): Promise<Map<string, number>> {
    const { rows } = await pool.query<{ effect_key: string; times: string }>(
      'SELECT effect_key, COUNT(*) AS times FROM effects WHERE store = $1 GROUP BY effect_key',
      [store],
    );
    return new Map(rows.map((row) => [row.effect_key, Number(row.times)]));
  }

  it('has by the database exactly one effect for every key', async () => {
    const effects = await effectsOf('db');
    const keys = sent.filter(({ store }) => store === 'db').map(({ key }) => key);
    expect(keys.filter((key) => effects.get(key) !== 1)).toEqual([]);
    expect(effects.size).toBe(keys.length);
  });

  /** Deaths of workers, and losses of leases, that may have left an effect without a mark. */
  function mayHaveRepeated({ messageId, doom }: Sent): number {
    const times = workers.map((worker) => {
      const said = (type: FromWorker['type']): number =>
        worker.said.filter((each) => {
          return each.type === type && 'messageId' in each && each.messageId === messageId;
        }).length;
      const diedBeforeEffect =
        victimOf.get(messageId) === worker &&
        (doom?.point === 'claimed' || doom?.point === 'handler started');
      const unmarked = worker.hasEnded && !diedBeforeEffect ? said('began') - said('settled') : 0;
      return Math.max(0, unmarked) + said('lost');
    });
    return times.reduce((sum, each) => sum + each, 0);
  }

  it('has by Redis at least one, and more only where a worker died between effect and mark', async () => {
    const effects = await effectsOf('redis');
    const messages = sent.filter(({ store }) => store === 'redis');
    const wrong = messages.filter((message) => {
      const times = effects.get(message.key) ?? 0;
      const least = message.doom?.point === 'effect committed' ? 2 : 1;
      return times < least || times > 1 + mayHaveRepeated(message);
    });
    expect(wrong.map(({ key }) => [key, effects.get(key)])).toEqual([]);
    expect(effects.size).toBe(messages.length);
    const repeated = messages.filter(({ key }) => effects.get(key) !== 1);
    expect(repeated.length).toBeLessThan(messages.length / 4);
  });

  it('leaves a store in which nothing is wrong', async () => {
    await cluster.broker.stop();
    await verifyStore(path.join(cluster.folder, 'broker', 'store'));
  });
});
