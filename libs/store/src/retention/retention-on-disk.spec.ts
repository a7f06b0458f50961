import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { AdvanceableClock, NodeFileSystem } from '@rocket-nest/common';
import { realSetTimeout } from '@rocket-nest/common/internal';
import type { MessageStore } from '../message-store';
import { readRecords } from '../testing/read-records';
import { createTestMessage, openTestStore, pull } from '../testing/store-kit';

const HOUR_MS = 3_600_000;

describe('retention on a real disk', () => {
  let folder: string;
  let clock: AdvanceableClock;
  let store: MessageStore;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'rocket-nest-retention-'));
    clock = new AdvanceableClock();
  });

  afterEach(async () => {
    await store.shutdown();
    rmSync(folder, { recursive: true, force: true });
  });

  const open = async (): Promise<void> => {
    store = await openTestStore(new NodeFileSystem(), {
      pid: process.pid,
      clock,
      config: {
        storePathRootDir: folder,
        deleteCommitLogFilesInterval: 1,
        flushIntervalConsumeQueue: 5,
      },
    });
  };

  const put = async (topic: string, messages: number): Promise<void> => {
    for (let count = 0; count < messages; count++) {
      const message = createTestMessage(topic, 0, Buffer.alloc(2000, topic));
      expect((await store.putMessageAsync(message)).status).toBe('PUT_OK');
    }
  };

  async function until(what: string, condition: () => boolean): Promise<void> {
    for (let tries = 0; tries < 2000; tries++) {
      if (condition()) return;
      await new Promise<void>((resolve) => realSetTimeout(resolve, 5));
    }
    throw new Error(`waited in vain for ${what}`);
  }

  const oldUnits = (): string[] => {
    const path = join(folder, 'consumequeue/Old/0');
    return existsSync(path) ? readdirSync(path).sort() : [];
  };

  it('days pass as fast as a test moves the clock', async () => {
    await open();
    await put('Old', 100);
    await until('the units to be written', () => oldUnits().length === 2);
    expect(readdirSync(join(folder, 'commitlog')).length).toBeGreaterThan(3);
    clock.advance(71 * HOUR_MS);
    await put('New', 100);
    // Every hour of the day passes, so deleteWhen does.
    clock.advance(25 * HOUR_MS);
    await until('the old messages to go', () => store.minOffsetInQueue('Old', 0) > 60);
    expect(await pull(store, 'Old', 0, 0)).toMatchObject({ status: 'OFFSET_TOO_SMALL' });
    const found = await pull(store, 'New', 0, 0, { maxMsgNums: 1 });
    expect(readRecords(found.parts).map(({ queueOffset }) => queueOffset)).toEqual([0]);
    await until('their units to go', () => oldUnits().length === 1);
    expect(Number(oldUnits()[0])).toBeGreaterThan(0);
  });

  it('a queue whose files are all gone goes on counting after a restart', async () => {
    await open();
    await put('Old', 5);
    await put('New', 100);
    await until('the units to be written', () => oldUnits().length === 1);
    expect(await store.deleteExpiredFiles(Infinity)).toBeGreaterThan(0);
    expect(await store.cleanExpiredConsumeQueues()).toBe(1);
    expect(oldUnits()).toEqual([]);
    await store.shutdown();
    rmSync(join(folder, 'consumequeue'), { recursive: true });
    await open();
    expect(store.maxOffsetInQueue('Old', 0)).toBe(5);
    const next = await store.putMessageAsync(createTestMessage('Old', 0, 'next'));
    expect(next.queueOffset).toBe(5);
  });
});
