import { NodeFileSystem, SilentLogger, SystemClock, SystemRandom } from '@rocket-nest/common';
import { EventLoopTurn } from '@rocket-nest/common/internal';
import { createHostAddress, createMessageStoreConfig, MessageStore } from '@rocket-nest/store';
import { makeTemporaryFolder, removeFolder } from '../support/temporary-folder';
import { verifyStore } from '../support/verify-store';

/** `DEPTH_MESSAGES=20000000 npm run test:depth` goes deeper. */
const messages = Number(process.env.DEPTH_MESSAGES ?? 2_000_000);
const BATCH = 1000;
/** What tail, caches and buffers may take together; nothing of it grows with the depth. */
const MAX_GROWTH_BYTES = 160 << 20;
const RESTART_LIMIT_MS = 2000;

const properties = {
  mappedFileSizeCommitLog: 64 << 20,
  maxHashSlotNum: 500_000,
  maxIndexNum: 2_000_000,
};
const host = createHostAddress('127.0.0.1', 10911);
const queue = { topic: 'depth', queueId: 0 };

describe(`a queue of ${messages} small messages`, () => {
  const folder = makeTemporaryFolder('depth');
  let store: MessageStore | undefined;

  const open = async (): Promise<MessageStore> => {
    const config = createMessageStoreConfig({
      storePathRootDir: folder,
      ...properties,
      diskSpaceWarningLevelRatio: 100,
    });
    store = new MessageStore(config, {
      fileSystem: new NodeFileSystem(),
      clock: new SystemClock(),
      random: new SystemRandom(),
      logger: new SilentLogger(),
      turn: new EventLoopTurn(),
    });
    await store.load();
    store.start();
    return store;
  };

  afterAll(async () => {
    await store?.shutdown();
    removeFolder(folder);
  });

  it(
    'takes no more memory the deeper it is, and starts within two seconds',
    async () => {
      const filling = await open();
      let rssAtTenth = 0;
      for (let sent = 0; sent < messages; sent += BATCH) {
        await putBatch(filling);
        if (sent === messages / 10) rssAtTenth = process.memoryUsage().rss;
      }
      expect(filling.maxOffsetInQueue(queue.topic, queue.queueId)).toBe(messages);
      expect(process.memoryUsage().rss - rssAtTenth).toBeLessThan(MAX_GROWTH_BYTES);
      await filling.shutdown();

      const startedAt = performance.now();
      const reading = await open();
      expect(performance.now() - startedAt).toBeLessThan(RESTART_LIMIT_MS);
      const rssBefore = process.memoryUsage().rss;
      let read = 0;
      while (read < messages) {
        const request = { group: 'g', ...queue, offset: read, maxMsgNums: 10_000 };
        const result = await reading.getMessage(request);
        read = result.nextBeginOffset;
      }
      expect(read).toBe(messages);
      expect(process.memoryUsage().rss - rssBefore).toBeLessThan(MAX_GROWTH_BYTES);
      process.stdout.write(
        `${messages} messages: ${Math.round(process.memoryUsage().rss / (1 << 20))} MiB resident\n`,
      );
      await reading.shutdown();
      store = undefined;
      expect(await verifyStore(folder, properties)).toMatch(`${messages} records`);
    },
    120_000 + messages / 5,
  );

  function putBatch(to: MessageStore): Promise<void> {
    return new Promise((resolve, reject) => {
      let left = BATCH;
      for (let index = 0; index < BATCH; index++) {
        const message = {
          ...queue,
          flag: 0,
          sysFlag: 0,
          bornTimestamp: 0,
          bornHost: host,
          storeHost: host,
          reconsumeTimes: 0,
          preparedTransactionOffset: 0,
          body: Buffer.from('small message'),
          propertiesText: Buffer.alloc(0),
        };
        to.putMessage(message, {
          onPut: ({ status, problem }) => {
            if (status !== 'PUT_OK') reject(new Error(problem));
            else if (--left === 0) resolve();
          },
        });
      }
    });
  }
});
