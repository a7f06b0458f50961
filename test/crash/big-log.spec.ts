import * as fs from 'node:fs';
import * as path from 'node:path';
import { freePorts, waitFor } from '../support/polling';
import { createTopic, maxOffset, pull, type QueueName, sendBodies } from '../support/raw-client';
import { RawConnection } from '../support/raw-connection';
import type { ServerProcess } from '../support/server-process';
import { launchBroker } from '../support/servers';
import { readStoredRecords } from '../support/stored-record';
import { makeTemporaryFolder, removeFolder } from '../support/temporary-folder';
import { verifyStore } from '../support/verify-store';

/** `npm run test:big-log` takes 4 GiB. */
const logMib = Number(process.env.BIG_LOG_MIB ?? 1024);
const FIRST_ACKNOWLEDGEMENT_LIMIT_MS = 10_000;
const BODY_BYTES = 1024;
/** With header, topic and properties, about. */
const RECORD_BYTES = 1180;
const BATCH = 200;
const CONNECTIONS = 4;
const QUEUES = 16;
const TOPIC = 'big-log';
/** Steps in which a recovery of all of the log moves its checkpoint on. */
const CHECKPOINTS = 16;
const CODE_GET_BROKER_RUNTIME_INFO = 28;
const FILL_LIMIT_MS = 60_000 + logMib * 100;
const TEST_LIMIT_MS = 60_000 + logMib * 60;

/** A store big enough to need what recovery promises about big ones. */
describe(`an unclean stop with a log of ${logMib} MiB`, () => {
  const folder = makeTemporaryFolder('big-log');
  const acknowledged = new Map<number, number>();
  let broker: ServerProcess | undefined;
  let sent = 0;
  let port = 0;

  const launch = (): ServerProcess => {
    fs.rmSync(path.join(folder, 'broker.log'), { force: true });
    const properties = {
      diskSpaceWarningLevelRatio: 100,
      recoveryCheckpointBytes: (logMib / CHECKPOINTS) * 2 ** 20,
    };
    return (broker = launchBroker({ folder, port, properties, startLimitMs: 120_000 }));
  };
  /** How far the checkpoints of a running recovery came. */
  const progress = (): number[] => {
    const lines = broker?.log().matchAll(/"from":(\d+),"of":\d+,"msg":"store recovery goes on"/g);
    return [...(lines ?? [])].map((match) => Number(match[1]));
  };

  beforeAll(async () => {
    [port] = await freePorts(1);
    await launch().ready();
    const connections = await Promise.all(
      Array.from({ length: CONNECTIONS }, () => RawConnection.open(port)),
    );
    await createTopic(connections[0], TOPIC, QUEUES);
    await Promise.all(connections.map(fill));
    // It dies with sends under way; what they were answered is not known.
    for (const connection of connections) void send(connection, 0).catch(() => undefined);
    await broker?.kill();
  }, FILL_LIMIT_MS);

  afterAll(async () => {
    await broker?.kill();
    removeFolder(folder);
  });

  it(
    'the first acknowledgement comes within 10 s',
    async () => {
      const { elapsedMs, recordsRead } = await startAndSend();
      await expectAllThere();
      await broker?.kill();
      tell('from the checkpoint', elapsedMs, recordsRead);
      expect(elapsedMs).toBeLessThan(FIRST_ACKNOWLEDGEMENT_LIMIT_MS);
    },
    TEST_LIMIT_MS,
  );

  it(
    'also when the checkpoint is lost and all of the log has to be read',
    async () => {
      removeCheckpoint();
      const { elapsedMs, recordsRead } = await startAndSend();
      await expectAllThere();
      await broker?.kill();
      tell('without a checkpoint', elapsedMs, recordsRead);
      // What this start sent itself was not there to be read.
      expect(recordsRead).toBeGreaterThanOrEqual(acknowledgedCount() - BATCH);
      expect(elapsedMs).toBeLessThan(FIRST_ACKNOWLEDGEMENT_LIMIT_MS);
    },
    TEST_LIMIT_MS,
  );

  it(
    'a recovery that is stopped again and again goes on where it was',
    async () => {
      removeCheckpoint();
      let reached = 0;
      let kills = 0;
      for (; reached < logMib * 0.5 * 2 ** 20; kills++) {
        launch();
        await waitFor('a checkpoint of the recovery', () => progress().length > 0, 60_000);
        // Asked to stop, it does not make anybody wait for the end of the log either.
        if (kills % 2 === 0) await broker?.kill();
        else await broker?.stop(1000);
        const further = Math.max(...progress());
        expect(further).toBeGreaterThan(reached);
        reached = further;
      }
      const { recordsRead } = await startAndSend();
      expect(kills).toBeGreaterThan(1);
      expect(recordsRead).toBeGreaterThan(0);
      expect(recordsRead).toBeLessThan(sent * 0.6);
      await expectAllThere();
      tell(`stopped ${kills} times on the way`, 0, recordsRead);
      await broker?.stop(60_000);
      await verifyStore(path.join(folder, 'store'));
    },
    TEST_LIMIT_MS,
  );

  function acknowledgedCount(): number {
    return [...acknowledged.values()].reduce((sum, count) => sum + count, 0);
  }

  function removeCheckpoint(): void {
    for (const name of ['checkpoint', 'checkpoint.bak']) {
      fs.rmSync(path.join(folder, 'store', name), { force: true });
    }
  }

  async function startAndSend(): Promise<{ elapsedMs: number; recordsRead: number }> {
    const startedAt = performance.now();
    await launch().ready();
    const connection = await RawConnection.open(port);
    await send(connection, 0);
    const elapsedMs = performance.now() - startedAt;
    const info = await connection.request(CODE_GET_BROKER_RUNTIME_INFO, {});
    await connection.close();
    const { table } = JSON.parse(info.body.toString()) as { table: Record<string, string> };
    return { elapsedMs, recordsRead: Number(table.recoveryRecordsRead) };
  }

  async function fill(connection: RawConnection, index: number): Promise<void> {
    for (let queueId = index; sent * RECORD_BYTES < logMib * 2 ** 20; queueId++) {
      await send(connection, queueId % QUEUES);
    }
  }

  async function send(connection: RawConnection, queueId: number): Promise<void> {
    const first = sent;
    sent += BATCH;
    const bodies = Array.from({ length: BATCH }, (_, index) =>
      Buffer.from(`message ${first + index} `.padEnd(BODY_BYTES, 'x')),
    );
    const answer = await sendBodies(connection, { topic: TOPIC, queueId }, bodies, (index) => {
      const number = first + index;
      return `UNIQ_KEY\x01${number.toString(16).padStart(32, '0')}\x02KEYS\x01key-${number}\x02`;
    });
    if (answer.code !== 0) throw new Error(`send: ${answer.code} ${answer.remark}`);
    acknowledged.set(queueId, Number(answer.extFields.queueOffset) + BATCH);
  }

  /** Every queue has what was acknowledged, with its first, middle and last message. */
  async function expectAllThere(): Promise<void> {
    const connection = await RawConnection.open(port);
    for (const [queueId, atLeast] of acknowledged) {
      const queue: QueueName = { topic: TOPIC, queueId };
      const end = await maxOffset(connection, queue);
      expect(end).toBeGreaterThanOrEqual(atLeast);
      for (const offset of [0, end >> 1, end - 1]) {
        const { body } = await pull(connection, queue, offset, 1);
        const [record] = readStoredRecords(body);
        expect(record.queueOffset).toBe(offset);
        expect(record.body).toHaveLength(BODY_BYTES);
      }
    }
    await connection.close();
  }

  function tell(how: string, elapsedMs: number, recordsRead: number): void {
    const time = elapsedMs > 0 ? `first acknowledgement after ${Math.round(elapsedMs)} ms, ` : '';
    process.stdout.write(`${logMib} MiB, ${how}: ${time}${recordsRead} records read\n`);
  }
});
