import type { MessageStore } from './message-store';
import { PutMessageStatus } from './put/put-message-status';
import { ManualClock } from './testing/manual-clock';
import { readRecords } from './testing/read-records';
import { SimulatedFileSystem } from './testing/simulated-file-system';
import { STORE_FOLDER, createTestMessage, openTestStore, pull } from './testing/store-kit';
import { verifyStoreFiles } from './testing/verify-store-files';

describe('a store whose disk fails', () => {
  let disk: SimulatedFileSystem;
  let store: MessageStore;

  const put = (body: string): ReturnType<MessageStore['putMessageAsync']> =>
    store.putMessageAsync(createTestMessage('T', 0, body, { KEYS: 'k' }));
  const bodies = async (): Promise<string[]> =>
    readRecords((await pull(store, 'T', 0, 0)).parts).map(({ body }) => body.slice(0, 6));
  const reopen = async (): Promise<void> => {
    const next = disk.killProcess();
    store.abandon();
    disk = next;
    await verifyStoreFiles(disk, store.config);
    store = await openTestStore(disk, { pid: 2 });
  };

  beforeEach(() => {
    disk = new SimulatedFileSystem();
  });

  afterEach(async () => {
    await store.shutdown();
    await verifyStoreFiles(disk, store.config);
  });

  it('full: nothing is acknowledged, reading goes on, writing resumes with the same offsets', async () => {
    store = await openTestStore(disk);
    await put('first');
    disk.failAt('pwrite', 1, 'ENOSPC', 3);
    const refused = await Promise.all([put('no 1'), put('no 2')]);
    for (const result of refused) {
      expect(result.status).toBe(PutMessageStatus.SERVICE_NOT_AVAILABLE);
      expect(result.problem).toContain('not written');
    }
    expect(await bodies()).toEqual(['first']);
    expect((await put('no 3')).status).toBe('SERVICE_NOT_AVAILABLE');
    disk.clearFailures();
    expect(await put('second')).toMatchObject({ status: 'PUT_OK', queueOffset: 1 });
    expect(await bodies()).toEqual(['first', 'second']);
    const { records } = await store.queryMessage('T', 'k', 10, 0, Infinity);
    expect(records).toHaveLength(2);
    await reopen();
    expect(await bodies()).toEqual(['first', 'second']);
  });

  it('full in the middle of a write: what was written of it does not come back', async () => {
    store = await openTestStore(disk);
    await put('first');
    const used = disk.statfs().totalBytes - disk.statfs().availableBytes;
    disk.capacityBytes = used + 2048;
    const large = 'large '.repeat(1000);
    expect((await put(large)).status).toBe('SERVICE_NOT_AVAILABLE');
    disk.capacityBytes = used + 1024 * 1024;
    await put('second');
    await reopen();
    expect(await bodies()).toEqual(['first', 'second']);
    expect(store.maxOffsetInQueue('T', 0)).toBe(2);
  });

  it('full across a file’s end: the next file is not left half written', async () => {
    store = await openTestStore(disk, { config: { mappedFileSizeCommitLog: 8192 } });
    await put('x'.repeat(7000));
    disk.failAt('pwrite', 2, 'ENOSPC');
    const results = await Promise.all([put('a'.repeat(500)), put('b'.repeat(5000))]);
    expect(results.map(({ status }) => status)).toEqual([
      'SERVICE_NOT_AVAILABLE',
      'SERVICE_NOT_AVAILABLE',
    ]);
    expect((await put('c'.repeat(5000))).queueOffset).toBe(1);
    expect(await bodies()).toEqual(['xxxxxx', 'cccccc']);
  });

  it('takes short writes for what they are', async () => {
    disk.maxWriteBytes = 100;
    store = await openTestStore(disk);
    for (let i = 0; i < 20; i++) expect((await put(`m${i}`)).status).toBe('PUT_OK');
    await store.shutdown();
    store = await openTestStore(disk);
    expect(await bodies()).toEqual(Array.from({ length: 20 }, (_, i) => `m${i}`));
  });

  it('SYNC_FLUSH: neither visible nor acknowledged before the sync', async () => {
    store = await openTestStore(disk, { config: { flushDiskType: 'SYNC_FLUSH' } });
    const seen: number[] = [];
    store.setMessageArrivingListener({
      arriving: () => void seen.push(store.flushedWhere()),
    });
    let isAcknowledged = false;
    const done = put('x').then((result) => {
      isAcknowledged = true;
      expect(store.flushedWhere()).toBe(result.sizeBytes);
    });
    await new Promise(setImmediate);
    expect([isAcknowledged, store.maxOffsetInQueue('T', 0), seen]).toEqual([false, 0, []]);
    await done;
    expect(store.maxOffsetInQueue('T', 0)).toBe(1);
    expect(seen).toHaveLength(1);
  });

  it('SYNC_FLUSH: one sync for all that wait', async () => {
    store = await openTestStore(disk, { config: { flushDiskType: 'SYNC_FLUSH' } });
    await put('warm up');
    const before = disk.calls.fdatasync;
    const first = put('a');
    await new Promise(setImmediate);
    await Promise.all([first, ...Array.from({ length: 50 }, (_, i) => put(`m${i}`))]);
    expect(disk.calls.fdatasync - before).toBeLessThanOrEqual(3);
  });

  it('SYNC_FLUSH: WAIT=false is acknowledged at once, and seen only after the sync', async () => {
    store = await openTestStore(disk, { config: { flushDiskType: 'SYNC_FLUSH' } });
    const message = createTestMessage('T', 0, 'x', { WAIT: 'false' });
    const result = await store.putMessageAsync(message);
    expect(result.status).toBe('PUT_OK');
    expect(store.maxOffsetInQueue('T', 0)).toBe(0);
    await put('y');
    expect(store.maxOffsetInQueue('T', 0)).toBe(2);
  });

  it('SYNC_FLUSH: a sync that takes too long is told as FLUSH_DISK_TIMEOUT', async () => {
    const clock = new ManualClock();
    const config = { flushDiskType: 'SYNC_FLUSH', syncFlushTimeout: 5000 } as const;
    store = await openTestStore(disk, { clock, config });
    let finishSync: () => void = () => undefined;
    const hang = jest.spyOn(disk, 'fdatasync').mockImplementation(() => {
      return new Promise<void>((resolve) => (finishSync = resolve));
    });
    const result = put('slow');
    await new Promise(setImmediate);
    clock.advance(5001);
    expect((await result).status).toBe(PutMessageStatus.FLUSH_DISK_TIMEOUT);
    expect(store.maxOffsetInQueue('T', 0)).toBe(0);
    finishSync();
    await new Promise(setImmediate);
    expect(store.maxOffsetInQueue('T', 0)).toBe(1);
    hang.mockRestore();
  });

  it.each(['SYNC_FLUSH', 'ASYNC_FLUSH'] as const)(
    '%s: after a failed sync nothing is acknowledged again, reading goes on',
    async (flushDiskType) => {
      const clock = new ManualClock();
      store = await openTestStore(disk, { clock, config: { flushDiskType } });
      await put('before');
      clock.advance(600);
      await new Promise(setImmediate);
      disk.failAt('fdatasync', 1, 'EIO');
      const unsure = put('unsure');
      await new Promise(setImmediate);
      clock.advance(600);
      await new Promise(setImmediate);
      await new Promise(setImmediate);
      const expected = flushDiskType === 'SYNC_FLUSH' ? 'SERVICE_NOT_AVAILABLE' : 'PUT_OK';
      expect((await unsure).status).toBe(expected);
      expect(store.readOnlyReason()).toContain('could not be synced');
      expect((await put('after')).status).toBe('SERVICE_NOT_AVAILABLE');
      expect((await bodies())[0]).toBe('before');
      await store.shutdown();
      expect(disk.status(`${STORE_FOLDER}/abort`)).toBeDefined();
    },
  );

  it('bounds what waits for the disk', async () => {
    const limits: string[] = [];
    store = await openTestStore(disk, {
      config: { flushDiskType: 'SYNC_FLUSH', maxPendingPutBytes: 1000 },
      limits: { hit: (name) => void limits.push(name) },
    });
    const results = await Promise.all(Array.from({ length: 20 }, (_, i) => put(`m${i}`)));
    const statuses = new Set(results.map(({ status }) => status));
    expect(statuses).toEqual(new Set(['PUT_OK', 'OS_PAGE_CACHE_BUSY']));
    expect(limits).toContain('maxPendingPutBytes');
    expect((await put('later')).status).toBe('PUT_OK');
  });
});
