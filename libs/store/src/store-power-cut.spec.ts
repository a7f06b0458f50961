import { ManualClock } from './testing/manual-clock';
import { readRecords } from './testing/read-records';
import { SimulatedFileSystem } from './testing/simulated-file-system';
import { createTestMessage, openTestStore, pull } from './testing/store-kit';
import { verifyStoreFiles } from './testing/verify-store-files';

const FLUSH_INTERVAL_MS = 500;
/** What an acknowledgement may be late for the sync that covers it. */
const SLACK_MS = 100;
const STEP_MS = 10;

describe('a power cut under ASYNC_FLUSH', () => {
  it.each([1730, 2040, 3490])(
    'after %i ms takes what was acknowledged in the last flush interval at most',
    async (cutAtMs) => {
      let disk = new SimulatedFileSystem();
      const clock = new ManualClock();
      const config = {
        flushDiskType: 'ASYNC_FLUSH',
        flushIntervalCommitLog: FLUSH_INTERVAL_MS,
      } as const;
      const store = await openTestStore(disk, { clock, config });
      const acknowledgedAtMs: number[] = [];
      for (let atMs = 0; atMs < cutAtMs; atMs += STEP_MS) {
        store.putMessage(createTestMessage('T', 0, String(acknowledgedAtMs.length)), {
          onPut: ({ status }) => {
            expect(status).toBe('PUT_OK');
            acknowledgedAtMs.push(clock.monotonicNow());
          },
        });
        for (let turn = 0; turn < 4; turn++) await new Promise(setImmediate);
        clock.advance(STEP_MS);
        for (let turn = 0; turn < 4; turn++) await new Promise(setImmediate);
      }
      const cutMs = clock.monotonicNow();
      // Nothing that was not synced survives: the worst that can happen.
      disk = disk.cutPowerKeeping(() => false, 0);
      store.abandon();
      await verifyStoreFiles(disk, store.config);

      const after = await openTestStore(disk, { pid: 2, boot: 'another', config });
      const kept: string[] = [];
      for (let offset = 0; offset < after.maxOffsetInQueue('T', 0);) {
        const result = await pull(after, 'T', 0, offset);
        kept.push(...readRecords(result.parts).map(({ body }) => body));
        offset = result.nextBeginOffset;
      }
      expect(kept).toEqual(kept.map((_, index) => String(index)));
      const firstLostMs = acknowledgedAtMs[kept.length];
      expect(firstLostMs).toBeGreaterThanOrEqual(cutMs - FLUSH_INTERVAL_MS - SLACK_MS);
      await after.shutdown();
      await verifyStoreFiles(disk, after.config);
    },
  );
});

describe('a power cut after two checkpoints at once', () => {
  it('I1: the second does not end before the first has synced what it took', async () => {
    const disk = new SimulatedFileSystem();
    const config = { flushDiskType: 'ASYNC_FLUSH' } as const;
    const store = await openTestStore(disk, { clock: new ManualClock(), config });
    const bodies = Array.from({ length: 20 }, (_, queueId) => `message of queue ${queueId}`);
    for (const [queueId, body] of bodies.entries()) {
      store.putMessage(createTestMessage('T', queueId, body), { onPut: () => undefined });
    }
    for (let turn = 0; turn < 50; turn++) await new Promise(setImmediate);
    const { checkpointService } = store['parts'];
    void checkpointService.persist();
    await checkpointService.persist();
    const survivor = disk.cutPowerKeeping(() => false, 0);
    store.abandon();
    await verifyStoreFiles(survivor, store.config);
    const after = await openTestStore(survivor, { pid: 2, boot: 'another', config });

    const kept: string[] = [];
    for (const queueId of bodies.keys()) {
      const result = await pull(after, 'T', queueId, 0);
      kept.push(...readRecords(result.parts).map(({ body }) => body));
    }
    expect(kept).toEqual(bodies);
    await after.shutdown();
    await verifyStoreFiles(survivor, after.config);
  });
});
