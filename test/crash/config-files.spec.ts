import * as fs from 'node:fs';
import * as path from 'node:path';
import { BrokerController, createBrokerConfig } from '@rocket-nest/broker';
import {
  createTopicConfig,
  NodeFileSystem,
  SilentLogger,
  SystemClock,
  SystemRandom,
} from '@rocket-nest/common';
import { makeTemporaryFolder, removeFolder } from '../support/temporary-folder';
import { runVerifyStore, verifyStore } from '../support/verify-store';

const GROUP = 'config-files';
const TOPIC = 'config-files-topic';
const properties = { mappedFileSizeCommitLog: '1048576', maxMessageSize: '65536' };

/** What a crash, a bad disk or a careless hand makes of a file. */
const damages: Readonly<Record<string, (file: string) => void>> = {
  truncated: (file) => fs.truncateSync(file, Math.floor(fs.statSync(file).size / 2)),
  empty: (file) => fs.truncateSync(file, 0),
  zeroed: (file) => fs.writeFileSync(file, Buffer.alloc(fs.statSync(file).size)),
  garbage: (file) => fs.writeFileSync(file, Buffer.from('\u0007{"garbage]'.repeat(20))),
  missing: (file) => fs.rmSync(file),
  'cut by a kill between its renames': (file) => {
    fs.writeFileSync(`${file}.tmp`, '{"half');
    fs.renameSync(file, `${file}.bak`);
  },
};

/** A file that is gone tells nothing. */
const tells: ReadonlySet<string> = new Set(['truncated', 'empty', 'zeroed', 'garbage']);

describe('config and offset files', () => {
  let folder: string;
  let controller: BrokerController | undefined;

  const start = async (): Promise<BrokerController> => {
    const config = createBrokerConfig({
      listenPort: '0',
      storePathRootDir: folder,
      ...properties,
      diskSpaceWarningLevelRatio: '100',
    });
    controller = new BrokerController(config, {
      fileSystem: new NodeFileSystem(),
      clock: new SystemClock(),
      random: new SystemRandom(),
      logger: new SilentLogger(),
    });
    await controller.initialize();
    await controller.start();
    return controller;
  };
  const stop = async (): Promise<void> => {
    await controller?.shutdown();
    controller = undefined;
  };
  const putTen = async ({ messageStore }: BrokerController): Promise<void> => {
    const address = { address: Buffer.from([127, 0, 0, 1]), port: 1 };
    for (let index = 0; index < 10; index++) {
      const { status } = await messageStore.putMessageAsync({
        topic: TOPIC,
        queueId: 0,
        flag: 0,
        sysFlag: 0,
        bornTimestamp: 0,
        bornHost: address,
        storeHost: address,
        reconsumeTimes: 0,
        preparedTransactionOffset: 0,
        body: Buffer.from('x'),
        propertiesText: Buffer.alloc(0),
      });
      expect(status).toBe('PUT_OK');
    }
  };

  beforeEach(async () => {
    folder = makeTemporaryFolder('config-files');
    const first = await start();
    await first.topicConfigManager.updateTopicConfig(createTopicConfig(TOPIC));
    await putTen(first);
    first.consumerOffsetManager.commitOffset(undefined, GROUP, TOPIC, 0, 5);
    await first.consumerOffsetManager.persist();
    first.consumerOffsetManager.commitOffset(undefined, GROUP, TOPIC, 0, 9);
    await first.topicConfigManager.updateTopicConfig(createTopicConfig(`${TOPIC}-2`));
    await stop();
  });

  afterEach(async () => {
    await stop();
    removeFolder(folder);
  });

  it.each(Object.keys(damages))(
    '%s: the last good generation is taken, every time',
    async (kind) => {
      for (const name of ['consumerOffset.json', 'topics.json', 'subscriptionGroup.json']) {
        const file = path.join(folder, 'config', name);
        if (!fs.existsSync(file)) continue;
        damages[kind](file);
        if (tells.has(kind))
          expect((await runVerifyStore(folder, properties)).output).toMatch(file);
        const { consumerOffsetManager, topicConfigManager } = await start();
        const offset = consumerOffsetManager.queryOffset(GROUP, TOPIC, 0);
        expect([5, 9]).toContain(offset);
        expect(topicConfigManager.selectTopicConfig(TOPIC)).toBeDefined();
        await stop();
      }
      const { consumerOffsetManager } = await start();
      expect([5, 9]).toContain(consumerOffsetManager.queryOffset(GROUP, TOPIC, 0));
      await stop();
      expect(await verifyStore(folder, properties)).toMatch('10 records');
    },
  );
});
