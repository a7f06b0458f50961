import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { BrokerController, createBrokerConfig } from '@rocket-nest/broker';
import { NodeFileSystem, SystemClock, SystemRandom, type Logger } from '@rocket-nest/common';
import { createHostAddress } from '@rocket-nest/store';
import { FamilyFactory } from './family-factory';
import { isUp } from './health';
import { storageFamilies } from './storage-families';

/** A disk that refuses one sync, once it is told to, and works again. */
class FailingOnce extends NodeFileSystem {
  failsNext = false;

  override async fdatasync(file: number): Promise<void> {
    if (!this.failsNext) return super.fdatasync(file);
    this.failsNext = false;
    throw Object.assign(new Error('EIO: i/o error, fdatasync'), { code: 'EIO' });
  }
}

class Errors implements Logger {
  readonly messages: string[] = [];

  debug(): void {}
  info(): void {}
  warn(): void {}
  error(message: string): void {
    this.messages.push(message);
  }
}

describe('a broker whose disk failed one sync', () => {
  let folder: string;
  let controller: BrokerController;
  const fileSystem = new FailingOnce();
  const logger = new Errors();

  const host = createHostAddress('127.0.0.1', 10911);
  const put = (body: string) =>
    controller.messageStore.putMessageAsync({
      topic: 'TBW102',
      queueId: 0,
      flag: 0,
      sysFlag: 0,
      bornTimestamp: 0,
      bornHost: host,
      storeHost: host,
      reconsumeTimes: 0,
      preparedTransactionOffset: 0,
      body: Buffer.from(body),
      propertiesText: Buffer.alloc(0),
    });
  const writable = async (): Promise<number> => {
    const families = storageFamilies(controller, new FamilyFactory({}));
    const family = families.find(({ name }) => name === 'rocketmq_storage_writable');
    for (const { value } of (await family?.samples()) ?? []) return value;
    return NaN;
  };

  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'broker-read-only-'));
    const config = createBrokerConfig({
      listenPort: '0',
      storePathRootDir: folder,
      mappedFileSizeCommitLog: String(16 * 1024 * 1024),
      flushDiskType: 'SYNC_FLUSH',
    });
    const deps = { fileSystem, clock: new SystemClock(), random: new SystemRandom(), logger };
    controller = new BrokerController(config, deps);
    await controller.initialize();
    await controller.start();
  });

  afterEach(async () => {
    await controller.shutdown();
    rmSync(folder, { recursive: true, force: true });
  });

  test('is read-only: says so in health, metrics and log, and goes on reading', async () => {
    expect((await put('before')).status).toBe('PUT_OK');
    expect([isUp(controller).store, await writable()]).toEqual(['up', 1]);
    fileSystem.failsNext = true;
    expect((await put('unsure')).status).toBe('SERVICE_NOT_AVAILABLE');
    expect([isUp(controller).store, await writable()]).toEqual(['down', 0]);
    expect(logger.messages).toContain('the store is read-only');
    expect((await put('after')).status).toBe('SERVICE_NOT_AVAILABLE');
    const request = { group: 'g', topic: 'TBW102', queueId: 0, offset: 0, maxMsgNums: 32 };
    expect(await controller.messageStore.getMessage(request)).toMatchObject({
      status: 'FOUND',
      messageCount: 1,
    });
  });
});
