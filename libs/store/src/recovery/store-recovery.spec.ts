import { SeededRandom } from '@rocket-nest/common';
import { StoreCheckpoint } from '../checkpoint/store-checkpoint';
import type { MessageStore } from '../message-store';
import { readRecords } from '../testing/read-records';
import { SimulatedFileSystem } from '../testing/simulated-file-system';
import {
  STORE_FOLDER,
  createTestBatch,
  createTestMessage,
  openTestStore,
  pull,
  type StoreKitOptions,
} from '../testing/store-kit';

const LOG = `${STORE_FOLDER}/commitlog`;
const FIRST_LOG_FILE = `${LOG}/${'0'.repeat(20)}`;
const SECOND_LOG_FILE = `${LOG}/${String(64 * 1024).padStart(20, '0')}`;

/** Everything a store answers, to compare two stores by. */
async function answersOf(store: MessageStore): Promise<unknown> {
  const queues: unknown[] = [];
  for (const { topic, queueId, minOffset, maxOffset } of store.queues()) {
    const bodies: string[] = [];
    for (let offset = minOffset; offset < maxOffset;) {
      const result = await pull(store, topic, queueId, offset);
      bodies.push(...readRecords(result.parts).map(({ body }) => body.slice(0, 20)));
      offset = result.nextBeginOffset;
    }
    const byKey = await store.queryMessage(topic, 'every', 1000, 0, Infinity);
    const found = readRecords(byKey.records).map(({ body }) => body.slice(0, 20));
    queues.push({ topic, queueId, minOffset, maxOffset, bodies, found });
  }
  queues.sort((a, b) => JSON.stringify(a).localeCompare(JSON.stringify(b)));
  return { queues, end: store.maxPhyOffset() };
}

async function fill(store: MessageStore, count: number, from = 0): Promise<void> {
  for (let i = from; i < from + count; i++) {
    const body = `message ${i} ${'x'.repeat(i % 7 === 0 ? 2000 : 50)}`;
    const properties = { KEYS: `k${i} every`, TAGS: 'Tag' };
    await store.putMessageAsync(createTestMessage(`Topic${i % 3}`, i % 2, body, properties));
  }
}

describe('recovery', () => {
  let disk: SimulatedFileSystem;
  let store: MessageStore;
  let pid = 1;

  const open = async (options: StoreKitOptions = {}): Promise<MessageStore> => {
    store = await openTestStore(disk, { pid: ++pid, ...options });
    return store;
  };
  const row = (): string | undefined => store.runtimeInfo().get('recoveryRow');
  const kill = (): void => {
    const next = disk.killProcess();
    store.abandon();
    disk = next;
  };
  /** A store with messages in several files, stopped. */
  const prepare = async (count: number, stop: 'clean' | 'kill'): Promise<unknown> => {
    await open();
    await fill(store, count);
    const answers = await answersOf(store);
    if (stop === 'clean') await store.shutdown();
    else kill();
    return answers;
  };
  const expectSame = async (expected: unknown, expectedRow: string): Promise<void> => {
    await open();
    expect(row()).toBe(expectedRow);
    expect(await answersOf(store)).toEqual(expected);
    const { status } = await store.putMessageAsync(createTestMessage('After', 0, 'after'));
    expect(status).toBe('PUT_OK');
  };

  beforeEach(() => {
    disk = new SimulatedFileSystem();
  });

  afterEach(() => store.abandon());

  it('NEW_STORE: starts empty', async () => {
    await open();
    expect(row()).toBe('NEW_STORE');
    expect(await answersOf(store)).toEqual({ queues: [], end: 0 });
  });

  it('CLEAN_STOP: opens no consume queue and reads no log', async () => {
    const before = await prepare(300, 'clean');
    await open();
    expect(row()).toBe('CLEAN_STOP');
    expect(disk.filesBelow(STORE_FOLDER)).toContain(`${STORE_FOLDER}/abort`);
    expect(await answersOf(store)).toEqual(before);
  });

  describe('STOP_WITHOUT_SYNC', () => {
    const prepareManyQueues = async (): Promise<void> => {
      await open();
      for (let i = 0; i < 1100; i++) {
        const message = createTestMessage('Many', i, `m${i}`);
        void store.putMessageAsync(message);
      }
      await fill(store, 10);
    };

    it('the machine still runs: starts as after a clean stop', async () => {
      await prepareManyQueues();
      const before = await answersOf(store);
      const syncs = disk.calls.fdatasync;
      await store.shutdown();
      expect(disk.calls.fdatasync - syncs).toBeLessThan(20);
      await expectSame(before, 'STOP_WITHOUT_SYNC');
    });

    it('the machine was booted since: recovers from the checkpoint', async () => {
      await prepareManyQueues();
      const before = await answersOf(store);
      await store.shutdown();
      disk = disk.cutPower(new SeededRandom(3));
      await open({ boot: 'another' });
      expect(row()).toMatch(/^UNCLEAN_STOP/);
      expect(await answersOf(store)).toEqual(before);
    });

    it('twice in a row, then booted: what the first one left unsynced is not forgotten', async () => {
      await prepareManyQueues();
      await store.shutdown();
      await open();
      expect(row()).toBe('STOP_WITHOUT_SYNC');
      await fill(store, 5, 10);
      const before = await answersOf(store);
      await store.shutdown();
      disk = disk.cutPower(new SeededRandom(4));
      await open({ boot: 'another' });
      expect(await answersOf(store)).toEqual(before);
    });
  });

  it('CLEAN_STOP_QUEUES_MISSING: one topic’s folder deleted, all are made again', async () => {
    const before = await prepare(300, 'clean');
    disk.removeFolder(`${STORE_FOLDER}/consumequeue/Topic1`);
    await expectSame(before, 'CLEAN_STOP_QUEUES_MISSING');
  });

  it('CLEAN_STOP_INDEX_MISSING: the index is made again', async () => {
    const before = await prepare(300, 'clean');
    disk.removeFolder(`${STORE_FOLDER}/index`);
    await expectSame(before, 'CLEAN_STOP_INDEX_MISSING');
  });

  it('I4: consume queues and index deleted, every answer is the same', async () => {
    const before = await prepare(300, 'clean');
    disk.removeFolder(`${STORE_FOLDER}/consumequeue`);
    disk.removeFolder(`${STORE_FOLDER}/index`);
    await expectSame(before, 'CLEAN_STOP_QUEUES_MISSING');
  });

  it('CLEAN_STOP_OTHER_BROKER: without our table the newest units tell where to go on', async () => {
    const before = await prepare(300, 'clean');
    disk.unlink(`${STORE_FOLDER}/queueoffsets`);
    await expectSame(before, 'CLEAN_STOP_OTHER_BROKER');
  });

  it('CLEAN_STOP_OTHER_BROKER: records behind our table’s end are found', async () => {
    await prepare(100, 'clean');
    const table = disk.contentOf(`${STORE_FOLDER}/queueoffsets`);
    await open();
    await fill(store, 100, 100);
    const before = await answersOf(store);
    await store.shutdown();
    disk.damage(`${STORE_FOLDER}/queueoffsets`, 0, table);
    await expectSame(before, 'CLEAN_STOP_OTHER_BROKER');
  });

  it('CLEAN_STOP_OTHER_BROKER_QUEUES_MISSING: reads the whole log', async () => {
    const before = await prepare(300, 'clean');
    disk.unlink(`${STORE_FOLDER}/queueoffsets`);
    disk.removeFolder(`${STORE_FOLDER}/consumequeue`);
    await expectSame(before, 'CLEAN_STOP_OTHER_BROKER_QUEUES_MISSING');
  });

  it('CLEAN_STOP_LOG_LOST: offsets and positions are not used again', async () => {
    await prepare(300, 'clean');
    disk.removeFolder(LOG);
    await open();
    expect(row()).toBe('CLEAN_STOP_LOG_LOST');
    expect((await pull(store, 'Topic0', 0, 0)).messageCount).toBe(0);
    const result = await store.putMessageAsync(createTestMessage('Topic0', 0, 'next'));
    expect(result.queueOffset).toBe(50);
    expect(readRecords((await pull(store, 'Topic0', 0, 50)).parts)[0]?.body).toBe('next');
  });

  it('UNCLEAN_STOP: killed before the first checkpoint of messages', async () => {
    await expectSame(await prepare(300, 'kill'), 'UNCLEAN_STOP');
  });

  it.each(['', '.bak'])('UNCLEAN_STOP: checkpoint%s lost, the other one serves', async (suffix) => {
    const before = await prepare(300, 'kill');
    disk.unlink(`${STORE_FOLDER}/checkpoint${suffix}`);
    await expectSame(before, 'UNCLEAN_STOP');
  });

  it('UNCLEAN_STOP: checkpoint zeroed, its copy serves', async () => {
    const before = await prepare(300, 'kill');
    disk.damage(`${STORE_FOLDER}/checkpoint`, 0, Buffer.alloc(4096));
    await expectSame(before, 'UNCLEAN_STOP');
  });

  it('UNCLEAN_STOP_NO_CHECKPOINT: reads the whole log', async () => {
    const before = await prepare(300, 'kill');
    disk.unlink(`${STORE_FOLDER}/checkpoint`);
    disk.unlink(`${STORE_FOLDER}/checkpoint.bak`);
    await expectSame(before, 'UNCLEAN_STOP_NO_CHECKPOINT');
  });

  it('UNCLEAN_STOP: goes on from the checkpoint', async () => {
    await prepare(200, 'clean');
    await open();
    await fill(store, 100, 200);
    const before = await answersOf(store);
    kill();
    await expectSame(before, 'UNCLEAN_STOP');
  });

  it('UNCLEAN_STOP_INDEX_MISSING: the index is made again from the start', async () => {
    await prepare(200, 'clean');
    await open();
    await fill(store, 100, 200);
    const before = await answersOf(store);
    kill();
    disk.removeFolder(`${STORE_FOLDER}/index`);
    await expectSame(before, 'UNCLEAN_STOP_INDEX_MISSING');
  });

  it('UNCLEAN_STOP_QUEUES_MISSING: a deleted queue folder is noticed', async () => {
    await prepare(200, 'clean');
    await open();
    await fill(store, 100, 200);
    const before = await answersOf(store);
    kill();
    disk.removeFolder(`${STORE_FOLDER}/consumequeue/Topic2/1`);
    await expectSame(before, 'UNCLEAN_STOP_QUEUES_MISSING');
  });

  it('UNCLEAN_STOP_QUEUES_MISSING: units missing behind the log are noticed while reading', async () => {
    await prepare(200, 'clean');
    await open();
    await fill(store, 100, 200);
    const before = await answersOf(store);
    kill();
    // Half of a queue's units are gone, but its folder is there.
    const [file = ''] = disk.filesBelow(`${STORE_FOLDER}/consumequeue/Topic2/1`);
    disk.damage(file, 10 * 20, Buffer.alloc(40 * 20));
    await expectSame(before, 'UNCLEAN_STOP_QUEUES_MISSING');
  });

  it('UNCLEAN_STOP_TIMES_ONLY: a checkpoint as the original writes it', async () => {
    await prepare(200, 'clean');
    await open();
    await fill(store, 100, 200);
    const before = await answersOf(store);
    kill();
    disk.damage(`${STORE_FOLDER}/checkpoint`, 40, Buffer.alloc(40));
    await expectSame(before, 'UNCLEAN_STOP_TIMES_ONLY');
  });

  describe('the end of the log', () => {
    /** Kills a store and changes bytes of its commit log behind the checkpoint. */
    const spoilTail = async (spoil: (end: number) => void): Promise<unknown> => {
      await prepare(20, 'clean');
      await open();
      await fill(store, 20, 20);
      const before = await answersOf(store);
      const end = store.maxPhyOffset();
      kill();
      spoil(end);
      return before;
    };
    const recordAt = (end: number): Buffer => disk.contentOf(FIRST_LOG_FILE).subarray(0, end);

    it('a torn record is cut off, with what stands behind it', async () => {
      const before = await spoilTail((end) => {
        // The head of a record whose rest was never written, then bytes of another one.
        disk.damage(FIRST_LOG_FILE, end, recordAt(end).subarray(0, 60));
        disk.damage(FIRST_LOG_FILE, end + 600, recordAt(end).subarray(0, 300));
      });
      await expectSame(before, 'UNCLEAN_STOP');
      kill();
      const content = disk.contentOf(FIRST_LOG_FILE);
      await open();
      expect(content.subarray(store.maxPhyOffset()).every((byte) => byte === 0)).toBe(true);
    });

    it('I8: a whole record behind a torn one does not come back later', async () => {
      let whole: Buffer = Buffer.alloc(0);
      const before = (await spoilTail((end) => {
        whole = recordAt(end).subarray(0, 400);
        disk.damage(FIRST_LOG_FILE, end, Buffer.from([1, 2, 3, 4, 5, 6, 7, 8, 9]));
        disk.damage(FIRST_LOG_FILE, end + 100, whole);
      })) as { end: number };
      await expectSame(before, 'UNCLEAN_STOP');
      const log = disk.contentOf(FIRST_LOG_FILE);
      expect(log.indexOf(whole.subarray(0, 40), before.end)).toBe(-1);
    });

    it('a record whose body is damaged ends an unsynced log', async () => {
      await prepare(20, 'clean');
      await open();
      const end = store.maxPhyOffset();
      await fill(store, 3, 20);
      kill();
      disk.damage(FIRST_LOG_FILE, end + 90, Buffer.from([0xff]));
      await open();
      expect(store.maxPhyOffset()).toBe(end);
      expect(store.maxOffsetInQueue('Topic2', 0)).toBe(3);
    });

    it('an empty last file is kept for the next records', async () => {
      await open();
      const body = 'y'.repeat(20_000);
      for (let i = 0; i < 2; i++) await store.putMessageAsync(createTestMessage('T', 0, body));
      expect(disk.status(SECOND_LOG_FILE)).toBeDefined();
      const before = await answersOf(store);
      kill();
      await expectSame(before, 'UNCLEAN_STOP');
    });

    it('a file left short by a crash during a cut is filled up', async () => {
      const before = await spoilTail((end) => {
        const handle = disk.open(FIRST_LOG_FILE, 'readWrite');
        disk.ftruncate(handle, end);
        disk.close(handle);
      });
      await expectSame(before, 'UNCLEAN_STOP');
      expect(disk.status(FIRST_LOG_FILE)?.sizeBytes).toBe(64 * 1024);
    });
  });

  describe('damage in what was durable', () => {
    it('a damaged body is never served, everything else is', async () => {
      await prepare(60, 'clean');
      disk.damage(FIRST_LOG_FILE, 100, Buffer.from([0xee]));
      await open();
      const result = await pull(store, 'Topic0', 0, 0);
      const bodies = readRecords(result.parts).map(({ body }) => body.split(' ')[1]);
      expect(bodies[0]).toBe('6');
      expect(await store.lookMessageByOffset(0)).toBeUndefined();
    });

    it('a zeroed stretch of a sealed file is set aside, what follows is kept', async () => {
      const before = (await prepare(300, 'clean')) as { end: number };
      const firstEnd = disk.contentOf(FIRST_LOG_FILE).readInt32BE(0);
      disk.damage(FIRST_LOG_FILE, firstEnd, Buffer.alloc(3000));
      disk.removeFolder(`${STORE_FOLDER}/consumequeue`);
      await open();
      expect(store.maxPhyOffset()).toBe(before.end);
      for (const topic of ['Topic0', 'Topic1', 'Topic2']) {
        expect(store.maxOffsetInQueue(topic, 0)).toBe(50);
      }
      const result = await pull(store, 'Topic0', 0, 49);
      expect(readRecords(result.parts)[0]?.body).toMatch(/^message 294 /);
      const first = await pull(store, 'Topic0', 0, 0);
      expect(readRecords(first.parts)[0]?.body).toMatch(/^message 0 /);
    });
  });

  it('I5: killed again and again while it recovers, it gets there', async () => {
    const before = await prepare(300, 'kill');
    const random = new SeededRandom(7);
    for (let attempt = 0; attempt < 10; attempt++) {
      const opening = openTestStore(disk, { pid: ++pid }).catch(() => undefined);
      for (let turns = random.nextInt(20); turns > 0; turns--) await new Promise(setImmediate);
      disk = disk.killProcess();
      void opening;
    }
    await open();
    expect(await answersOf(store)).toEqual(before);
  });

  it('I3: a queue whose topic was deleted and made again starts anew in a rebuild', async () => {
    await open();
    await fill(store, 10);
    store.deleteTopics(new Set(['Topic0']));
    await store.putMessageAsync(createTestMessage('Topic0', 0, 'second life'));
    await store.shutdown();
    disk.removeFolder(`${STORE_FOLDER}/consumequeue`);
    await open();
    const result = await pull(store, 'Topic0', 0, 0);
    expect(readRecords(result.parts).map(({ body }) => body)).toEqual(['second life']);
    expect(store.maxOffsetInQueue('Topic0', 0)).toBe(1);
  });

  it('I3: a table that counts lost messages is not believed once the log has grown past its end', async () => {
    await open();
    await fill(store, 20);
    await store['parts'].checkpointService.persist();
    await fill(store, 20, 20);
    await store['parts'].offsetSaver.save();
    disk = disk.cutPowerKeeping(() => false, 0);
    store.abandon();
    await open();
    const lostFrom = store.maxOffsetInQueue('Topic0', 0);
    expect(lostFrom).toBeLessThan(7);
    for (let i = 0; i < 20; i++)
      await store.putMessageAsync(createTestMessage('Other', 0, 'x'.repeat(2000)));
    kill();
    await open();
    expect(store.maxOffsetInQueue('Topic0', 0)).toBe(lostFrom);
  });

  it('I4: a queue whose records have all expired goes on counting after a rebuild', async () => {
    await open();
    for (let i = 0; i < 5; i++) await store.putMessageAsync(createTestMessage('Old', 0, `${i}`));
    await fill(store, 300);
    expect(await store.deleteExpiredFiles(Infinity)).toBeGreaterThan(0);
    expect(store.minOffsetInQueue('Old', 0)).toBe(5);
    kill();
    disk.removeFolder(`${STORE_FOLDER}/consumequeue`);
    await open();
    expect(store.minPhyOffset()).toBeGreaterThan(0);
    expect(store.maxOffsetInQueue('Old', 0)).toBe(5);
    expect(store.minOffsetInQueue('Old', 0)).toBe(5);
    const next = await store.putMessageAsync(createTestMessage('Old', 0, 'next'));
    expect(next.queueOffset).toBe(5);
    await store.putMessagesAsync(createTestBatch('Old', 0, [{ body: 'a' }]));
    const found = await pull(store, 'Old', 0, 5);
    expect(readRecords(found.parts).map(({ body }) => body)).toEqual(['next', 'a']);
  });

  it('keeps a checkpoint whose positions never pass what is durable', async () => {
    await open({ config: { flushConsumeQueueThoroughInterval: 1, flushIntervalConsumeQueue: 1 } });
    await fill(store, 100);
    await expect(waitForCheckpoint(disk)).resolves.toBeUndefined();
    const state = new StoreCheckpoint(disk, STORE_FOLDER).read();
    expect(state?.consumeQueuePosition).toBeLessThanOrEqual(state?.flushedPosition ?? 0);
    expect(state?.flushedPosition).toBeLessThanOrEqual(store.flushedWhere());
  });
});

async function waitForCheckpoint(disk: SimulatedFileSystem): Promise<void> {
  for (let turn = 0; turn < 200_000; turn++) {
    if (new StoreCheckpoint(disk, STORE_FOLDER).read()?.hasPositions) return;
    await new Promise(setImmediate);
  }
  throw new Error('no checkpoint was written');
}
