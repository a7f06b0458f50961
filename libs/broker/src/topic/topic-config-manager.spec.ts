import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  NodeFileSystem,
  PermName,
  SilentLogger,
  createTopicConfig,
  topicConfigToJson,
} from '@rocket-nest/common';
import type { TopicConfig } from '@rocket-nest/common';
import { jsonChunks } from '../background/json-chunks';
import type { JsonValue } from '../background/json-chunks';
import { JsonTableFile } from '../background/json-table-file';
import { createBrokerConfig } from '../config/broker-config';
import { ManualClock } from '../testing/manual-clock';
import { createTemporaryFolder } from '../testing/temporary-folder';
import { TopicConfigManager } from './topic-config-manager';

const folder = createTemporaryFolder();
afterAll(() => folder.remove());

let fileCount = 0;

describe('TopicConfigManager', () => {
  let path: string;
  let told: TopicConfig[];
  let deleted: string[];

  beforeEach(() => {
    path = join(folder.path, `topics-${fileCount++}.json`);
    told = [];
    deleted = [];
  });

  function load(properties: Record<string, string> = {}): TopicConfigManager {
    const clock = new ManualClock();
    const { broker } = createBrokerConfig({ brokerName: 'broker-a', ...properties });
    const manager = new TopicConfigManager(broker, {
      clock,
      logger: new SilentLogger(),
      file: new JsonTableFile(new NodeFileSystem(), clock, path),
      onTopicsChanged: (topics) => told.push(...topics),
      onTopicDeleted: (topic) => deleted.push(topic),
    });
    manager.load();
    return manager;
  }

  const autoCreate = (manager: TopicConfigManager, topic: string, defaultTopic = 'TBW102') =>
    manager.createTopicInSendMessageMethod({
      topic,
      defaultTopic,
      clientDefaultTopicQueueNums: 4,
      topicSysFlag: 0,
      remoteAddress: '127.0.0.1:1',
    });

  it('has the topics of every broker', () => {
    const manager = load({ traceTopicEnable: 'true' });
    const shape = (name: string) => {
      const topic = manager.selectTopicConfig(name);
      return topic && [topic.perm, topic.readQueueNums, topic.writeQueueNums];
    };
    expect(shape('TBW102')).toEqual([7, 8, 8]);
    expect(shape('DefaultCluster')).toEqual([7, 16, 16]);
    expect(shape('broker-a')).toEqual([7, 1, 1]);
    expect(shape('SCHEDULE_TOPIC_XXXX')).toEqual([6, 18, 18]);
    expect(shape('BenchmarkTest')).toEqual([6, 1024, 1024]);
    expect(shape('SELF_TEST_TOPIC')).toEqual([6, 1, 1]);
    expect(shape('OFFSET_MOVED_EVENT')).toEqual([6, 1, 1]);
    expect(shape('RMQ_SYS_TRACE_TOPIC')).toEqual([6, 1, 1]);
    expect(shape('DefaultCluster_REPLY_TOPIC')).toEqual([6, 1, 1]);
    expect(shape('rmq_sys_REVIVE_LOG_DefaultCluster')).toEqual([6, 8, 8]);
    expect(shape('rmq_sys_SYNC_BROKER_MEMBER_broker-a')).toEqual([1, 1, 1]);
    expect(manager.isSystemTopic('broker-a')).toBe(true);
    expect(manager.isSystemTopic('T')).toBe(false);
  });

  it('makes the topic of a first message after TBW102, without inheriting further', () => {
    const manager = load();
    const topic = autoCreate(manager, 'T');
    expect(topic).toMatchObject({ perm: 6, readQueueNums: 4, writeQueueNums: 4, order: false });
    expect(told.map((config) => config.topicName)).toEqual(['T']);
    expect(autoCreate(manager, 'U', 'T')).toBeUndefined();
    expect(autoCreate(manager, 'U', 'NoSuchTopic')).toBeUndefined();
    expect(autoCreate(manager, 'T', 'NoSuchTopic')).toBe(topic);
  });

  it('makes no wider topic than its default topic', () => {
    const manager = load({ defaultTopicQueueNums: '2' });
    expect(autoCreate(manager, 'T')).toMatchObject({ readQueueNums: 2, writeQueueNums: 2 });
  });

  it('makes none when autoCreateTopicEnable is off, even if the file still holds TBW102', async () => {
    const before = load();
    autoCreate(before, 'T');
    await before.shutdown();
    const manager = load({ autoCreateTopicEnable: 'false' });
    expect(manager.selectTopicConfig('TBW102')).toBeDefined();
    expect(autoCreate(manager, 'U')).toBeUndefined();
    expect(manager.selectTopicConfig('T')).toBeDefined();
  });

  it('keeps topics and version over a restart, in the form of the original', async () => {
    const manager = load();
    await manager.updateTopicConfig(
      createTopicConfig('T', {
        readQueueNums: 3,
        writeQueueNums: 2,
        perm: PermName.PERM_READ,
        attributes: new Map([['+message.type', 'FIFO']]),
      }),
    );
    const text = readFileSync(path, 'utf8');
    expect(text).toContain(
      '\n\t\t"T":{\n\t\t\t"attributes":{\n\t\t\t\t"message.type":"FIFO"\n\t\t\t},\n\t\t\t"order":false,' +
        '\n\t\t\t"perm":4,\n\t\t\t"readQueueNums":3,\n\t\t\t"topicFilterType":"SINGLE_TAG",' +
        '\n\t\t\t"topicName":"T",\n\t\t\t"topicSysFlag":0,\n\t\t\t"writeQueueNums":2\n\t\t}',
    );
    const again = load();
    expect(again.selectTopicConfig('T')).toEqual(manager.selectTopicConfig('T'));
    expect(again.dataVersion.equals(manager.dataVersion)).toBe(true);
    expect(again.dataVersion.counter).toBe(1);
  });

  it('writes the same text from kept pieces as anew, before and after changes', () => {
    const manager = load();
    const anew = (): string => {
      const topics = [...manager.topicConfigTable].map(
        ([name, config]) => [name, topicConfigToJson(config)] as const,
      );
      const { counter, stateVersion, timestamp } = manager.dataVersion;
      const root = {
        dataVersion: { counter, stateVersion, timestamp },
        topicConfigTable: Object.fromEntries(topics),
      } as JsonValue;
      return [...jsonChunks(root, true)].join('');
    };
    const text = (): string => [...manager.jsonChunks(true)].join('');
    expect(text()).toBe(anew());
    autoCreate(manager, 'T');
    manager.updateOrderTopicConfig(new Map([['BenchmarkTest', '']]));
    manager.deleteTopicConfig('SELF_TEST_TOPIC');
    expect(text()).toBe(anew());
  });

  it('changes attributes by + and -, and refuses what cannot be', async () => {
    const manager = load();
    const update = (...changes: [string, string][]) =>
      manager.updateTopicConfig(createTopicConfig('T', { attributes: new Map(changes) }));
    await update(['+message.type', 'FIFO'], ['+queue.type', 'SimpleCQ']);
    await update(['-message.type', '']);
    const expected = new Map([['queue.type', 'SimpleCQ']]);
    expect(manager.selectTopicConfig('T')?.attributes).toEqual(expected);
    await expect(update(['+queue.type', 'BatchCQ'])).rejects.toMatchObject({
      code: 'CONFIG_INVALID',
    });
    await expect(update(['+message.type', 'Nonsense'])).rejects.toThrow('Nonsense');
    await expect(update(['+nonsense', '1'])).rejects.toThrow('nonsense');
    await expect(update(['message.type', 'FIFO'])).rejects.toThrow('+message.type');
    expect(manager.selectTopicConfig('T')?.attributes).toEqual(expected);
  });

  it('changes all or none of a list', async () => {
    const manager = load();
    const bad = createTopicConfig('U', { attributes: new Map([['+nonsense', '1']]) });
    await expect(manager.updateTopicConfigs([createTopicConfig('T'), bad])).rejects.toThrow();
    expect(manager.selectTopicConfig('T')).toBeUndefined();
  });

  it('makes retry topics once and follows the group to orderly consumption', () => {
    const manager = load();
    const make = (isOrder: boolean) =>
      manager.createTopicInSendMessageBackMethod('%RETRY%g', 1, 6, isOrder);
    expect(make(false)).toMatchObject({ readQueueNums: 1, perm: 6, order: false });
    const { counter } = manager.dataVersion;
    make(false);
    expect(manager.dataVersion.counter).toBe(counter);
    expect(make(true)).toMatchObject({ order: true });
    expect(manager.dataVersion.counter).toBe(counter + 1);
  });

  it('announces a topic again under a new version, else name servers take it for no news', async () => {
    const manager = load();
    await manager.updateTopicConfig(createTopicConfig('Static'));
    const before = manager.dataVersion;
    told.length = 0;
    manager.announceAgain('Static');
    manager.announceAgain('unknown');
    expect(told.map(({ topicName }) => topicName)).toEqual(['Static']);
    expect(manager.dataVersion.counter).toBe(before.counter + 1);
  });

  it('deletes a topic once', async () => {
    const manager = load();
    autoCreate(manager, 'T');
    expect(manager.deleteTopicConfig('T')).toBe(true);
    expect(manager.deleteTopicConfig('T')).toBe(false);
    expect(deleted).toEqual(['T']);
    await manager.shutdown();
    expect(load().selectTopicConfig('T')).toBeUndefined();
  });

  it('marks topics that the name server calls ordered', () => {
    const manager = load();
    autoCreate(manager, 'T');
    manager.updateOrderTopicConfig(new Map([['T', 'broker-a:4']]));
    expect(manager.selectTopicConfig('T')?.order).toBe(true);
  });
});
