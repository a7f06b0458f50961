import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { NodeFileSystem, SilentLogger } from '@rocket-nest/common';
import { LocalFileOffsetStore } from './local-file-offset-store';

const queue = (queueId: number) => ({ topic: 'TopicTest', brokerName: 'broker-a', queueId });

describe('LocalFileOffsetStore', () => {
  let folder: string;
  const create = (group = 'GID', clientId = '10.0.0.9@DEFAULT') => {
    const logger = new SilentLogger();
    return new LocalFileOffsetStore(folder, clientId, group, new NodeFileSystem(), logger);
  };
  const path = () => join(folder, '10.0.0.9@DEFAULT', 'GID', 'offsets.json');

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'offsets-'));
  });

  afterEach(() => rmSync(folder, { recursive: true }));

  it('writes the file that the Java client writes, in its place', async () => {
    const store = create();
    store.load();
    store.update(queue(1), 7, true);
    await store.persist([queue(1)]);
    expect(readFileSync(path(), 'utf8')).toBe(
      '{"offsetTable":{{"brokerName":"broker-a","queueId":1,"topic":"TopicTest"}:7}}',
    );
  });

  it('finds its offsets again, those of queues that are not its own at present too', async () => {
    const store = create();
    store.update(queue(1), 7, true);
    store.update(queue(2), 9, true);
    store.forget(queue(2));
    await store.persist([queue(1)]);
    const again = create();
    again.load();
    await expect(again.read(queue(1))).resolves.toBe(7);
    await expect(again.read(queue(2))).resolves.toBe(9);
    await expect(again.read(queue(3))).resolves.toBeUndefined();
  });

  it('reads the generation before when the file is damaged or empty', async () => {
    const store = create();
    store.update(queue(1), 7, true);
    await store.persist([queue(1)]);
    store.update(queue(1), 8, true);
    await store.persist([queue(1)]);
    for (const damaged of ['{"offsetTable":{{"bro', '']) {
      writeFileSync(path(), damaged);
      const again = create();
      again.load();
      await expect(again.read(queue(1))).resolves.toBe(7);
    }
  });

  it('starts empty without a file and leaves the folder alone until there is something', async () => {
    const store = create();
    store.load();
    await store.persist([queue(1)]);
    expect(() => readFileSync(path())).toThrow();
  });

  it('makes no path of what a name holds', async () => {
    mkdirSync(join(folder, 'inside'));
    const store = new LocalFileOffsetStore(
      join(folder, 'inside'),
      '../../outside',
      '..',
      new NodeFileSystem(),
      new SilentLogger(),
    );
    store.update(queue(1), 7, true);
    await store.persist([queue(1)]);
    expect(
      readFileSync(join(folder, 'inside', '.._.._outside', '_..', 'offsets.json')),
    ).toBeDefined();
  });
});
