import * as path from 'node:path';
import { SeededRandom } from '@rocket-nest/common';
import { freePorts, sleep, waitFor } from '../support/polling';
import { createTopic, type QueueName } from '../support/raw-client';
import { RawConnection } from '../support/raw-connection';
import type { ServerProcess } from '../support/server-process';
import { launchBroker } from '../support/servers';
import { makeTemporaryFolder, removeFolder } from '../support/temporary-folder';
import { verifyStore } from '../support/verify-store';
import { Ledger } from './ledger';
import { Load } from './load';

const kills = Number(process.env.CRASH_KILLS ?? 30);
const seed = Number(process.env.CRASH_SEED ?? Date.now() % 1_000_000);

const TOPICS = ['crash-a', 'crash-b', 'crash-c'];
const QUEUES_PER_TOPIC = 4;
const FIRST_SEND_LIMIT_MS = 3000;
const KILL_WITHIN_MS = 1400;
/** One round in so many is also killed while it starts, so that recovery itself is cut short. */
const KILL_AT_START_ONE_IN = 4;
const START_KILL_WITHIN_MS = 500;

/** Small segments, so that files of every kind are rolled under the load. */
const storeProperties = {
  mappedFileSizeCommitLog: 4 << 20,
  maxMessageSize: 1 << 20,
  mappedFileSizeConsumeQueue: 20 * 1000,
  maxTransferCountOnMessageInMemory: 256,
  maxTransferBytesOnMessageInMemory: 1 << 20,
  maxTransferCountOnMessageInDisk: 256,
  maxTransferBytesOnMessageInDisk: 1 << 20,
};

describe.each(['ASYNC_FLUSH', 'SYNC_FLUSH'])('kill -9 under load with %s', (flushDiskType) => {
  let folder: string;
  let broker: ServerProcess | undefined;

  beforeAll(() => {
    folder = makeTemporaryFolder('crash');
  });

  afterAll(async () => {
    await broker?.kill();
    removeFolder(folder);
  });

  it(
    `loses nothing it acknowledged in ${kills} kills (CRASH_SEED=${seed})`,
    async () => {
      const random = new SeededRandom(seed);
      const queues: QueueName[] = TOPICS.flatMap((topic) =>
        Array.from({ length: QUEUES_PER_TOPIC }, (_, queueId) => ({ topic, queueId })),
      );
      const ledger = new Ledger();
      const load = new Load(queues, ledger, random);
      const [port] = await freePorts(1);
      const launch = (): ServerProcess => {
        const properties = { ...storeProperties, flushDiskType };
        return launchBroker({ folder, port, properties, startLimitMs: 20_000 });
      };

      const firstSends: number[] = [];
      const oneRound = async (): Promise<void> => {
        const startedAt = performance.now();
        broker = await launch().ready();
        if (firstSends.length === 0) await makeTopics(port);
        await load.sendFirst(port);
        firstSends.push(performance.now() - startedAt);
        await load.verify(port);
      };

      for (let kill = 0; kill < kills; kill++) {
        await oneRound();
        const before = ledger.acknowledgedCount;
        const running = [load.run(port), load.observe(port)];
        await waitFor('an acknowledgement', () => ledger.acknowledgedCount > before);
        await sleep(random.nextInt(KILL_WITHIN_MS));
        await broker?.kill();
        await Promise.all(running);
        if (random.nextInt(KILL_AT_START_ONE_IN) === 0) {
          broker = launch();
          await sleep(random.nextInt(START_KILL_WITHIN_MS));
          await broker.kill();
        }
        if (ledger.problems.length > 0) break;
      }
      await verifyStore(path.join(folder, 'store'), storeProperties);
      await oneRound();
      ledger.startOver();
      await load.verify(port);
      await broker?.stop();
      await verifyStore(path.join(folder, 'store'), storeProperties);

      process.stdout.write(
        `${flushDiskType}: seed ${seed}, ${kills} kills, ${ledger.acknowledgedCount} acknowledged, ` +
          `${ledger.checkedCount} records checked, first sends ` +
          `${Math.round(median(firstSends))} ms (at most ${Math.round(Math.max(...firstSends))} ms), ` +
          `refusals ${JSON.stringify([...load.refusals])}\n`,
      );
      expect(ledger.problems).toEqual([]);
      expect(Math.max(...firstSends)).toBeLessThan(FIRST_SEND_LIMIT_MS);
      expect(ledger.acknowledgedCount).toBeGreaterThan(kills * 10);
    },
    60_000 + kills * 10_000,
  );
});

async function makeTopics(port: number): Promise<void> {
  const connection = await RawConnection.open(port);
  for (const topic of TOPICS) {
    const answer = await createTopic(connection, topic, QUEUES_PER_TOPIC);
    expect(answer.code).toBe(0);
  }
  await connection.close();
}

const median = (values: readonly number[]): number =>
  [...values].sort((a, b) => a - b)[values.length >> 1];
