import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { NodeFileSystem, SilentLogger } from '@rocket-nest/common';
import { JsonTableFile } from '../background/json-table-file';
import { ManualClock } from '../testing/manual-clock';
import { createTemporaryFolder } from '../testing/temporary-folder';
import { ConsumerOffsetManager } from './consumer-offset-manager';

/** As the original broker wrote it. */
const ORIGINAL_FILE =
  '{\n\t"dataVersion":{\n\t\t"counter":0,\n\t\t"stateVersion":0,\n\t\t"timestamp":1795261027188\n\t},' +
  '\n\t"groupTopicMap":{\n\t\t"GID_test":[\n\t\t\t"TopicTest",\n\t\t\t"%RETRY%GID_test"\n\t\t]\n\t},' +
  '\n\t"offsetTable":{\n\t\t"%RETRY%GID_test@GID_test":{\n\t\t\t0:2\n\t\t},' +
  '\n\t\t"TopicTest@GID_test":{\n\t\t\t0:5,\n\t\t\t1:7\n\t\t}\n\t},' +
  '\n\t"pullOffsetTable":{\n\t\t"TopicTest@GID_test":{\n\t\t\t0:6\n\t\t}\n\t}\n}';

const NO_LIMIT = (): number => Number.MAX_SAFE_INTEGER;

describe('ConsumerOffsetManager', () => {
  const folder = createTemporaryFolder();
  const path = join(folder.path, 'config', 'consumerOffset.json');
  const members = new Set<number>();
  let clock: ManualClock;
  let manager: ConsumerOffsetManager;

  afterAll(() => folder.remove());

  function create(): ConsumerOffsetManager {
    const file = new JsonTableFile(new NodeFileSystem(), clock, path);
    const isMember = (_group: string, id: number): boolean => members.has(id);
    return new ConsumerOffsetManager({ clock, logger: new SilentLogger(), file, isMember }, 3);
  }

  beforeEach(() => {
    clock = new ManualClock();
    members.clear();
    manager = create();
  });

  const commit = (offset: number, id?: number): string =>
    manager.commitOffset(id === undefined ? undefined : { id }, 'G', 'T', 0, offset);

  it('reads and writes the original’s file', async () => {
    new NodeFileSystem().mkdir(join(folder.path, 'config'));
    writeFileSync(path, ORIGINAL_FILE);
    manager.load(NO_LIMIT);
    expect(manager.queryOffset('GID_test', 'TopicTest', 1)).toBe(7);
    expect(manager.queryOffset('GID_test', '%RETRY%GID_test', 0)).toBe(2);
    expect(manager.queryPullOffset('GID_test', 'TopicTest', 0)).toBe(6);
    expect(manager.whichTopicByConsumer('GID_test').sort()).toEqual([
      '%RETRY%GID_test',
      'TopicTest',
    ]);
    manager.commitOffset(undefined, 'GID_test', 'TopicTest', 0, 5);
    manager.commitOffset(undefined, 'GID_test', 'TopicTest', 1, 8);
    await manager.persist();
    const written = JSON.parse(readFileSync(path, 'utf8').replace(/(\d+):/g, '"$1":'));
    written.groupTopicMap.GID_test.reverse();
    expect(written).toEqual(
      JSON.parse(ORIGINAL_FILE.replace(/(\d+):/g, '"$1":').replace('"1":7', '"1":8')),
    );
    expect(readFileSync(path, 'utf8')).toContain('\n\t\t"TopicTest@GID_test":{\n\t\t\t0:5,\n');
  });

  it('falls back on the generation before when the file is broken', async () => {
    manager.commitOffset(undefined, 'G', 'T', 0, 1);
    await manager.persist();
    manager.commitOffset(undefined, 'G', 'T', 0, 2);
    await manager.persist();
    writeFileSync(path, '{"offsetTable":{"T@G":{0:');
    const again = create();
    again.load(NO_LIMIT);
    expect(again.queryOffset('G', 'T', 0)).toBe(1);
  });

  it('brings offsets beyond a queue down to its end at load, and only those (I3)', async () => {
    manager.commitOffset(undefined, 'G', 'T', 0, 10);
    manager.commitOffset(undefined, 'G', 'T', 1, 3);
    await manager.persist();
    const again = create();
    again.load(() => 5);
    expect(again.queryOffset('G', 'T', 0)).toBe(5);
    expect(again.queryOffset('G', 'T', 1)).toBe(3);
  });

  it('does not let a member that lost the queue set it back (I9)', () => {
    members.add(1).add(2);
    commit(10, 1);
    commit(20, 2);
    expect(commit(11, 1)).toBe('STALE');
    expect(manager.queryOffset('G', 'T', 0)).toBe(20);
    expect(manager.staleCommits).toBe(1);
    expect(commit(21, 1)).toBe('COMMITTED');
  });

  it('lets the queue’s consumer, an admin tool and the broker set it back', () => {
    members.add(1);
    commit(10, 1);
    expect(commit(9, 1)).toBe('COMMITTED');
    expect(commit(8, 77)).toBe('COMMITTED');
    expect(commit(7)).toBe('COMMITTED');
    expect(manager.queryOffset('G', 'T', 0)).toBe(7);
  });

  it('lets a member set it back when the last consumer of the queue is gone', () => {
    members.add(1).add(2);
    commit(20, 2);
    members.delete(2);
    expect(commit(5, 1)).toBe('COMMITTED');
  });

  it('keeps commits away while a reset waits for its consumer', () => {
    members.add(1);
    commit(10, 1);
    manager.assignResetOffset('T', 'G', 0, 4);
    expect(commit(11, 1)).toBe('RESET_PENDING');
    expect(manager.queryOffset('G', 'T', 0)).toBe(4);
    expect(manager.queryThenEraseResetOffset('T', 'G', 0)).toBe(4);
    expect(manager.queryThenEraseResetOffset('T', 'G', 0)).toBeUndefined();
    expect(commit(5, 1)).toBe('COMMITTED');
  });

  it('refuses negative queues and offsets', () => {
    expect(manager.commitOffset(undefined, 'G', 'T', -1, 0)).toBe('ILLEGAL');
    expect(manager.commitOffset(undefined, 'G', 'T', 0, -1)).toBe('ILLEGAL');
    expect(manager.queryOffset('G', 'T', 0)).toBeUndefined();
  });

  it('changes its version every few commits, not with each', () => {
    const before = manager.dataVersion;
    commit(1);
    commit(2);
    expect(manager.dataVersion).toBe(before);
    commit(3);
    expect(manager.dataVersion.counter).toBe(before.counter + 1);
  });

  it('forgets a deleted topic, a deleted group, and copies for a clone', () => {
    manager.commitOffset(undefined, 'G', 'T', 0, 1);
    manager.commitOffset(undefined, 'G', 'U', 0, 2);
    manager.cloneOffset('G', 'H', 'T');
    expect(manager.whichGroupByTopic('T').sort()).toEqual(['G', 'H']);
    manager.removeTopic('T');
    expect(manager.whichGroupByTopic('T')).toEqual([]);
    expect(manager.queryOffset('G', 'U', 0)).toBe(2);
    manager.removeGroup('G');
    expect(manager.queryOffset('G', 'U', 0)).toBeUndefined();
  });

  it('writes at the interval only when something changed, and at shutdown', async () => {
    manager.start(5000);
    commit(1);
    await manager.shutdown();
    const written = readFileSync(path, 'utf8');
    expect(written).toContain('"T@G":{\n\t\t\t0:1\n');
    writeFileSync(path, 'untouched');
    await manager.persist();
    expect(readFileSync(path, 'utf8')).toBe('untouched');
  });

  it('quotes queue ids in the answer to other brokers', () => {
    commit(3);
    const text = [...manager.jsonChunks(false)].join('');
    expect(JSON.parse(text).offsetTable).toEqual({ 'T@G': { '0': 3 } });
  });
});
