import { join } from 'node:path';
import { RequestCode, ResponseCode } from '@rocket-nest/remoting';
import type { RemotingCommand } from '@rocket-nest/remoting';
import { ask, createFakeBroker } from '../testing/fake-broker';
import type { FakeBroker } from '../testing/fake-broker';
import { FakeConnection } from '../testing/fake-connection';
import { storedMessage } from '../testing/stored-messages';
import { createTemporaryFolder } from '../testing/temporary-folder';
import { AdminTopicProcessor } from './admin-topic-processor';

const TOPIC_IN_JSON =
  '"attributes":{},"order":false,"perm":6,"readQueueNums":4,"topicFilterType":"SINGLE_TAG",' +
  '"topicName":"TopicTest","topicSysFlag":0,"writeQueueNums":4';

describe('AdminTopicProcessor', () => {
  const folder = createTemporaryFolder();
  const connection = new FakeConnection();
  let broker: FakeBroker;
  let count = 0;
  let processor: AdminTopicProcessor;

  afterAll(() => folder.remove());

  beforeEach(() => {
    broker = createFakeBroker(join(folder.path, String(count++)));
    processor = new AdminTopicProcessor(broker);
  });

  afterEach(() => broker.topicConfigManager.shutdown());

  /** Recorded from the original's admin tool. */
  const create = (fields: Readonly<Record<string, string>> = {}): Promise<RemotingCommand> =>
    ask(processor.updateAndCreateTopic, connection, RequestCode.UPDATE_AND_CREATE_TOPIC, {
      attributes: '',
      defaultTopic: 'TBW102',
      force: 'false',
      order: 'false',
      perm: '6',
      readQueueNums: '4',
      topic: 'TopicTest',
      topicFilterType: 'SINGLE_TAG',
      topicSysFlag: '0',
      writeQueueNums: '4',
      ...fields,
    });

  const get = (topic = 'TopicTest'): Promise<RemotingCommand> =>
    ask(processor.getTopicConfig, connection, RequestCode.GET_TOPIC_CONFIG, { topic, lo: 'true' });

  it('makes a topic and answers it as the original does', async () => {
    expect((await create()).code).toBe(ResponseCode.SUCCESS);
    expect((await get()).body?.toString()).toBe(`{${TOPIC_IN_JSON}}`);
    expect((await get('Nope')).code).toBe(ResponseCode.TOPIC_NOT_EXIST);
  });

  it('sets and removes attributes', async () => {
    await create({ attributes: '+message.type=FIFO' });
    expect((await get()).body?.toString()).toContain('"attributes":{"message.type":"FIFO"}');
    await create({ attributes: '-message.type' });
    expect((await get()).body?.toString()).toContain('"attributes":{}');
    expect((await create({ attributes: 'message.type' })).code).toBe(ResponseCode.SYSTEM_ERROR);
    expect((await create({ attributes: '+no.such=1' })).code).toBe(ResponseCode.SYSTEM_ERROR);
    expect((await create({ topicFilterType: 'NOPE' })).code).toBe(ResponseCode.SYSTEM_ERROR);
  });

  it.each([
    ['a path', { topic: '../x' }],
    ['a system topic', { topic: 'SCHEDULE_TOPIC_XXXX' }],
    ['too many queues', { writeQueueNums: '65536' }],
    ['negative queues', { readQueueNums: '-1' }],
    ['an impossible permission', { perm: '8' }],
  ])('refuses %s', async (_what, fields) => {
    expect((await create(fields)).code).toBe(ResponseCode.INVALID_PARAMETER);
    expect(broker.topicConfigManager.selectTopicConfig('TopicTest')).toBeUndefined();
  });

  it('makes a list of topics at once', async () => {
    const topic = (name: string): object => ({
      topicName: name,
      readQueueNums: 2,
      writeQueueNums: 2,
    });
    const body = JSON.stringify({ topicConfigList: [topic('L1'), topic('L2')] });
    const code = RequestCode.UPDATE_AND_CREATE_TOPIC_LIST;
    const response = await ask(processor.updateAndCreateTopicList, connection, code, {}, body);
    expect(response.code).toBe(ResponseCode.SUCCESS);
    expect(broker.topicConfigManager.selectTopicConfig('L2')?.readQueueNums).toBe(2);
  });

  it('lists all topics, or a page of them', async () => {
    await create();
    const code = RequestCode.GET_ALL_TOPIC_CONFIG;
    const all = await ask(processor.getAllTopicConfig, connection, code);
    const body = JSON.parse(all.body!.toString());
    expect(Object.keys(body)).toEqual([
      'dataVersion',
      'mappingDataVersion',
      'topicConfigTable',
      'topicQueueMappingDetailMap',
      'topicQueueMappingInfoMap',
    ]);
    expect(body.topicConfigTable.TopicTest).toEqual(JSON.parse(`{${TOPIC_IN_JSON}}`));
    const total = Number(all.extFields.get('totalTopicNum'));
    expect(Object.keys(body.topicConfigTable)).toHaveLength(total);

    const names = new Set<string>();
    const dataVersion = JSON.stringify(body.dataVersion);
    for (let topicSeq = 0; topicSeq < total; topicSeq += 5) {
      const fields = { topicSeq: String(topicSeq), maxTopicNum: '5', dataVersion };
      const page = await ask(processor.getAllTopicConfig, connection, code, fields);
      for (const name of Object.keys(JSON.parse(page.body!.toString()).topicConfigTable)) {
        expect(names.has(name)).toBe(false);
        names.add(name);
      }
    }
    expect(names.size).toBe(total);
  });

  it('deletes a topic with its messages, offsets and pop retry topics', async () => {
    await create();
    await create({ topic: '%RETRY%GID_test_TopicTest' });
    broker.memoryStore.store(storedMessage('TopicTest', 'a'));
    broker.consumerOffsetManager.commitOffset(undefined, 'GID_test', 'TopicTest', 0, 1);
    const code = RequestCode.DELETE_TOPIC_IN_BROKER;
    const fields = { topic: 'TopicTest' };
    const response = await ask(processor.deleteTopicInBroker, connection, code, fields);
    expect(response.code).toBe(ResponseCode.SUCCESS);
    expect((await get()).code).toBe(ResponseCode.TOPIC_NOT_EXIST);
    expect((await get('%RETRY%GID_test_TopicTest')).code).toBe(ResponseCode.TOPIC_NOT_EXIST);
    expect(broker.consumerOffsetManager.queryOffset('GID_test', 'TopicTest', 0)).toBeUndefined();
    expect(broker.memoryStore.bodiesOf('TopicTest')).toEqual([]);
    const system = { topic: 'TBW102' };
    const refused = await ask(processor.deleteTopicInBroker, connection, code, system);
    expect(refused.code).toBe(ResponseCode.INVALID_PARAMETER);
  });

  it('measures the queues of a topic', async () => {
    await create({ readQueueNums: '1', writeQueueNums: '2' });
    broker.memoryStore.store(storedMessage('TopicTest', 'a', {}, { queueId: 1 }));
    const code = RequestCode.GET_TOPIC_STATS_INFO;
    const response = await ask(processor.getTopicStatsInfo, connection, code, {
      topic: 'TopicTest',
    });
    const storedAt = broker.clock.wallNow();
    expect(response.body?.toString()).toBe(
      '{"offsetTable":{{"brokerName":"broker-a","queueId":0,"topic":"TopicTest"}:' +
        '{"lastUpdateTimestamp":0,"maxOffset":0,"minOffset":0},' +
        '{"brokerName":"broker-a","queueId":1,"topic":"TopicTest"}:' +
        `{"lastUpdateTimestamp":${storedAt},"maxOffset":1,"minOffset":0}},"topicPutTps":0}`,
    );
  });

  it('knows who consumed a topic', async () => {
    broker.consumerOffsetManager.commitOffset(undefined, 'GID_test', 'TopicTest', 0, 1);
    const code = RequestCode.QUERY_TOPIC_CONSUME_BY_WHO;
    const fields = { topic: 'TopicTest' };
    const response = await ask(processor.queryTopicConsumeByWho, connection, code, fields);
    expect(response.body?.toString()).toBe('{"groupList":["GID_test"]}');
  });
});
