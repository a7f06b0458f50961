import { SeededRandom } from '@rocket-nest/common';
import { waitFor } from '../support/polling';
import { createTopic, maxOffset, pull, sendBodies } from '../support/raw-client';
import { RawConnection } from '../support/raw-connection';
import { type Cluster, startCluster } from '../support/servers';
import type { ServerProcess } from '../support/server-process';
import { readStoredRecords } from '../support/stored-record';
import { frameKinds, makeHostileFrame } from './hostile-frames';

const seed = Number(process.env.FUZZ_SEED ?? Date.now() % 1_000_000);
const rounds = Number(process.env.FUZZ_ROUNDS ?? 10);
const CLOSE_LIMIT_MS = 5000;
const GET_BROKER_CLUSTER_INFO = 106;

describe(`hostile frames (FUZZ_SEED=${seed})`, () => {
  const random = new SeededRandom(seed);
  let cluster: Cluster;

  /** Sends one hostile frame and waits to be thrown out; gives the address it had. */
  async function attack(kind: 'namesrv' | 'broker', frameKind: string): Promise<string> {
    const hostile = makeHostileFrame(frameKind, random);
    const connection = await RawConnection.open(cluster[kind].options.port);
    const peer = `127.0.0.1:${connection.socket.localPort}`;
    if (hostile.cut) connection.socket.end(hostile.bytes);
    else connection.socket.write(hostile.bytes);
    const answered = (): boolean => hostile.mayAnswer === true && connection.unexpected.length > 0;
    await waitFor(
      `${hostile.name} to be closed`,
      () => !connection.isOpen || answered(),
      CLOSE_LIMIT_MS,
    );
    expect(connection.unexpected.filter((answer) => answer.code === 0)).toEqual([]);
    await connection.close();
    return peer;
  }

  beforeAll(async () => {
    cluster = await startCluster();
  }, 60_000);

  afterAll(async () => cluster?.stop(), 60_000);

  describe.each(['namesrv', 'broker'] as const)('%s', (kind) => {
    it('writes one log line about each connection it closes', async () => {
      // A flood of them is summed up, so only a few are looked at.
      for (const frameKind of frameKinds.slice(0, 3)) {
        const peer = await attack(kind, frameKind);
        await waitFor(`a log line on ${peer}`, () => linesOn(cluster[kind], peer).length > 0);
        expect(linesOn(cluster[kind], peer)).toHaveLength(1);
      }
    });

    it.each(frameKinds)('closes the connection of %s and goes on', async (frameKind) => {
      for (let round = 0; round < rounds; round++) {
        const peer = await attack(kind, frameKind);
        expect(linesOn(cluster[kind], peer).length).toBeLessThanOrEqual(1);
      }
      await serves(kind, cluster);
    });
  });

  it('keeps serving a good connection while others misbehave', async () => {
    const port = cluster.broker.options.port;
    const good = await RawConnection.open(port);
    await createTopic(good, 'good', 1);
    const queue = { topic: 'good', queueId: 0 };
    const bodies: string[] = [];
    for (let i = 0; i < rounds; i++) {
      const hostile = frameKinds.map((frameKind) => makeHostileFrame(frameKind, random));
      const bad = await Promise.all(hostile.map(() => RawConnection.open(port)));
      bad.forEach((connection, at) => connection.socket.end(hostile[at].bytes));
      bodies.push(`body ${i}`);
      const answer = await sendBodies(good, queue, [Buffer.from(`body ${i}`)]);
      expect(answer.code).toBe(0);
      await Promise.all(bad.map((connection) => connection.closed));
    }
    expect(await maxOffset(good, queue)).toBe(rounds);
    const records = readStoredRecords((await pull(good, queue, 0, 32)).body);
    expect(records.map((record) => record.body.toString())).toEqual(bodies.slice(0, 32));
    await good.close();
  });
});

const linesOn = (server: ServerProcess, peer: string): string[] =>
  server
    .log()
    .split('\n')
    .filter((line) => new RegExp(`${peer}\\b`).test(line));

/** The server still answers a new connection. */
async function serves(kind: 'namesrv' | 'broker', cluster: Cluster): Promise<void> {
  expect(cluster[kind].isRunning).toBe(true);
  const connection = await RawConnection.open(cluster[kind].options.port);
  const answer =
    kind === 'namesrv'
      ? await connection.request(GET_BROKER_CLUSTER_INFO)
      : await createTopic(connection, 'still-there', 1);
  expect(answer.code).toBe(0);
  await connection.close();
}
