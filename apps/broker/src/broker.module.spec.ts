import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Inject, Injectable, Module, type OnApplicationShutdown } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import {
  BrokerController,
  ConsumerOffsetManager,
  createBrokerConfig,
  TopicConfigManager,
} from '@rocket-nest/broker';
import { NodeFileSystem, SilentLogger, SystemClock, SystemRandom } from '@rocket-nest/common';
import { MessageStore } from '@rocket-nest/store';
import { BrokerModule } from './broker.module';

describe('BrokerModule', () => {
  let folder: string;
  let controller: BrokerController;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'broker-module-'));
    const config = createBrokerConfig({
      listenPort: '0',
      storePathRootDir: folder,
      mappedFileSizeCommitLog: String(16 * 1024 * 1024),
    });
    controller = new BrokerController(config, {
      fileSystem: new NodeFileSystem(),
      clock: new SystemClock(),
      random: new SystemRandom(),
      logger: new SilentLogger(),
    });
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

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
    @Module({ providers: [Beside] })
    class BesideModule {}
    @Module({ imports: [BrokerModule.forController(controller), BesideModule] })
    class AppModule {}

    const app = await NestFactory.createApplicationContext(AppModule, { logger: false });
    const beside = app.get(Beside);
    expect(beside.store).toBe(controller.messageStore);
    expect(beside.topics.selectTopicConfig('TBW102')).toBeDefined();
    expect(controller.listenPort).toBeGreaterThan(0);
    await app.close();
    expect(atShutdown).toEqual([true]);
    expect(controller.remotingServer.ports).toEqual([]);
  });

  test('a start that fails says why and leaves the folder free', async () => {
    const other = new BrokerController(controller.config, {
      fileSystem: new NodeFileSystem(),
      clock: new SystemClock(),
      random: new SystemRandom(),
      logger: new SilentLogger(),
    });
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
