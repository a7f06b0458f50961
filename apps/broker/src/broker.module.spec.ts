import { Inject, Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import {
  BrokerController,
  ConsumerOffsetManager,
  createBrokerConfig,
  TopicConfigManager,
} from '@rocket-nest/broker';
import { MessageStore } from '@rocket-nest/store';
import { realDependencies, startBesideEngine } from '../../../test/support/beside-engine';
import { makeTemporaryFolder, removeFolder } from '../../../test/support/temporary-folder';
import { BrokerModule } from './broker.module';

describe('BrokerModule', () => {
  let folder: string;
  let controller: BrokerController;

  beforeEach(() => {
    folder = makeTemporaryFolder('broker-module');
    const config = createBrokerConfig({
      listenPort: '0',
      storePathRootDir: folder,
      mappedFileSizeCommitLog: String(16 * 1024 * 1024),
    });
    controller = new BrokerController(config, realDependencies);
  });
  afterEach(() => removeFolder(folder));

  test('a module beside it injects the engine by class, and uses it until its own last hook', async () => {
    const atShutdown: unknown[] = [];

    @Injectable()
    class Beside implements OnApplicationShutdown {
      constructor(
        @Inject(MessageStore) readonly store: MessageStore,
        @Inject(ConsumerOffsetManager) readonly offsets: ConsumerOffsetManager,
        @Inject(TopicConfigManager) readonly topics: TopicConfigManager,
      ) {}

      onApplicationShutdown(): void {
        this.offsets.commitOffset(undefined, 'g', 'TBW102', 0, 0);
        atShutdown.push(this.store.isWriteable());
      }
    }

    const { app, beside } = await startBesideEngine(BrokerModule.forController(controller), Beside);
    expect(beside.store).toBe(controller.messageStore);
    expect(beside.topics.selectTopicConfig('TBW102')).toBeDefined();
    expect(controller.listenPort).toBeGreaterThan(0);
    await app.close();
    expect(atShutdown).toEqual([true]);
    expect(controller.remotingServer.ports).toEqual([]);
  });

  test('a start that fails says why and leaves the folder free', async () => {
    const other = new BrokerController(controller.config, realDependencies);
    await other.initialize();
    await other.start();
    const create = () =>
      NestFactory.createApplicationContext(BrokerModule.forController(controller), {
        logger: false,
        abortOnError: false,
      });
    await expect(create()).rejects.toMatchObject({ message: expect.stringContaining(folder) });
    await other.shutdown();
    await (await create()).close();
  });
});
