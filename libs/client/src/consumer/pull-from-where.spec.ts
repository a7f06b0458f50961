import { SilentLogger } from '@rocket-nest/common';
import { RequestCode, ResponseCode } from '@rocket-nest/remoting';
import { HastyClock } from '../testing/hasty-clock';
import { StubCluster } from '../testing/stub-cluster';
import { StubQueue } from '../testing/stub-queue';
import { refusal, success } from '../testing/stub-server';
import { waitFor } from '../testing/wait-for';
import { DefaultMQPushConsumer } from './default-mq-push-consumer';

describe('a group without stored offsets, told to begin at the last', () => {
  let cluster: StubCluster;
  let queue: StubQueue;
  let consumer: DefaultMQPushConsumer;
  const bodies: string[] = [];

  beforeEach(async () => {
    bodies.length = 0;
    cluster = await new StubCluster().start(1);
    const [broker] = cluster.brokers;
    queue = new StubQueue(broker);
    const tell = (offset: () => number) => (request: Parameters<typeof success>[0]) =>
      success(request, { offset: String(offset()) });
    broker.on(
      RequestCode.GET_MAX_OFFSET,
      tell(() => queue.maxOffset),
    );
    broker.on(RequestCode.SEARCH_OFFSET_BY_TIMESTAMP, (request) => {
      // All that is in the queue is younger than the consumer.
      return tell(() => (Number(request.extField('timestamp')) > 0 ? 0 : 1))(request);
    });
    broker.on(RequestCode.QUERY_CONSUMER_OFFSET, (request) => {
      queue.add('sent just now');
      return refusal(request, ResponseCode.QUERY_NOT_FOUND);
    });
    consumer = new DefaultMQPushConsumer(
      { consumerGroup: 'GID', namesrvAddr: cluster.namesrvAddr, rebalanceIntervalMs: 50 },
      { logger: new SilentLogger(), clock: new HastyClock(10) },
    );
    consumer.subscribe('T');
    consumer.registerMessageListener({
      consumeConcurrently: (messages) => {
        bodies.push(...messages.map((message) => message.body.toString()));
        return 'CONSUME_SUCCESS';
      },
    });
  });
  afterEach(async () => {
    await consumer.shutdown(100);
    await cluster.stop();
  });

  it('missed what was sent to a new topic while it asked where to begin', async () => {
    cluster.topics.delete('T');
    await consumer.start();
    cluster.topics.set('T', 1);
    await waitFor('the message', () => bodies.length > 0);
    expect(bodies).toEqual(['sent just now']);
  });

  it('skips what is in a topic that was there before', async () => {
    cluster.topics.set('T', 1);
    await consumer.start();
    await waitFor('the queue', () => consumer.queueStatuses().length === 1);
    queue.add('next');
    await waitFor('the message', () => bodies.length > 0);
    expect(bodies).toEqual(['next']);
  });
});
