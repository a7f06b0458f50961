import { createSubscriptionGroupConfig, createTopicConfig } from '@rocket-nest/common';
import { RequestCode, ResponseCode } from '@rocket-nest/remoting';
import type { RemotingCommand } from '@rocket-nest/remoting';
import { ask, createFakeBroker } from '../testing/fake-broker';
import type { FakeBroker } from '../testing/fake-broker';
import { FakeConnection } from '../testing/fake-connection';
import { storedMessage } from '../testing/stored-messages';
import { createTemporaryFolder } from '../testing/temporary-folder';
import { ConsumerManageProcessor } from './consumer-manage-processor';

describe('ConsumerManageProcessor', () => {
  const folder = createTemporaryFolder();
  const connection = new FakeConnection();
  let broker: FakeBroker;
  let processor: ConsumerManageProcessor;

  afterAll(() => folder.remove());

  beforeEach(() => {
    broker = createFakeBroker(folder.path);
    processor = new ConsumerManageProcessor(broker);
    broker.topicConfigManager.createTopicIfAbsent(createTopicConfig('TopicTest'));
    broker.subscriptionGroupManager.updateSubscriptionGroupConfig(
      createSubscriptionGroupConfig('GID_test'),
    );
  });

  afterEach(() => broker.topicConfigManager.shutdown());

  const query = (fields: Readonly<Record<string, string>> = {}): Promise<RemotingCommand> =>
    ask(processor.queryConsumerOffset, connection, RequestCode.QUERY_CONSUMER_OFFSET, {
      consumerGroup: 'GID_test',
      topic: 'TopicTest',
      queueId: '0',
      ...fields,
    });

  const update = (fields: Readonly<Record<string, string>> = {}): Promise<RemotingCommand> =>
    ask(processor.updateConsumerOffset, connection, RequestCode.UPDATE_CONSUMER_OFFSET, {
      consumerGroup: 'GID_test',
      topic: 'TopicTest',
      queueId: '0',
      commitOffset: '2',
      ...fields,
    });

  it('answers what was committed', async () => {
    expect((await update()).code).toBe(ResponseCode.SUCCESS);
    const response = await query();
    expect(response.code).toBe(ResponseCode.SUCCESS);
    expect(response.extFields.get('offset')).toBe('2');
  });

  it('knows no offset of a queue that never held a message', async () => {
    expect((await query()).code).toBe(ResponseCode.QUERY_NOT_FOUND);
  });

  it('starts a new group at 0 while the queue’s first message is there and recent', async () => {
    broker.memoryStore.store(storedMessage('TopicTest', 'first'));
    const response = await query();
    expect(response.code).toBe(ResponseCode.SUCCESS);
    expect(response.extFields.get('offset')).toBe('0');
    expect((await query({ setZeroIfNotFound: 'false' })).code).toBe(ResponseCode.QUERY_NOT_FOUND);
    broker.memoryStore.everythingIsInDisk = true;
    expect((await query()).code).toBe(ResponseCode.QUERY_NOT_FOUND);
  });

  it('refuses commits of unknown groups and topics and of impossible offsets', async () => {
    expect((await update({ consumerGroup: 'GID_x' })).code).toBe(
      ResponseCode.SUBSCRIPTION_GROUP_NOT_EXIST,
    );
    expect((await update({ topic: 'T' })).code).toBe(ResponseCode.TOPIC_NOT_EXIST);
    expect((await update({ commitOffset: '-1' })).code).toBe(ResponseCode.INVALID_PARAMETER);
    expect((await query()).code).toBe(ResponseCode.QUERY_NOT_FOUND);
  });

  it('says that a group without members has none', async () => {
    const code = RequestCode.GET_CONSUMER_LIST_BY_GROUP;
    const fields = { consumerGroup: 'GID_test' };
    const response = await ask(processor.getConsumerListByGroup, connection, code, fields);
    expect(response.code).toBe(ResponseCode.SYSTEM_ERROR);
  });
});
