import { AdvanceableClock, SeededRandom, type Logger } from '@rocket-nest/common';
import type { MessageStore } from '../message-store';
import { SimulatedFileSystem } from '../testing/simulated-file-system';
import { STORE_FOLDER, createTestMessage, openTestStore } from '../testing/store-kit';
import { StoreVerifier, type VerifyReport } from './store-verifier';

class RecordingLogger implements Logger {
  readonly problems: string[] = [];

  debug(): void {}

  info(): void {}

  warn(message: string): void {
    this.problems.push(message);
  }

  error(message: string): void {
    this.problems.push(message);
  }
}

const LOG = `${STORE_FOLDER}/commitlog/${'0'.repeat(20)}`;

describe('StoreVerifier', () => {
  let disk: SimulatedFileSystem;
  let store: MessageStore;

  const verify = (): Promise<VerifyReport> =>
    new StoreVerifier(store.config, {
      fileSystem: disk,
      clock: new AdvanceableClock(),
      random: new SeededRandom(1),
    }).verify();
  const fill = async (): Promise<void> => {
    for (let i = 0; i < 300; i++) {
      const body = `message ${i} ${'x'.repeat(i % 7 === 0 ? 2000 : 50)}`;
      const properties = { KEYS: `k${i} every`, TAGS: 'Tag' };
      await store.putMessageAsync(createTestMessage(`Topic${i % 3}`, i % 2, body, properties));
    }
  };
  const aQueueFile = (): string => {
    const [file = ''] = disk.filesBelow(`${STORE_FOLDER}/consumequeue/Topic1/0`);
    return file;
  };
  const anIndexFile = (): string => disk.filesBelow(`${STORE_FOLDER}/index`)[0];

  beforeEach(async () => {
    disk = new SimulatedFileSystem();
    store = await openTestStore(disk);
    await fill();
  });

  afterEach(() => store.abandon());

  it('finds nothing wrong with a store that was stopped, and changes nothing', async () => {
    await store.shutdown();
    const before = disk.filesBelow('').map((path) => disk.contentOf(path).toString('latin1'));
    const report = await verify();
    expect(report).toMatchObject({ problems: [], notes: [], records: 300, units: 300 });
    expect(report.indexItems).toBe(900);
    expect(disk.filesBelow('').map((path) => disk.contentOf(path).toString('latin1'))).toEqual(
      before,
    );
  });

  it('does not judge what the next start makes again after a kill', async () => {
    disk = disk.killProcess();
    store.abandon();
    const report = await verify();
    expect(report.problems).toEqual([]);
    expect(report.notes).toHaveLength(1);
  });

  it('does not judge units and checksums that outlived their records in a power cut', async () => {
    const { checkpointService, log } = store['parts'];
    await checkpointService.flush();
    log.checksums.flush();
    disk = disk.killProcess();
    store.abandon();
    disk.damage(LOG, 4000, Buffer.alloc(disk.contentOf(LOG).length - 4000));
    const report = await verify();
    expect(report.units).toBeGreaterThan(report.records);
    expect(report.problems).toEqual([]);
  });

  it.each([
    ['size', 0],
    ['header', 4096],
  ])(
    'does not judge an index file that lost its %s with the power, and does after a clean stop',
    async (_what, sizeBytes) => {
      await store['parts'].checkpointService.persist();
      disk = disk.killProcess();
      store.abandon();
      const another = `${STORE_FOLDER}/index/20991231235959999`;
      const create = (): void => {
        const file = disk.open(another, 'create');
        disk.ftruncate(file, sizeBytes);
        disk.close(file);
      };
      create();
      expect((await verify()).problems).toEqual([]);
      store = await openTestStore(disk, { pid: 2 });
      await store.shutdown();
      create();
      expect((await verify()).problems).toEqual([expect.stringMatching('makes no sense')]);
    },
  );

  it('does not judge a log file made ahead of need that lost its size with the power', async () => {
    await store.shutdown();
    const next = store['parts'].log.files.last?.endOffset ?? 0;
    const ahead = `${STORE_FOLDER}/commitlog/${String(next).padStart(20, '0')}`;
    disk.close(disk.open(ahead, 'create'));
    expect((await verify()).problems).toEqual([]);
    const logger = new RecordingLogger();
    store = await openTestStore(disk, { pid: 2, logger });
    expect(logger.problems).toEqual([]);
    await fill();
    await store.shutdown();
    expect((await verify()).problems).toEqual([]);
  });

  const damages: [string, RegExp, () => void][] = [
    [
      'a flipped bit',
      /flipped bit/,
      () => disk.damage(LOG, 95, Buffer.from([disk.contentOf(LOG)[95] ^ 1])),
    ],
    ['a zeroed page of the log', /damaged/, () => disk.damage(LOG, 4096, Buffer.alloc(4096))],
    ['a lost log file', /missing|end where/, () => disk.unlink(LOG)],
    ['a unit elsewhere', /unit/, () => disk.damage(aQueueFile(), 20, Buffer.from([0, 0, 0, 1]))],
    ['lost units', /no unit/, () => disk.damage(aQueueFile(), 0, Buffer.alloc(200))],
    ['other tags', /tags code/, () => disk.damage(aQueueFile(), 39, Buffer.from([0]))],
    ['an index item', /index/, () => disk.damage(anIndexFile(), 40 + 64 * 4 + 20, Buffer.alloc(4))],
    [
      'queueoffsets',
      /queueoffsets/,
      () => disk.damage(`${STORE_FOLDER}/queueoffsets`, 60, Buffer.from([0xff])),
    ],
    [
      'checkpoint',
      /checkpoint/,
      () => disk.damage(`${STORE_FOLDER}/checkpoint`, 45, Buffer.from([0xff])),
    ],
  ];
  it.each(damages)('tells %s', async (_name, expected, damage) => {
    await store.shutdown();
    damage();
    const { problems } = await verify();
    expect(problems.join('\n')).toMatch(expected);
  });
});
