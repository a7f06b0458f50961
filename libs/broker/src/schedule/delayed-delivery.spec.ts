import { join } from 'node:path';
import {
  AdvanceableClock,
  NodeFileSystem,
  SeededRandom,
  SilentLogger,
  SystemTopic,
} from '@rocket-nest/common';
import { EventLoopTurn, realSetTimeout } from '@rocket-nest/common/internal';
import { MessageStore, createMessageStoreConfig } from '@rocket-nest/store';
import type { FlushDiskType } from '@rocket-nest/store';
import { JsonTableFile } from '../background/json-table-file';
import { readStoredMessage } from '../messages/stored-message';
import { storedMessage } from '../testing/stored-messages';
import { createTemporaryFolder } from '../testing/temporary-folder';
import { DelayLevels } from './delay-levels';
import { ScheduleMessageService } from './schedule-message-service';

const LEVELS = '1s 5s 10s 30s 1m';

/** A store and a delivery service on a folder, as a broker has them. */
class Delivery {
  readonly store: MessageStore;
  readonly service: ScheduleMessageService;

  constructor(
    readonly folder: string,
    readonly clock: AdvanceableClock,
    flushDiskType: FlushDiskType,
  ) {
    const fileSystem = new NodeFileSystem();
    const logger = new SilentLogger();
    const config = createMessageStoreConfig({
      storePathRootDir: folder,
      mappedFileSizeCommitLog: 1_048_576,
      mappedFileSizeConsumeQueue: 20_000,
      maxHashSlotNum: 100,
      maxIndexNum: 400,
      preallocateFiles: false,
      messageDelayLevel: LEVELS,
      flushDiskType,
    });
    const turn = new EventLoopTurn();
    const deps = { fileSystem, clock, random: new SeededRandom(1), logger, turn };
    this.store = new MessageStore(config, deps);
    const file = new JsonTableFile(fileSystem, clock, join(folder, 'config', 'delayOffset.json'));
    const messageStore = this.store;
    const levels = DelayLevels.parse(LEVELS);
    this.service = new ScheduleMessageService({ clock, logger, messageStore, file, levels });
  }

  async start(): Promise<this> {
    await this.store.load();
    this.service.load();
    this.store.start();
    this.service.start(10_000);
    return this;
  }

  async stop(): Promise<void> {
    await this.service.shutdown();
    await this.store.shutdown();
  }

  async send(level: number, body: string): Promise<void> {
    const properties = { DELAY: String(level), REAL_TOPIC: 'T', REAL_QID: '0' };
    const place = { queueId: level - 1 };
    const message = storedMessage(SystemTopic.SCHEDULE_TOPIC, body, properties, place);
    const { status } = await this.store.putMessageAsync(message);
    expect(status).toBe('PUT_OK');
  }

  async delivered(): Promise<string[]> {
    const bodies: string[] = [];
    for (let offset = 0; ;) {
      const request = { group: 'G', topic: 'T', queueId: 0, offset, maxMsgNums: 32 };
      const result = await this.store.getMessage(request);
      if (result.status !== 'FOUND') return bodies;
      const records = Buffer.concat([...result.parts]);
      for (let at = 0; at < records.length;) {
        const stored = readStoredMessage(records, at);
        bodies.push(stored.body.toString());
        at += stored.sizeBytes;
      }
      offset = result.nextBeginOffset;
    }
  }

  /** Waits until `count` messages are delivered. */
  async waitFor(count: number): Promise<string[]> {
    for (;;) {
      const bodies = await this.delivered();
      if (bodies.length >= count) return bodies;
      await new Promise((resolve) => realSetTimeout(resolve, 2));
    }
  }
}

describe.each(['ASYNC_FLUSH', 'SYNC_FLUSH'] as const)(
  'delayed delivery with %s',
  (flushDiskType) => {
    let folder: ReturnType<typeof createTemporaryFolder>;
    let clock: AdvanceableClock;
    let running: Delivery;

    const start = (): Promise<Delivery> => new Delivery(folder.path, clock, flushDiskType).start();

    beforeEach(async () => {
      folder = createTemporaryFolder();
      clock = new AdvanceableClock();
      running = await start();
    });

    afterEach(async () => {
      await running.stop();
      folder.remove();
    });

    it('delivers levels when the clock is moved on, the shorter ones first', async () => {
      await running.send(5, 'a minute');
      await running.send(3, 'ten seconds');
      await running.send(3, 'ten seconds too');
      clock.advance(10_000);
      expect(await running.waitFor(2)).toEqual(['ten seconds', 'ten seconds too']);
      clock.advance(50_000);
      expect((await running.waitFor(3))[2]).toBe('a minute');
    });

    it('delivers what was sent before a clean stop once, whenever it was due', async () => {
      for (let i = 0; i < 100; i++) await running.send(2, `five ${i}`);
      clock.advance(5_000);
      const first = await running.waitFor(100);
      await running.send(2, 'due while down');
      await running.send(4, 'due later');
      await running.stop();

      clock.advance(6_000);
      running = await start();
      expect((await running.waitFor(101))[100]).toBe('due while down');
      clock.advance(30_000);
      const all = await running.waitFor(102);
      expect(all).toEqual([...first, 'due while down', 'due later']);
      expect(new Set(all).size).toBe(102);
    });

    it('loses nothing when the broker dies, with its progress not written', async () => {
      for (let i = 0; i < 50; i++) await running.send(1, `m${i}`);
      clock.advance(1_000);
      await running.waitFor(50);
      await running.send(1, 'last');
      await running.service.shutdown();
      running.store.abandon();
      // Progress is as old as the store allows: none at all.
      for (const name of ['delayOffset.json', 'delayOffset.json.bak']) {
        new NodeFileSystem().unlink(join(folder.path, 'config', name));
      }

      running = await start();
      clock.advance(1_000);
      const all = await running.waitFor(101);
      expect(new Set(all)).toEqual(
        new Set([...Array(50).keys()].map((i) => `m${i}`).concat('last')),
      );
      expect(all.at(-1)).toBe('last');
    });
  },
);
