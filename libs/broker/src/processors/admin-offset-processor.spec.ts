import { createTopicConfig } from '@rocket-nest/common';
import { RequestCode } from '@rocket-nest/remoting';
import { ask, createFakeBroker } from '../testing/fake-broker';
import type { FakeBroker } from '../testing/fake-broker';
import { FakeConnection } from '../testing/fake-connection';
import { storedMessage } from '../testing/stored-messages';
import { createTemporaryFolder } from '../testing/temporary-folder';
import { AdminOffsetProcessor } from './admin-offset-processor';

describe('AdminOffsetProcessor', () => {
  const folder = createTemporaryFolder();
  const connection = new FakeConnection();
  let broker: FakeBroker;
  let processor: AdminOffsetProcessor;

  afterAll(() => folder.remove());

  beforeEach(() => {
    broker = createFakeBroker(folder.path);
    processor = new AdminOffsetProcessor(broker);
    const config = createTopicConfig('TopicTest', { readQueueNums: 2, writeQueueNums: 2 });
    broker.topicConfigManager.createTopicIfAbsent(config);
    broker.memoryStore.store(storedMessage('TopicTest', 'a'));
    broker.memoryStore.store(storedMessage('TopicTest', 'b'));
  });

  afterEach(() => broker.topicConfigManager.shutdown());

  it('answers the ends of a queue', async () => {
    const fields = { topic: 'TopicTest', queueId: '0', committed: 'true' };
    const max = await ask(processor.getMaxOffset, connection, RequestCode.GET_MAX_OFFSET, fields);
    const min = await ask(processor.getMinOffset, connection, RequestCode.GET_MIN_OFFSET, fields);
    expect([max.extFields.get('offset'), min.extFields.get('offset')]).toEqual(['2', '0']);
  });

  it('answers how far a group is, also in the topics it names', async () => {
    broker.consumerOffsetManager.commitOffset(undefined, 'GID_test', 'TopicTest', 0, 1);
    broker.consumerOffsetManager.commitPullOffset('GID_test', 'TopicTest', 0, 2);
    const expected =
      '{"consumeTps":0,"offsetTable":{{"brokerName":"broker-a","queueId":0,"topic":"TopicTest"}:' +
      `{"brokerOffset":2,"consumerOffset":1,"lastTimestamp":${broker.clock.wallNow()},"pullOffset":2},` +
      '{"brokerName":"broker-a","queueId":1,"topic":"TopicTest"}:' +
      '{"brokerOffset":0,"consumerOffset":0,"lastTimestamp":0,"pullOffset":0}}}';
    const code = RequestCode.GET_CONSUME_STATS;
    const filters: Record<string, string>[] = [
      {},
      { topic: 'TopicTest' },
      { topicList: 'TopicTest;Unknown' },
    ];
    for (const topics of filters) {
      const fields = { consumerGroup: 'GID_test', ...topics };
      const response = await ask(processor.getConsumeStats, connection, code, fields);
      expect(response.body?.toString()).toBe(expected);
    }
  });

  it('answers all offsets of groups and of delay levels', async () => {
    broker.consumerOffsetManager.commitOffset(undefined, 'GID_test', 'TopicTest', 0, 1);
    const code = RequestCode.GET_ALL_CONSUMER_OFFSET;
    const offsets = await ask(processor.getAllConsumerOffset, connection, code);
    expect(JSON.parse(offsets.body!.toString())).toMatchObject({
      groupTopicMap: { GID_test: ['TopicTest'] },
      offsetTable: { 'TopicTest@GID_test': { 0: 1 } },
      pullOffsetTable: {},
    });
    const delayCode = RequestCode.GET_ALL_DELAY_OFFSET;
    const delays = await ask(processor.getAllDelayOffset, connection, delayCode);
    expect(JSON.parse(delays.body!.toString()).offsetTable).toEqual({});
  });
});
