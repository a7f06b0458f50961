import { RequestCode, ResponseCode } from '@rocket-nest/remoting';
import type { SubscriptionData } from '@rocket-nest/remoting';
import { ask, createFakeBroker } from '../testing/fake-broker';
import { FakeConnection } from '../testing/fake-connection';
import { createTemporaryFolder } from '../testing/temporary-folder';
import { AdminConnectionProcessor } from './admin-connection-processor';

const SUBSCRIPTION: SubscriptionData = {
  classFilterMode: false,
  codeSet: [],
  expressionType: 'TAG',
  subString: '*',
  subVersion: 1795259749286,
  tagsSet: [],
  topic: 'TopicTest',
};

describe('AdminConnectionProcessor', () => {
  const folder = createTemporaryFolder();
  const broker = createFakeBroker(folder.path);
  const processor = new AdminConnectionProcessor(broker);
  const connection = new FakeConnection();

  afterAll(() => folder.remove());

  beforeAll(() => {
    const channel = { connection, clientId: 'c@1', language: 0, version: 513, lastUpdateMs: 0 };
    broker.producerManager.registerProducer('PID_test', channel);
    broker.consumerManager.registerConsumer({
      group: 'GID_test',
      channel,
      profile: {
        consumeType: 'CONSUME_PASSIVELY',
        messageModel: 'CLUSTERING',
        consumeFromWhere: 'CONSUME_FROM_FIRST_OFFSET',
      },
      subscriptions: [SUBSCRIPTION],
    });
  });

  const connections = (): string =>
    `"connectionSet":[{"clientAddr":"${connection.remoteAddress}","clientId":"c@1",` +
    '"language":"JAVA","version":513}]';

  it('lists the members of a consumer group with what they subscribe to', async () => {
    const code = RequestCode.GET_CONSUMER_CONNECTION_LIST;
    const list = processor.getConsumerConnectionList;
    const response = await ask(list, connection, code, { consumerGroup: 'GID_test' });
    expect(response.body?.toString()).toBe(
      `{${connections()},"consumeFromWhere":"CONSUME_FROM_FIRST_OFFSET",` +
        '"consumeType":"CONSUME_PASSIVELY","messageModel":"CLUSTERING",' +
        `"subscriptionTable":{"TopicTest":${JSON.stringify(SUBSCRIPTION)}}}`,
    );
    const unknown = await ask(list, connection, code, { consumerGroup: 'GID_x' });
    expect(unknown.code).toBe(ResponseCode.CONSUMER_NOT_ONLINE);
  });

  it('lists the members of a producer group', async () => {
    const code = RequestCode.GET_PRODUCER_CONNECTION_LIST;
    const list = processor.getProducerConnectionList;
    const response = await ask(list, connection, code, { producerGroup: 'PID_test' });
    expect(response.body?.toString()).toBe(`{${connections()}}`);
    const unknown = await ask(list, connection, code, { producerGroup: 'PID_x' });
    expect(unknown.code).toBe(ResponseCode.SYSTEM_ERROR);
  });

  it('answers a group’s topics and its subscription to one', async () => {
    broker.consumerOffsetManager.commitOffset(undefined, 'GID_test', 'TopicTest', 0, 1);
    const topics = await ask(
      processor.queryTopicsByConsumer,
      connection,
      RequestCode.QUERY_TOPICS_BY_CONSUMER,
      { group: 'GID_test' },
    );
    expect(topics.body?.toString()).toBe(
      '{"brokerAddr":"127.0.0.1:10911","topicList":["TopicTest"]}',
    );
    const subscription = await ask(
      processor.querySubscriptionByConsumer,
      connection,
      RequestCode.QUERY_SUBSCRIPTION_BY_CONSUMER,
      { group: 'GID_test', topic: 'TopicTest' },
    );
    expect(subscription.body?.toString()).toBe(
      `{"group":"GID_test","subscriptionData":${JSON.stringify(SUBSCRIPTION)},"topic":"TopicTest"}`,
    );
  });
});
