import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { BrokerController, createBrokerConfig } from '@rocket-nest/broker';
import { NodeFileSystem, SilentLogger, SystemClock, SystemRandom } from '@rocket-nest/common';
import { main } from './mqadmin';

describe('mqadmin verifyStore', () => {
  let folder: string;
  let output: string;

  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'mqadmin-'));
    output = '';
    const write = (text: unknown): boolean => {
      output += String(text);
      return true;
    };
    jest.spyOn(process.stdout, 'write').mockImplementation(write);
    jest.spyOn(process.stderr, 'write').mockImplementation(write);
    const config = createBrokerConfig({ listenPort: '0', storePathRootDir: folder });
    const controller = new BrokerController(config, {
      fileSystem: new NodeFileSystem(),
      clock: new SystemClock(),
      random: new SystemRandom(),
      logger: new SilentLogger(),
    });
    await controller.initialize();
    await controller.start();
    await controller.shutdown();
  });

  afterEach(() => {
    jest.restoreAllMocks();
    rmSync(folder, { recursive: true, force: true });
  });

  test('0: nothing is wrong with what a stopped broker leaves', async () => {
    expect(await main(['verifyStore', folder])).toBe(0);
    expect(output).toContain('0 problems');
  });

  test('1: a damaged config file is named', async () => {
    const file = join(folder, 'config', 'topics.json');
    writeFileSync(file, '{"half');
    expect(await main(['verifyStore', folder])).toBe(1);
    expect(output).toContain(file);
  });

  test('2: a folder that is not there, a command that is none, a configuration that is bad', async () => {
    expect(await main(['verifyStore', join(folder, 'nowhere')])).toBe(2);
    expect(output).toContain('nowhere');
    expect(await main(['verify'])).toBe(2);
    expect(await main([])).toBe(2);
    const config = join(folder, 'broken.conf');
    writeFileSync(config, 'mappedFileSizeCommitLog=many\n');
    expect(await main(['verifyStore', folder, '-c', config])).toBe(2);
  });
});
