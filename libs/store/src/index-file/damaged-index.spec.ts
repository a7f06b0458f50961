import { SeededRandom, type Logger } from '@rocket-nest/common';
import type { MessageStoreConfig } from '../config/message-store-config';
import type { MessageStore } from '../message-store';
import { ManualClock } from '../testing/manual-clock';
import { readRecords } from '../testing/read-records';
import { SimulatedFileSystem } from '../testing/simulated-file-system';
import { STORE_FOLDER, createTestMessage, createTestStore } from '../testing/store-kit';
import { verifyStoreFiles } from '../testing/verify-store-files';

const SLOTS = 2000;
const ITEMS = 400;
const ITEMS_AT = 40 + SLOTS * 4;
const MESSAGES = 450;
const PAGE_BYTES = 4096;
const FOLDER = `${STORE_FOLDER}/index`;
const CHECKSUMS = `${STORE_FOLDER}/checksums/index`;
/** Longer than a file that could not be made again is left alone, and than a query waits. */
const LONG_MS = 10_000;

class Lines implements Logger {
  readonly errors: string[] = [];
  debug(): void {}
  info(): void {}
  warn(): void {}
  error(message: string, fields?: Readonly<Record<string, unknown>>): void {
    this.errors.push(`${message} ${JSON.stringify(fields)}`);
  }
}

const turns = async (count: number): Promise<void> => {
  for (let turn = 0; turn < count; turn++) await new Promise(setImmediate);
};

describe('a damaged index file', () => {
  let disk: SimulatedFileSystem;
  let clock: ManualClock;
  let logger: Lines;
  let store: MessageStore;
  let pid: number;
  let sent: { key: string; storeMs: number }[];

  beforeEach(async () => {
    disk = new SimulatedFileSystem();
    pid = 0;
    sent = [];
    clock = new ManualClock();
    await open();
  });

  afterEach(() => store.abandon());

  const open = async (config: Partial<MessageStoreConfig> = {}): Promise<void> => {
    logger = new Lines();
    clock = new ManualClock(clock.wallNow() + 1);
    store = createTestStore(disk, {
      pid: ++pid,
      boot: `boot ${pid}`,
      clock,
      logger,
      config: { maxHashSlotNum: SLOTS, maxIndexNum: ITEMS, ...config },
    });
    await store.load();
    store.start();
  };

  const put = async (count: number): Promise<void> => {
    for (let left = count; left > 0; left--) {
      const key = `key-${sent.length}`;
      const message = createTestMessage('T', 0, key, { KEYS: key, TAGS: `Tag${sent.length % 7}` });
      sent.push({ key, storeMs: clock.wallNow() });
      expect((await store.putMessageAsync(message)).status).toBe('PUT_OK');
      clock.advance(700);
    }
  };

  const files = (): string[] => disk.filesBelow(FOLDER);
  const find = async (index: number): Promise<string[]> => {
    const { key, storeMs } = sent[index];
    const found = await store.queryMessage('T', key, 8, storeMs - 100, storeMs + 100);
    return readRecords(found.records).map(({ body }) => body);
  };

  const expectAllFound = async (): Promise<void> => {
    const missing: string[] = [];
    for (const [index, { key }] of sent.entries()) {
      if ((await find(index)).join() !== key) missing.push(key);
    }
    expect(missing).toEqual([]);
  };

  const flip = (path: string, at: number, bit = 2): void =>
    disk.damage(path, at, Buffer.from([disk.contentOf(path)[at] ^ (1 << bit)]));
  const cut = (path: string, length: number): void => {
    const file = disk.open(path, 'readWrite');
    disk.ftruncate(file, length);
    disk.close(file);
  };
  /** A slot that leads to items, and the item before its file's last ones. */
  const aSlot = (path: string): number => {
    const content = disk.contentOf(path);
    for (let slot = 0; ; slot++) if (content.readInt32BE(40 + slot * 4) > 0) return slot;
  };
  const itemAt = (number: number): number => ITEMS_AT + number * 20;

  const damages: [string, (path: string) => void][] = [
    ...Array.from({ length: 6 }, (_, field): [string, (path: string) => void] => [
      `bit of field ${field} of the header`,
      (path) => flip(path, [7, 15, 23, 31, 35, 39][field]),
    ]),
    ['bit of a slot', (path) => flip(path, 40 + aSlot(path) * 4 + 3)],
    ['bit of an item’s hash', (path) => flip(path, itemAt(37) + 3)],
    ['bit of an item’s position', (path) => flip(path, itemAt(38) + 10)],
    ['bit of an item’s time', (path) => flip(path, itemAt(39) + 14)],
    ['bit of an item’s previous item', (path) => flip(path, itemAt(40) + 19)],
    ['bit of the last item', (path) => flip(path, itemAt(90) + 3)],
    ['first page zeroed', (path) => disk.damage(path, 0, Buffer.alloc(PAGE_BYTES))],
    ['page of slots zeroed', (path) => disk.damage(path, PAGE_BYTES, Buffer.alloc(3900))],
    ['items zeroed', (path) => disk.damage(path, itemAt(1), Buffer.alloc(1800))],
    ['truncated within its items', (path) => cut(path, itemAt(50))],
    ['truncated within its slots', (path) => cut(path, 5000)],
    ['truncated within its header', (path) => cut(path, 20)],
    ['truncated to nothing', (path) => cut(path, 0)],
  ];
  const places: [string, number][] = [
    ['first', 0],
    ['newest', -1],
  ];

  describe.each(places)('the %s one, after a clean stop', (_place, at) => {
    let path: string;
    let before: Buffer;

    beforeEach(async () => {
      await put(MESSAGES);
      await store.shutdown();
      expect(files()).toHaveLength(3);
      path = files().at(at) as string;
      before = disk.contentOf(path);
    });

    it.each(damages)(
      '%s: every key is found, and the file is what it was',
      async (_name, damage) => {
        damage(path);
        expect(disk.contentOf(path).equals(before)).toBe(false);
        await open();
        await expectAllFound();
        expect(logger.errors).toHaveLength(1);
        expect(logger.errors[0]).toMatch('damaged index file, made again');
        expect(logger.errors[0]).toMatch(path);
        expect(disk.contentOf(path).equals(before)).toBe(true);
        await put(5);
        await store.shutdown();
        await verifyStoreFiles(disk, store.config);
        await open();
        await expectAllFound();
        expect(logger.errors).toEqual([]);
      },
    );

    it('deleted: every key is found', async () => {
      disk.unlink(path);
      await open();
      await expectAllFound();
      await put(5);
      await store.shutdown();
      await verifyStoreFiles(disk, store.config);
    });

    it('deleted, and the stop forgotten: every key is found', async () => {
      disk.unlink(path);
      disk.unlink(`${STORE_FOLDER}/queueoffsets`);
      disk.close(disk.open(`${STORE_FOLDER}/abort`, 'create'));
      await open();
      await expectAllFound();
      expect(logger.errors.join()).toMatch('all of it');
      await put(5);
      await store.shutdown();
      await verifyStoreFiles(disk, store.config);
    });

    it.each(damages)('%s, and the stop forgotten: every key is found', async (_name, damage) => {
      damage(path);
      disk.close(disk.open(`${STORE_FOLDER}/abort`, 'create'));
      disk.unlink(`${STORE_FOLDER}/queueoffsets`);
      await open();
      await expectAllFound();
      await put(5);
      await expectAllFound();
      await store.shutdown();
      await verifyStoreFiles(disk, store.config);
    });

    it('its checksums damaged: every key is found, and verifyStore tells', async () => {
      const checksums = path.replace(FOLDER, CHECKSUMS);
      flip(checksums, disk.contentOf(checksums).length - 1);
      await expect(verifyStoreFiles(disk, store.config)).rejects.toThrow(/checksums/);
      await open();
      await expectAllFound();
      expect(logger.errors).toEqual([]);
    });
  });

  it('which goes on growing: what was written to it since is found too', async () => {
    await put(MESSAGES);
    await store.shutdown();
    const path = files().at(-1) as string;
    disk.damage(path, 40, Buffer.alloc(SLOTS * 4, 0x10));
    await open();
    await put(30);
    await store['parts'].checkpointService.persist();
    await put(30);
    await expectAllFound();
    await put(30);
    await expectAllFound();
    expect(logger.errors).toHaveLength(1);
    await store.shutdown();
    await verifyStoreFiles(disk, store.config);
  });

  it('which was killed before it was made again: noticed again at the next start', async () => {
    await put(MESSAGES);
    await store.shutdown();
    const path = files().at(-1) as string;
    disk.damage(path, 40, Buffer.alloc(SLOTS * 4, 0x10));
    await open();
    store['parts'].indexRepair.close();
    await put(30);
    await store['parts'].checkpointService.persist();
    await put(30);
    const survivor = disk.killProcess();
    store.abandon();
    disk = survivor;
    await open();
    await expectAllFound();
    expect(logger.errors.join()).toMatch('damaged index file');
    await store.shutdown();
    await verifyStoreFiles(disk, store.config);
  });

  it('messages go on being stored and found while it is made again', async () => {
    await put(MESSAGES);
    await store.shutdown();
    flip(files()[0], itemAt(38) + 10);
    await open();
    const finding = find(0);
    await put(MESSAGES);
    expect(await finding).toEqual(['key-0']);
    await expectAllFound();
  });

  it('without checksums, as another broker leaves it: noticed by what does not fit together', async () => {
    await put(MESSAGES);
    await store.shutdown();
    disk.removeFolder(CHECKSUMS);
    const [first] = files();
    const slot = aSlot(first);
    const before = disk.contentOf(first);
    for (const damage of [
      () => flip(first, 40 + slot * 4, 6),
      () => flip(first, itemAt(disk.contentOf(first).readInt32BE(40 + slot * 4)) + 3),
      () => flip(first, itemAt(disk.contentOf(first).readInt32BE(40 + slot * 4)) + 8),
      () => cut(first, itemAt(10)),
      () => flip(first, 36, 6),
    ]) {
      damage();
      await open();
      await expectAllFound();
      expect(logger.errors).toHaveLength(1);
      expect(disk.contentOf(first).equals(before)).toBe(true);
      await store.shutdown();
      disk.removeFolder(CHECKSUMS);
    }
  });

  it('whose records are indexed by more keys than they were: two files are made of it', async () => {
    await put(100);
    await store.shutdown();
    await open({ messageIndexEnable: false });
    await put(150);
    await store.shutdown();
    await open();
    await put(150);
    await store.shutdown();
    expect(files()).toHaveLength(2);
    flip(files()[0], itemAt(38) + 10);
    await open();
    await find(0);
    expect(files()).toHaveLength(3);
    await expectAllFound();
    await store.shutdown();
    await verifyStoreFiles(disk, store.config);
  });

  it('whose records are damaged too: the others are found', async () => {
    await put(MESSAGES);
    await store.shutdown();
    flip(files()[0], itemAt(38) + 10);
    disk.damage(
      `${STORE_FOLDER}/commitlog/${'0'.repeat(20)}`,
      PAGE_BYTES,
      Buffer.alloc(PAGE_BYTES),
    );
    await open();
    let missing = 0;
    for (const index of sent.keys()) if ((await find(index)).length === 0) missing++;
    expect(missing).toBeGreaterThan(20);
    expect(missing).toBeLessThan(40);
  });

  describe('while it is made again', () => {
    let path: string;
    let before: Buffer;

    beforeEach(async () => {
      await put(MESSAGES);
      await store.shutdown();
      path = files()[0];
      before = disk.contentOf(path);
      damageKey18();
    });

    const damageKey18 = (): void => flip(path, itemAt(2 * 18 + 1) + 10);

    it('the disk is full: the file stays, a later query tries again', async () => {
      await open();
      disk.failAt('pwrite', 1, 'ENOSPC', Infinity);
      expect(await find(300)).toEqual(['key-300']);
      expect(await find(18)).toEqual([]);
      expect(logger.errors.join('\n')).toMatch('index file not made again, will try');
      disk.clearFailures();
      clock.advance(LONG_MS);
      await expectAllFound();
      expect(disk.contentOf(path).equals(before)).toBe(true);
      expect(disk.filesBelow(CHECKSUMS)).toHaveLength(3);
      expect(store.isWriteable()).toBe(true);
    });

    it.each(['fdatasync', 'fsyncDirectory'] as const)(
      'a %s fails: the store is read-only, nothing is lost',
      async (operation) => {
        await open();
        disk.failAt(operation, 1, 'EIO', Infinity);
        await find(18);
        expect(store.isWriteable()).toBe(false);
        disk.clearFailures();
        await store.shutdown();
        await open();
        await expectAllFound();
      },
    );

    it('its messages expire: it goes', async () => {
      await open();
      const finding = find(18);
      await turns(2);
      await put(700);
      expect(await store.deleteExpiredFiles(Infinity)).toBeGreaterThan(0);
      await finding;
      await turns(50);
      const min = store.minPhyOffset();
      expect(min).toBeGreaterThan(0);
      await store.shutdown();
      await verifyStoreFiles(disk, store.config);
      const names = (folder: string): string[] =>
        disk.filesBelow(folder).map((each) => each.slice(folder.length));
      expect(names(CHECKSUMS)).toEqual(names(FOLDER));
    });

    it('the store is stopped: the next start makes it again', async () => {
      await open();
      const finding = find(18);
      await turns(3);
      await store.shutdown();
      await finding;
      await open();
      await expectAllFound();
      expect(disk.contentOf(path).equals(before)).toBe(true);
    });

    it('it takes long: a query answers with what it finds', async () => {
      await open();
      let goOn = (): void => undefined;
      const held = new Promise<void>((resolve) => (goOn = resolve));
      void store['parts'].index['changes'].run(() => held);
      const finding = find(18);
      for (let turn = 0; turn < 1000; turn++) {
        if (store['parts'].indexRepair['waiting'] > 0) break;
        await turns(1);
      }
      clock.advance(LONG_MS);
      expect(await finding).toEqual([]);
      goOn();
      expect(await find(18)).toEqual(['key-18']);
    });

    it.each([1, 2, 3])('the power goes, at whatever moment (seed %d)', async (seed) => {
      const random = new SeededRandom(seed);
      for (let moment = 0; moment < 40; moment += 1 + random.nextInt(3)) {
        await open();
        void find(18).catch(() => undefined);
        await turns(moment);
        const survivor = disk.cutPower(random);
        store.abandon();
        disk = survivor;
        await verifyIndexNames();
      }
      await open();
      await expectAllFound();
      await store.shutdown();
      await verifyStoreFiles(disk, store.config);
    });

    const verifyIndexNames = async (): Promise<void> => {
      await open();
      expect(await find(18)).toEqual(['key-18']);
      if (disk.contentOf(path).equals(before)) damageKey18();
      store.abandon();
    };
  });

  it.each([1, 2, 3])(
    'is not what a power cut at a clean stop leaves, at whatever moment (seed %d)',
    async (seed) => {
      const config = { mappedFileSizeCommitLog: 1024 * 1024 };
      store.abandon();
      disk = new SimulatedFileSystem();
      await open(config);
      const random = new SeededRandom(seed);
      for (let moment = 0; moment < 60; moment += 1 + random.nextInt(3)) {
        await put(1 + random.nextInt(60));
        await store['parts'].commitService.sync();
        void store.shutdown().catch(() => undefined);
        await turns(moment);
        const survivor = disk.cutPower(random);
        store.abandon();
        disk = survivor;
        await verifyStoreFiles(disk, store.config);
        await open(config);
        await expectAllFound();
        expect(logger.errors.filter((line) => line.includes('index'))).toEqual([]);
      }
    },
  );
});
