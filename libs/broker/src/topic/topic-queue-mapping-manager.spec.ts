import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { RequestCode, ResponseCode } from '@rocket-nest/remoting';
import type { RemotingCommand } from '@rocket-nest/remoting';
import { AdminTopicProcessor } from '../processors/admin-topic-processor';
import { ask, createFakeBroker } from '../testing/fake-broker';
import type { FakeBroker } from '../testing/fake-broker';
import { FakeConnection } from '../testing/fake-connection';
import { createTemporaryFolder } from '../testing/temporary-folder';

/** Recorded from the original's admin tool. */
const DETAIL =
  '{"bname":"broker-a","currIdMap":{},"dirty":false,"epoch":1795259772894,"hostedQueues":' +
  '{0:[{"bname":"broker-a","endOffset":-1,"gen":0,"logicOffset":0,"queueId":0,"startOffset":0,' +
  '"timeOfEnd":-1,"timeOfStart":-1}],1:[{"bname":"broker-a","endOffset":-1,"gen":0,' +
  '"logicOffset":0,"queueId":1,"startOffset":0,"timeOfEnd":-1,"timeOfStart":-1}]},' +
  '"scope":"__global__","topic":"TopicStatic","totalQueues":2}';

/** The file the original wrote of it, from the topic on. */
const IN_FILE =
  '\n\t"topicQueueMappingInfoMap":{\n\t\t"TopicStatic":{\n\t\t\t"bname":"broker-a",' +
  '\n\t\t\t"currIdMap":{},\n\t\t\t"dirty":false,\n\t\t\t"epoch":1795259772894,' +
  '\n\t\t\t"hostedQueues":{\n\t\t\t\t0:[\n\t\t\t\t\t{\n\t\t\t\t\t\t"bname":"broker-a",' +
  '\n\t\t\t\t\t\t"endOffset":-1,\n\t\t\t\t\t\t"gen":0,\n\t\t\t\t\t\t"logicOffset":0,' +
  '\n\t\t\t\t\t\t"queueId":0,\n\t\t\t\t\t\t"startOffset":0,\n\t\t\t\t\t\t"timeOfEnd":-1,' +
  '\n\t\t\t\t\t\t"timeOfStart":-1\n\t\t\t\t\t}\n\t\t\t\t],';

describe('TopicQueueMappingManager', () => {
  const folder = createTemporaryFolder();
  const connection = new FakeConnection();
  let count = 0;
  let broker: FakeBroker;
  let processor: AdminTopicProcessor;

  afterAll(() => folder.remove());

  beforeEach(() => {
    broker = createFakeBroker(join(folder.path, String(count++)));
    processor = new AdminTopicProcessor(broker);
  });

  afterEach(async () => {
    await broker.topicConfigManager.shutdown();
    await broker.topicQueueMappingManager.shutdown();
  });

  const create = (body: string, force = 'false'): Promise<RemotingCommand> => {
    const fields = {
      defaultTopic: 'TBW102',
      force,
      order: 'false',
      perm: '6',
      readQueueNums: '2',
      topic: 'TopicStatic',
      topicFilterType: 'SINGLE_TAG',
      topicSysFlag: '0',
      writeQueueNums: '2',
    };
    const code = RequestCode.UPDATE_AND_CREATE_STATIC_TOPIC;
    return ask(processor.updateAndCreateStaticTopic, connection, code, fields, body);
  };

  const get = async (lo: string): Promise<Record<string, unknown>> => {
    const fields = { topic: 'TopicStatic', lo };
    const code = RequestCode.GET_TOPIC_CONFIG;
    const response = await ask(processor.getTopicConfig, connection, code, fields);
    return JSON.parse(response.body!.toString());
  };

  it('keeps a static topic’s mapping, in the original’s file and after a restart', async () => {
    expect((await create(DETAIL, 'true')).code).toBe(ResponseCode.SUCCESS);
    expect(await get('true')).toMatchObject({
      topicName: 'TopicStatic',
      mappingDetail: { totalQueues: 2, hostedQueues: { 1: [{ queueId: 1 }] } },
    });
    expect(await get('false')).not.toHaveProperty('mappingDetail');
    const root = broker.config.store.storePathRootDir;
    const text = readFileSync(join(root, 'config', 'topicQueueMapping.json'), 'utf8');
    expect(text).toContain(IN_FILE);

    const again = createFakeBroker(root).topicQueueMappingManager;
    again.load();
    const known = broker.topicQueueMappingManager.getTopicQueueMapping('TopicStatic');
    expect(again.getTopicQueueMapping('TopicStatic')).toEqual(known);
  });

  it.each([
    ['of another topic', DETAIL.replace('TopicStatic', 'Other')],
    [
      'of another broker',
      DETAIL.replace('"bname":"broker-a","currIdMap"', '"bname":"b","currIdMap"'),
    ],
    ['with a queue beyond its number', DETAIL.replace('"totalQueues":2', '"totalQueues":1')],
    ['with a moved queue', DETAIL.replace('"logicOffset":0', '"logicOffset":100')],
  ])('refuses a mapping %s', async (_what, body) => {
    expect((await create(body, 'true')).code).toBe(ResponseCode.SYSTEM_ERROR);
    expect(broker.topicConfigManager.selectTopicConfig('TopicStatic')).toBeUndefined();
  });

  it('replaces a mapping by a newer one only, unless forced', async () => {
    await create(DETAIL);
    expect((await create(DETAIL)).code).toBe(ResponseCode.SYSTEM_ERROR);
    expect((await create(DETAIL, 'true')).code).toBe(ResponseCode.SUCCESS);
    const newer = DETAIL.replace('1795259772894', '1795259772895');
    expect((await create(newer)).code).toBe(ResponseCode.SUCCESS);
  });

  it('forgets a deleted topic', async () => {
    await create(DETAIL);
    const code = RequestCode.DELETE_TOPIC_IN_BROKER;
    await ask(processor.deleteTopicInBroker, connection, code, { topic: 'TopicStatic' });
    expect(broker.topicQueueMappingManager.getTopicQueueMapping('TopicStatic')).toBeUndefined();
  });
});
