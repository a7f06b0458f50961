import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { NodeFileSystem, SilentLogger } from '@rocket-nest/common';
import { Limits } from '@rocket-nest/common/internal';
import { DEFAULT_NAMESRV_LIMITS } from '../namesrv-limits';
import { KVConfigManager } from './kv-config-manager';

describe('KVConfigManager', () => {
  let folder: string;
  let path: string;
  const limits = new Limits();
  const open = (maxKvConfigs = 10) => {
    const deps = { fileSystem: new NodeFileSystem(), logger: new SilentLogger(), limits };
    const manager = new KVConfigManager(path, deps, { ...DEFAULT_NAMESRV_LIMITS, maxKvConfigs });
    manager.load();
    return manager;
  };

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'kv-config-'));
    path = join(folder, 'namesrv', 'kvConfig.json');
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  test('a change is on disk, in the original form, once it is acknowledged', async () => {
    const manager = open();
    expect(manager.namespace('NS1')).toBeUndefined();
    await manager.put('ORDER_TOPIC_CONFIG', 'TopicFifo', 'broker-a:4');
    await manager.put('NS1', 'k1', 'v1');
    expect(await manager.delete('NS1', 'k1')).toBe(true);
    expect(readFileSync(path, 'utf8')).toBe(
      '{"configTable":{"ORDER_TOPIC_CONFIG":{"TopicFifo":"broker-a:4"},"NS1":{}}}',
    );
    const again = open();
    expect(again.get('ORDER_TOPIC_CONFIG', 'TopicFifo')).toBe('broker-a:4');
    expect(again.namespace('NS1')).toEqual(new Map());
    expect(await again.delete('NS1', 'k1')).toBe(false);
  });

  test('changes made at once are all in the file when the last is acknowledged', async () => {
    const manager = open();
    await Promise.all(['a', 'b', 'c', 'd'].map((key) => manager.put('N', key, `value of ${key}`)));
    expect([...open().namespace('N')!.keys()]).toEqual(['a', 'b', 'c', 'd']);
  });

  test('a damaged file gives way to the generation before it', async () => {
    const manager = open();
    await manager.put('N', 'k', 'old');
    await manager.put('N', 'k', 'new');
    writeFileSync(path, '{"configTable":{"N"');
    expect(open().get('N', 'k')).toBe('old');
  });

  test('a damaged file without a good one before it stops the start, once', async () => {
    await open().put('N', 'k', 'v');
    writeFileSync(path, 'garbage');
    rmSync(`${path}.bak`);
    expect(() => open()).toThrow(
      expect.objectContaining({ code: 'FILE_CORRUPT', message: expect.stringContaining(path) }),
    );
    expect(open().get('N', 'k')).toBeUndefined();
  });

  test('a file damaged after its only write is read from its backup', async () => {
    await open().put('N', 'k', 'v');
    writeFileSync(path, 'garbage');
    expect(open().get('N', 'k')).toBe('v');
  });

  test('past the limit new keys are refused, known ones still change', async () => {
    const manager = open(2);
    await manager.put('N', 'a', '1');
    await manager.put('M', 'b', '1');
    expect(await manager.put('N', 'c', '1')).toBe('TOO_MANY');
    expect(limits.hits('namesrvKvConfigs')).toBe(1);
    expect(await manager.put('N', 'a', '2')).toBe('STORED');
    await manager.delete('M', 'b');
    expect(await manager.put('N', 'c', '1')).toBe('TOO_MANY');
  });

  test('a write that fails is not acknowledged', async () => {
    const manager = open();
    writeFileSync(join(folder, 'namesrv'), 'a file where the folder should be');
    await expect(manager.put('N', 'k', 'v')).rejects.toThrow();
  });
});
