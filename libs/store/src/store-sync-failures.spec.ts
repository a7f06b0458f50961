import { SeededRandom, type Logger } from '@rocket-nest/common';
import type { MessageStore } from './message-store';
import { ManualClock } from './testing/manual-clock';
import { readRecords } from './testing/read-records';
import { SimulatedFileSystem, type SimulatedOperation } from './testing/simulated-file-system';
import { createTestMessage, createTestStore, openTestStore, pull } from './testing/store-kit';
import { verifyStoreFiles } from './testing/verify-store-files';

/** Calls that fail one after another, in a store of their own each. */
const MAX_CALL = 40;
const STEPS = 60;
const STEP_MS = 100;
const TURNS_PER_STEP = 12;

/** Small files and short intervals, so that every kind of file is synced within a few seconds. */
const CONFIG = {
  mappedFileSizeCommitLog: 4096,
  mappedFileSizeConsumeQueue: 20 * 20,
  commitLogChunkBytes: 2048,
  flushConsumeQueueThoroughInterval: 1000,
} as const;

const turns = async (count: number): Promise<void> => {
  for (let turn = 0; turn < count; turn++) await new Promise(setImmediate);
};

class ErrorLines implements Logger {
  readonly lines: string[] = [];
  debug(): void {}
  info(): void {}
  warn(): void {}
  error(message: string, fields?: Readonly<Record<string, unknown>>): void {
    this.lines.push(`${message} ${JSON.stringify(fields)}`);
  }
}

async function bodiesOf(store: MessageStore, queueId: number): Promise<string[]> {
  const bodies: string[] = [];
  const max = store.maxOffsetInQueue('T', queueId);
  for (let offset = 0; offset < max;) {
    const result = await pull(store, 'T', queueId, offset);
    bodies.push(...readRecords(result.parts).map(({ body }) => body.split(' ')[0]));
    offset = result.nextBeginOffset;
  }
  return bodies;
}

describe.each(['SYNC_FLUSH', 'ASYNC_FLUSH'] as const)('a sync that fails, %s', (flushDiskType) => {
  const operations: SimulatedOperation[] = ['fdatasync', 'fsyncDirectory'];
  const cases = operations.flatMap((operation) =>
    [1, Infinity].map((times) => ({ operation, times })),
  );

  it.each(cases)(
    '$operation fails at every call up to the 40th, $times times: read-only at once and for good, nothing falsely acknowledged',
    async ({ operation, times }) => {
      let noticed = 0;
      for (let call = 1; call <= MAX_CALL; call++) {
        const disk = new SimulatedFileSystem();
        const clock = new ManualClock();
        const logger = new ErrorLines();
        const config = { ...CONFIG, flushDiskType };
        const store = await openTestStore(disk, { clock, logger, config });
        disk.failAt(operation, call, 'EIO', times);
        const acknowledged: string[] = [];
        let attempts = 0;
        const put = (): void => {
          const body = `m${attempts} ${'x'.repeat(300)}`;
          const message = createTestMessage('T', attempts++ % 2, body, { KEYS: body.slice(0, 4) });
          store.putMessage(message, {
            onPut: ({ status }) => {
              if (status === 'PUT_OK') acknowledged.push(body.split(' ')[0]);
            },
          });
        };
        for (let step = 0; step < STEPS && disk.failed === 0; step++) {
          put();
          clock.advance(STEP_MS);
          await turns(TURNS_PER_STEP);
        }
        if (disk.failed > 0) {
          noticed++;
          expect(store.readOnlyReason()).toContain('could not be synced');
          expect(
            logger.lines.filter((line) => line.startsWith('the store is read-only')),
          ).toHaveLength(1);
          const before = acknowledged.length;
          for (let step = 0; step < 15; step++) {
            put();
            clock.advance(STEP_MS * 10);
            await turns(TURNS_PER_STEP);
          }
          expect(acknowledged).toHaveLength(before);
          const readable = [...(await bodiesOf(store, 0)), ...(await bodiesOf(store, 1))];
          expect(readable).toEqual(expect.arrayContaining(acknowledged));
        }
        await store.shutdown();
        await verifyStoreFiles(disk, store.config);
        await expectNothingLost(disk, acknowledged, flushDiskType);
      }
      expect(noticed).toBeGreaterThan(operation === 'fdatasync' ? MAX_CALL / 2 : 5);
    },
  );

  /** After a power cut: everything under SYNC_FLUSH, all but a suffix under ASYNC_FLUSH. */
  async function expectNothingLost(
    disk: SimulatedFileSystem,
    acknowledged: readonly string[],
    flush: string,
  ): Promise<void> {
    for (const seed of [1, 2]) {
      const survivor = disk.cutPower(new SeededRandom(seed));
      const config = { ...CONFIG, flushDiskType };
      await verifyStoreFiles(survivor, createTestStore(survivor, { config }).config);
      const store = await openTestStore(survivor, { pid: 2, boot: 'another', config });
      const kept = new Set([...(await bodiesOf(store, 0)), ...(await bodiesOf(store, 1))]);
      const lost = acknowledged.filter((body) => !kept.has(body));
      if (flush === 'SYNC_FLUSH') expect(lost).toEqual([]);
      expect(lost).toEqual(acknowledged.slice(acknowledged.length - lost.length));
      await store.shutdown();
      await verifyStoreFiles(survivor, store.config);
    }
  }
});
