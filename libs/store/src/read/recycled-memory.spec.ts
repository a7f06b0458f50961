import { SeededRandom } from '@rocket-nest/common';
import type { GetMessageResult } from '../get/get-message';
import type { MessageStore } from '../message-store';
import { readRecords } from '../testing/read-records';
import { SimulatedFileSystem } from '../testing/simulated-file-system';
import { createTestMessage, openTestStore } from '../testing/store-kit';

const QUEUES = 4;
const MESSAGES = 400;
const READERS = 12;
const PULLS = 400;
const LOG_FILE_BYTES = 64 * 1024;

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
const bodyOf = (queueId: number, offset: number): string =>
  `message ${offset} of queue ${queueId} `.padEnd(200 + ((offset * 37) % 900), String(offset % 10));

/** Memory of old reads is used for new ones as soon as nobody looks at it, and never before. */
describe('the memory of cold reads', () => {
  let store: MessageStore;

  beforeEach(async () => {
    const disk = new SimulatedFileSystem();
    const config = {
      mappedFileSizeCommitLog: LOG_FILE_BYTES,
      commitLogTailBytes: 0,
      // One block and one window at a time: everything leaves the caches at once.
      readCacheBytes: LOG_FILE_BYTES,
      consumeQueueReadCacheBytes: 1,
    };
    store = await openTestStore(disk, { config });
    for (let offset = 0; offset < MESSAGES; offset++) {
      for (let queueId = 0; queueId < QUEUES; queueId++) {
        await store.putMessageAsync(createTestMessage('T', queueId, bodyOf(queueId, offset)));
      }
    }
    await store.shutdown();
    store = await openTestStore(disk, { config, pid: 2 });
  });

  afterEach(() => store.abandon());

  const get = async (queueId: number, offset: number, count: number): Promise<GetMessageResult> =>
    store.getMessage({ group: 'g', topic: 'T', queueId, offset, maxMsgNums: count });

  it('stays with those who look at it until they give it back', async () => {
    const random = new SeededRandom(20_261_121);
    const pool = store['parts'].recordReader['cache'].pool;
    let given = 0;
    const give = pool.give.bind(pool);
    pool.give = (piece) => {
      given++;
      // Whoever still looks at it sees that.
      piece.fill(0xdd);
      give(piece);
    };
    const read = async (): Promise<void> => {
      for (let pulls = 0; pulls < PULLS; pulls++) {
        const queueId = random.nextInt(QUEUES);
        const from = random.nextInt(MESSAGES);
        const found = await get(queueId, from, 1 + random.nextInt(40));
        for (let turns = random.nextInt(4); turns > 0; turns--) await turn();
        const bodies = readRecords(found.parts).map(({ body }) => body);
        expect(bodies).toEqual(bodies.map((_, index) => bodyOf(queueId, from + index)));
        expect(bodies.length).toBeGreaterThan(0);
        if (random.nextInt(4) > 0) found.release?.();
      }
    };
    await Promise.all(Array.from({ length: READERS }, read));
    expect(given).toBeGreaterThan(PULLS);
  });

  it('is used again once it was given back', async () => {
    const memories = new Set<ArrayBufferLike>();
    for (let round = 0; round < 3; round++) {
      for (let offset = 0; offset < MESSAGES; offset += 20) {
        const found = await get(0, offset, 10);
        for (const part of found.parts) memories.add(part.buffer);
        found.release?.();
      }
    }
    // Records across two blocks are copied, into memory of their own.
    expect(memories.size).toBeLessThan(20);
  });

  it('is not counted as given back twice', async () => {
    const first = await get(0, 0, 5);
    const second = await get(0, 0, 5);
    first.release?.();
    first.release?.();
    for (let offset = 100; offset < MESSAGES; offset += 50) (await get(1, offset, 5)).release?.();
    expect(readRecords(second.parts).map(({ body }) => body)).toEqual(
      Array.from({ length: 5 }, (_, offset) => bodyOf(0, offset)),
    );
  });
});
