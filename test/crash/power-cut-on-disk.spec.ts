import * as fs from 'node:fs';
import * as path from 'node:path';
import { SeededRandom } from '@rocket-nest/common';
import { LoopDisk } from '../support/loop-disk';
import { freePorts, waitFor } from '../support/polling';
import { createTopic, maxOffset, type QueueName } from '../support/raw-client';
import { RawConnection } from '../support/raw-connection';
import type { ServerProcess } from '../support/server-process';
import { launchBroker } from '../support/servers';
import { makeTemporaryFolder, removeFolder } from '../support/temporary-folder';
import { verifyStore } from '../support/verify-store';
import { FlushWatch } from './flush-watch';
import { Load } from './load';
import { PowerCutLedger } from './power-cut-ledger';

/** How often each way to flush loses its power. */
const cuts = Number(process.env.POWER_CUTS ?? 5);
const seed = Number(process.env.CRASH_SEED ?? Date.now() % 1_000_000);

/** Room for what is sent before each cut, which is a few megabytes at most. */
const DISK_MIB = 64 + 16 * cuts;
const TOPIC = 'power-cut';
const QUEUES = 6;
const CUT_AFTER_ACKNOWLEDGEMENTS = 100;
const CUT_WITHIN_MS = 1200;
/** Sending so many ends the wait early, as the disk is small. */
const MAX_ACKNOWLEDGEMENTS = 4000;
const FLUSH_INTERVAL_MS = 500;
/** What an acknowledgement may be late for the sync that covers it, on a machine that keeps up. */
const SLACK_MS = 100;

const properties = {
  mappedFileSizeCommitLog: 2 << 20,
  maxMessageSize: 256 << 10,
  mappedFileSizeConsumeQueue: 20 * 500,
  maxHashSlotNum: 1000,
  maxIndexNum: 4000,
  flushIntervalCommitLog: FLUSH_INTERVAL_MS,
  diskSpaceWarningLevelRatio: 100,
};
const queues: QueueName[] = Array.from({ length: QUEUES }, (_, queueId) => ({
  topic: TOPIC,
  queueId,
}));

const canCut = LoopDisk.isPossible();

/** A file system of its own takes root; without, the store's specs cut a simulated disk's power. */
const name = canCut ? 'a power cut on a real disk' : '[not in CI] a power cut on a real disk';
(canCut ? describe : describe.skip)(name, () => {
  let folder: string;
  let disk: LoopDisk;
  let store: string;
  /** Written just before a cut and never synced. */
  let unsynced: string;
  let broker: ServerProcess | undefined;
  let port: number;

  beforeAll(() => {
    folder = makeTemporaryFolder('power-cut');
    disk = new LoopDisk(folder, DISK_MIB);
    store = path.join(disk.folder, 'store');
    unsynced = path.join(disk.folder, 'unsynced');
  });

  beforeEach(async () => {
    [port] = await freePorts(1);
    disk.mount();
  });

  afterEach(async () => {
    await broker?.kill();
    for (const each of [store, unsynced]) fs.rmSync(each, { recursive: true, force: true });
    await disk.unmount();
  });

  afterAll(() => {
    disk?.remove(); // undefined when it could not be made
    removeFolder(folder);
  });

  const start = async (flushDiskType: string): Promise<void> => {
    const own = { ...properties, flushDiskType, storePathRootDir: store };
    broker = await launchBroker({ folder, port, properties: own }).ready();
  };

  /** Loads the broker from many connections until its disk is gone; returns when that was. */
  async function runIntoCut(load: Load, ledger: PowerCutLedger, watch: FlushWatch, holdMs: number) {
    const before = ledger.acknowledgedCount;
    const watching = await RawConnection.open(port);
    const running = [load.run(port), load.observe(port), watch.run(watching)];
    const acknowledged = (): number => ledger.acknowledgedCount - before;
    await waitFor('acknowledgements', () => acknowledged() > CUT_AFTER_ACKNOWLEDGEMENTS);
    const cutBeforeMs = performance.now() + holdMs;
    await waitFor('the moment of the cut', () => {
      return performance.now() > cutBeforeMs || acknowledged() > MAX_ACKNOWLEDGEMENTS;
    });
    const cut = await disk.prepareCut();
    fs.writeFileSync(unsynced, 'not synced');
    const atMs = performance.now();
    ledger.isPowerOff = true;
    await cut();
    await broker?.kill();
    await Promise.all(running);
    ledger.isPowerOff = false;
    await disk.unmount();
    disk.mount();
    const survived = fs.existsSync(unsynced) ? fs.readFileSync(unsynced, 'utf8') : '';
    expect(survived).toBe('');
    return atMs;
  }

  async function endsOfQueues(): Promise<Map<QueueName, number>> {
    const connection = await RawConnection.open(port);
    const ends = new Map<QueueName, number>();
    for (const queue of queues) ends.set(queue, await maxOffset(connection, queue));
    await connection.close();
    return ends;
  }

  async function makeTopic(): Promise<void> {
    const connection = await RawConnection.open(port);
    expect((await createTopic(connection, TOPIC, QUEUES)).code).toBe(0);
    await connection.close();
  }

  it(
    `SYNC_FLUSH: nothing acknowledged and nothing consumed is lost in ${cuts} cuts (CRASH_SEED=${seed})`,
    async () => {
      const random = new SeededRandom(seed);
      const ledger = new PowerCutLedger();
      const load = new Load(queues, ledger, random);
      await start('SYNC_FLUSH');
      await makeTopic();
      for (let cut = 0; cut < cuts && ledger.problems.length === 0; cut++) {
        const watch = new FlushWatch();
        await runIntoCut(load, ledger, watch, random.nextInt(CUT_WITHIN_MS));
        await verifyStore(store, properties);
        await start('SYNC_FLUSH');
        ledger.startOver();
        await load.verify(port);
      }
      await broker?.stop();
      expect(ledger.problems).toEqual([]);
      expect(ledger.acknowledgedCount).toBeGreaterThan(cuts * CUT_AFTER_ACKNOWLEDGEMENTS);
      await verifyStore(store, properties);
      process.stdout.write(
        `SYNC_FLUSH: seed ${seed}, ${cuts} power cuts, ${ledger.acknowledgedCount} acknowledged\n`,
      );
    },
    30_000 + cuts * 20_000,
  );

  it(
    `ASYNC_FLUSH: a suffix is lost, of the last flush interval, in ${cuts} cuts (CRASH_SEED=${seed})`,
    async () => {
      const random = new SeededRandom(seed);
      const ledger = new PowerCutLedger();
      const load = new Load(queues, ledger, random);
      const losses: string[] = [];
      await start('ASYNC_FLUSH');
      await makeTopic();
      for (let cut = 0; cut < cuts && ledger.problems.length === 0; cut++) {
        const watch = new FlushWatch();
        const cutAtMs = await runIntoCut(load, ledger, watch, random.nextInt(CUT_WITHIN_MS));
        await verifyStore(store, properties);
        await start('ASYNC_FLUSH');
        const lost = ledger.lose(await endsOfQueues());
        ledger.startOver();
        await load.verify(port);

        const heldUpMs = Math.round(watch.longestWaitMs);
        const first = Math.min(...lost.map(({ atMs }) => atMs), cutAtMs);
        const lossMs = Math.round(cutAtMs - first);
        losses.push(`${lost.length} of the last ${lossMs} ms (held up ${heldUpMs} ms)`);
        const lostFrom = lost[0]?.physicalOffset ?? Infinity;
        expect(watch.flushedOffset).toBeGreaterThan(0);
        expect(lostFrom).toBeGreaterThanOrEqual(watch.flushedOffset);
        expect(lossMs).toBeLessThanOrEqual(FLUSH_INTERVAL_MS + SLACK_MS + heldUpMs);
      }
      await broker?.stop();
      expect(ledger.problems).toEqual([]);
      await verifyStore(store, properties);
      process.stdout.write(
        `ASYNC_FLUSH: seed ${seed}, ${cuts} power cuts, ${ledger.acknowledgedCount} acknowledged, ` +
          `lost ${losses.join(', ')}\n`,
      );
    },
    30_000 + cuts * 20_000,
  );
});
