import { localHourOf, realSetImmediate } from '@rocket-nest/common/internal';
import type { MessageStoreConfig } from '../config/message-store-config';
import type { MessageStore } from '../message-store';
import { PutMessageStatus } from '../put/put-message-status';
import { ManualClock } from '../testing/manual-clock';
import { readRecords } from '../testing/read-records';
import { SimulatedFileSystem } from '../testing/simulated-file-system';
import { STORE_FOLDER, createTestMessage, openTestStore, pull } from '../testing/store-kit';

const HOUR_MS = 3_600_000;
/** A commit log file of the test store holds so many of the messages used here. */
const MESSAGES_PER_FILE = 31;
const BODY = Buffer.alloc(2000);

describe('retention', () => {
  let disk: SimulatedFileSystem;
  let clock: ManualClock;
  let store: MessageStore;
  let pid = 1;
  const hits = new Map<string, number>();
  const limits = { hit: (name: string) => void hits.set(name, (hits.get(name) ?? 0) + 1) };

  beforeEach(() => {
    disk = new SimulatedFileSystem();
    clock = new ManualClock();
    hits.clear();
  });

  afterEach(() => store.abandon());

  const turns = async (count = 40): Promise<void> => {
    for (let turn = 0; turn < count; turn++) {
      await new Promise<void>((resolve) => realSetImmediate(resolve));
    }
  };

  /** In which no file is deleted for its age, unless a test says so. */
  const otherHour = (): string => String((localHourOf(clock.wallNow()) + 12) % 24);

  async function open(config: Partial<MessageStoreConfig> = {}): Promise<void> {
    store = await openTestStore(disk, {
      pid: ++pid,
      clock,
      limits,
      config: {
        deleteWhen: otherHour(),
        deleteCommitLogFilesInterval: 0,
        preallocateFiles: false,
        ...config,
      },
    });
  }

  async function fill(messages: number, topic = 'T', queueId = 0): Promise<void> {
    for (let count = 0; count < messages; count++) {
      const message = createTestMessage(topic, queueId, BODY, { KEYS: `k${count}` });
      expect((await store.putMessageAsync(message)).status).toBe('PUT_OK');
    }
    clock.advance(1000);
    await turns();
  }

  /** The next look at clock and disk, and what comes of it. */
  async function nextRound(): Promise<void> {
    clock.advance(10_000);
    await turns(200);
  }

  const logFiles = (): string[] => disk.filesBelow(`${STORE_FOLDER}/commitlog`);
  const usedBytes = (): number => disk.statfs().totalBytes - disk.statfs().availableBytes;

  /** Makes what is used now be so many percent of the disk. */
  function setUsedPercent(percent: number): void {
    disk.capacityBytes = Math.floor((usedBytes() * 100) / percent);
  }

  function restart(how: 'kill' | 'clean', config: Partial<MessageStoreConfig> = {}): Promise<void> {
    if (how === 'clean') return store.shutdown().then(() => open(config));
    const next = disk.killProcess();
    store.abandon();
    disk = next;
    return open(config);
  }

  describe('by age', () => {
    it('keeps files for fileReservedTime, then deletes them in the hour of deleteWhen', async () => {
      await open({ deleteWhen: String(localHourOf(clock.wallNow() + 2 * HOUR_MS)) });
      await fill(3 * MESSAGES_PER_FILE);
      clock.advance(60 * HOUR_MS);
      await turns(200);
      expect(logFiles()).toHaveLength(4);
      clock.advance(24 * HOUR_MS);
      await turns(200);
      expect(logFiles()).toHaveLength(2);
      expect(store.minPhyOffset()).toBe(2 * 65_536);
      const min = store.minOffsetInQueue('T', 0);
      expect(min).toBeGreaterThanOrEqual(2 * MESSAGES_PER_FILE - 2);
      expect(store.maxOffsetInQueue('T', 0)).toBe(3 * MESSAGES_PER_FILE);
    });

    it('does not delete at another hour, unless asked', async () => {
      await open({ deleteWhen: '' });
      await fill(3 * MESSAGES_PER_FILE);
      clock.advance(96 * HOUR_MS);
      await turns(200);
      await nextRound();
      expect(logFiles()).toHaveLength(4);
      store.executeDeleteFilesManually();
      await turns(200);
      expect(logFiles()).toHaveLength(2);
    });

    it('deletes expired files at any hour above diskMaxUsedSpaceRatio', async () => {
      await open({ fileReservedTime: 1 });
      await fill(3 * MESSAGES_PER_FILE);
      setUsedPercent(50);
      clock.advance(2 * HOUR_MS);
      await nextRound();
      expect(logFiles()).toHaveLength(4);
      setUsedPercent(80);
      await nextRound();
      expect(logFiles()).toHaveLength(2);
      expect(hits.size).toBe(0);
    });

    it('deletes more than one batch', async () => {
      await open({ fileReservedTime: 1, deleteFileBatchMax: 2, deleteWhen: '' });
      await fill(6 * MESSAGES_PER_FILE);
      clock.advance(2 * HOUR_MS);
      store.executeDeleteFilesManually();
      await turns(600);
      expect(logFiles()).toHaveLength(2);
    });

    it('counts a file as old as its newest message, not as its name or place', async () => {
      await open({ fileReservedTime: 10 });
      await fill(MESSAGES_PER_FILE - 5);
      clock.advance(9 * HOUR_MS);
      await fill(MESSAGES_PER_FILE);
      clock.advance(2 * HOUR_MS);
      store.executeDeleteFilesManually();
      await turns(200);
      expect(store.minPhyOffset()).toBe(0);
      clock.advance(9 * HOUR_MS);
      store.executeDeleteFilesManually();
      await turns(200);
      expect(store.minPhyOffset()).toBe(65_536);
    });
  });

  describe('on a disk that fills up', () => {
    it('never deletes unexpired messages to make room, refuses puts and goes on reading', async () => {
      await open();
      await fill(3 * MESSAGES_PER_FILE);
      setUsedPercent(95);
      await nextRound();
      expect(logFiles()).toHaveLength(4);
      const refused = await store.putMessageAsync(createTestMessage('T', 0, 'no'));
      expect(refused.status).toBe(PutMessageStatus.SERVICE_NOT_AVAILABLE);
      expect(refused.problem).toContain('diskSpaceWarningLevelRatio');
      expect(store.isWriteable()).toBe(false);
      expect(hits).toEqual(new Map([['diskSpaceWarningLevelRatio', 1]]));
      expect((await pull(store, 'T', 0, 0)).status).toBe('FOUND');
      setUsedPercent(50);
      await nextRound();
      expect((await store.putMessageAsync(createTestMessage('T', 0, 'yes'))).status).toBe('PUT_OK');
      expect(store.isWriteable()).toBe(true);
    });

    it('deletes the oldest files until there is room when told to, and counts them', async () => {
      await open({ cleanFileForciblyEnable: true });
      await fill(6 * MESSAGES_PER_FILE);
      expect(logFiles()).toHaveLength(7);
      setUsedPercent(95);
      await nextRound();
      const left = logFiles().length;
      expect(left).toBeGreaterThan(2);
      expect(left).toBeLessThan(7);
      expect(usedBytes() / disk.capacityBytes).toBeLessThanOrEqual(0.85);
      expect(hits).toEqual(new Map([['diskSpaceCleanForciblyRatio', 7 - left]]));
      expect((await store.putMessageAsync(createTestMessage('T', 0, 'x'))).status).toBe('PUT_OK');
    });

    it('keeps the newest file whatever the disk says', async () => {
      await open({ cleanFileForciblyEnable: true });
      await fill(2 * MESSAGES_PER_FILE);
      disk.capacityBytes = usedBytes();
      await nextRound();
      await nextRound();
      expect(store.maxPhyOffset()).toBeGreaterThan(store.minPhyOffset());
      expect((await pull(store, 'T', 0, 2 * MESSAGES_PER_FILE - 1)).status).toBe('FOUND');
    });
  });

  describe('what hangs on the log', () => {
    it('removes consume queue and index files that point at deleted files only', async () => {
      await open();
      await fill(20 * MESSAGES_PER_FILE);
      const queueFiles = (): string[] => disk.filesBelow(`${STORE_FOLDER}/consumequeue/T/0`);
      const indexFiles = (): string[] => disk.filesBelow(`${STORE_FOLDER}/index`);
      expect(queueFiles().length).toBeGreaterThan(10);
      expect(indexFiles().length).toBeGreaterThan(1);
      expect(await store.deleteExpiredFiles(Infinity)).toBe(19);
      const min = store.minOffsetInQueue('T', 0);
      expect(queueFiles()[0]).toBe(queueFileAt(min));
      expect(indexFiles()).toHaveLength(1);
      const found = await pull(store, 'T', 0, min, { maxMsgNums: 1 });
      expect(found).toMatchObject({ status: 'FOUND', nextBeginOffset: min + 1 });
      const { records } = await store.queryMessage('T', 'k1', 10, 0, Infinity);
      expect(records).toHaveLength(0);
    });

    it('tells a reader below the first message where that is', async () => {
      await open();
      await fill(3 * MESSAGES_PER_FILE);
      await store.deleteExpiredFiles(Infinity);
      const min = store.minOffsetInQueue('T', 0);
      expect(min).toBeGreaterThan(0);
      const max = 3 * MESSAGES_PER_FILE;
      for (const offset of [0, min - 1]) {
        expect(await pull(store, 'T', 0, offset)).toMatchObject({
          status: 'OFFSET_TOO_SMALL',
          nextBeginOffset: min,
          minOffset: min,
          maxOffset: max,
        });
      }
      expect(await store.messageStoreTimestamp('T', 0, 0)).toBe(-1);
      expect(await store.offsetInQueueByTime('T', 0, 0)).toBe(min);
      expect(await store.lookMessageByOffset(0)).toBeUndefined();
    });

    it('a read that is under way ends before its file goes', async () => {
      await open({ commitLogTailBytes: 0, readCacheBytes: 0 });
      await fill(3 * MESSAGES_PER_FILE);
      const reads = Promise.all([0, 5, 10].map((offset) => pull(store, 'T', 0, offset)));
      const deleted = store.deleteExpiredFiles(Infinity);
      for (const { status } of await reads) {
        expect(['FOUND', 'MESSAGE_WAS_REMOVING']).toContain(status);
      }
      expect(await deleted).toBe(2);
    });

    it('a file that cannot be removed stays readable and goes later', async () => {
      await open();
      await fill(3 * MESSAGES_PER_FILE);
      const failing = jest.spyOn(disk, 'unlink').mockImplementation(() => {
        throw Object.assign(new Error('busy'), { code: 'EBUSY' });
      });
      expect(await store.deleteExpiredFiles(Infinity)).toBe(0);
      failing.mockRestore();
      expect((await pull(store, 'T', 0, 0)).status).toBe('FOUND');
      expect(await store.deleteExpiredFiles(Infinity)).toBe(2);
    });
  });

  describe('I4: the next offset of a queue without messages', () => {
    const old = createTestMessage('Old', 3, 'old');

    async function emptyQueue(): Promise<void> {
      await open();
      for (let count = 0; count < 5; count++) await store.putMessageAsync(old);
      await fill(3 * MESSAGES_PER_FILE);
      expect(await store.deleteExpiredFiles(Infinity)).toBe(3);
      expect(store.minOffsetInQueue('Old', 3)).toBe(5);
    }

    async function expectNextOffset(offset: number): Promise<void> {
      expect(store.minOffsetInQueue('Old', 3)).toBe(offset);
      expect(store.maxOffsetInQueue('Old', 3)).toBe(offset);
      expect((await pull(store, 'Old', 3, offset)).status).toBe('OFFSET_OVERFLOW_ONE');
      expect((await pull(store, 'Old', 3, 0)).status).toBe('OFFSET_TOO_SMALL');
      const put = await store.putMessageAsync(createTestMessage('Old', 3, 'new'));
      expect(put.queueOffset).toBe(offset);
      const found = await pull(store, 'Old', 3, offset);
      expect(readRecords(found.parts).map(({ body }) => body)).toEqual(['new']);
    }

    it.each(['kill', 'clean'] as const)('survives a restart (%s)', async (how) => {
      await emptyQueue();
      await restart(how);
      await expectNextOffset(5);
    });

    it.each(['kill', 'clean'] as const)(
      'survives the removal of all consume queues and a restart (%s)',
      async (how) => {
        await emptyQueue();
        if (how === 'clean') await store.shutdown();
        else disk = disk.killProcess();
        disk.removeFolder(`${STORE_FOLDER}/consumequeue`);
        store.abandon();
        await open();
        await expectNextOffset(5);
      },
    );

    it.each(['kill', 'clean'] as const)(
      'survives the cleaning of expired consume queues and a restart (%s)',
      async (how) => {
        await emptyQueue();
        expect(disk.filesBelow(`${STORE_FOLDER}/consumequeue/Old`)).toHaveLength(1);
        expect(await store.cleanExpiredConsumeQueues()).toBe(1);
        expect(disk.filesBelow(`${STORE_FOLDER}/consumequeue/Old`)).toHaveLength(0);
        expect(await store.cleanExpiredConsumeQueues()).toBe(0);
        await restart(how);
        await expectNextOffset(5);
        await restart(how);
        expect(store.maxOffsetInQueue('Old', 3)).toBe(6);
        expect((await pull(store, 'Old', 3, 5)).status).toBe('FOUND');
      },
    );

    it('goes on without a restart after the cleaning of expired consume queues', async () => {
      await emptyQueue();
      await store.cleanExpiredConsumeQueues();
      await expectNextOffset(5);
    });

    it('is not lost on a full disk, where the table cannot be written', async () => {
      await open();
      await store.putMessageAsync(old);
      await fill(3 * MESSAGES_PER_FILE);
      disk.failAt('pwrite', 1, 'ENOSPC', 1000);
      expect(await store.deleteExpiredFiles(Infinity)).toBe(0);
      disk.clearFailures();
      expect(await store.deleteExpiredFiles(Infinity)).toBe(2);
    });

    it('does not keep a full disk full when every queue goes on in a later file', async () => {
      await open();
      await fill(3 * MESSAGES_PER_FILE);
      disk.failAt('pwrite', 1, 'ENOSPC', 1000);
      expect(await store.deleteExpiredFiles(Infinity)).toBe(1);
      expect(store.minPhyOffset()).toBe(65_536);
    });
  });

  it('stops in the middle when the store is closed', async () => {
    await open({ deleteCommitLogFilesInterval: 1000, fileReservedTime: 0 });
    await fill(4 * MESSAGES_PER_FILE);
    store.executeDeleteFilesManually();
    await turns(100);
    const before = logFiles().length;
    const closed = store.shutdown();
    clock.advance(1000);
    await closed;
    expect(logFiles()).toHaveLength(before);
    expect(before).toBe(4);
  });
});

/** Where the units at a queue offset are; a file of the test store holds 50. */
function queueFileAt(offset: number): string {
  const start = (offset - (offset % 50)) * 20;
  return `${STORE_FOLDER}/consumequeue/T/0/${String(start).padStart(20, '0')}`;
}
