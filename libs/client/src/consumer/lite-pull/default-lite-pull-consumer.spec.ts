import { SilentLogger, type MessageQueue } from '@rocket-nest/common';
import {
  decodeBody,
  encodeBody,
  encodeHeader,
  GetConsumerListByGroupResponseBody,
  HeartbeatData,
  NotifyConsumerIdsChangedRequestHeader,
  RemotingCommand,
  RequestCode,
  ResetOffsetBody,
  ResetOffsetRequestHeader,
} from '@rocket-nest/remoting';
import { HastyClock } from '../../testing/hasty-clock';
import { StubCluster } from '../../testing/stub-cluster';
import { StubQueue } from '../../testing/stub-queue';
import { success, type StubServer } from '../../testing/stub-server';
import { waitFor } from '../../testing/wait-for';
import { DefaultLitePullConsumer } from './default-lite-pull-consumer';
import type { LitePullConsumerOptions } from './lite-pull-consumer-options';

const { UPDATE_CONSUMER_OFFSET, LITE_PULL_MESSAGE, HEART_BEAT } = RequestCode;
const GROUP = 'GID';
const QUEUE: MessageQueue = { topic: 'T', brokerName: 'broker-0', queueId: 0 };

describe('DefaultLitePullConsumer', () => {
  let cluster: StubCluster;
  let broker: StubServer;
  let queue: StubQueue;
  const started: DefaultLitePullConsumer[] = [];

  function create(
    options: Partial<LitePullConsumerOptions> = {},
    hurry = 1,
  ): DefaultLitePullConsumer {
    const consumer = new DefaultLitePullConsumer(
      { consumerGroup: GROUP, namesrvAddr: cluster.namesrvAddr, ...options },
      { logger: new SilentLogger(), clock: new HastyClock(hurry) },
    );
    started.push(consumer);
    return consumer;
  }

  async function start(
    options: Partial<LitePullConsumerOptions> = {},
    hurry = 1,
  ): Promise<DefaultLitePullConsumer> {
    const consumer = create(options, hurry);
    await consumer.subscribe('T');
    await consumer.start();
    return consumer;
  }

  const poll = async (consumer: DefaultLitePullConsumer, timeoutMs = 5000) =>
    (await consumer.poll(timeoutMs)).map((message) => message.body.toString());
  const stored = () =>
    broker.received(UPDATE_CONSUMER_OFFSET).map((request) => request.extField('commitOffset'));

  beforeEach(async () => {
    cluster = await new StubCluster().start(1);
    cluster.topics.set('T', 1);
    [broker] = cluster.brokers;
    queue = new StubQueue(broker);
  });

  afterEach(async () => {
    await Promise.all(started.splice(0).map((consumer) => consumer.shutdown()));
    await cluster.stop();
  });

  it('asks as a lite pull consumer, with its filter', async () => {
    queue.add('a');
    const consumer = create();
    await consumer.subscribe('T', 'TagA || TagB');
    await consumer.start();
    await waitFor('a pull', () => broker.received(LITE_PULL_MESSAGE).length > 0);
    const [pull] = broker.received(LITE_PULL_MESSAGE);
    expect(Object.fromEntries(pull.extFields)).toMatchObject({
      sysFlag: '22',
      subscription: 'TagA || TagB',
      expressionType: 'TAG',
      commitOffset: '0',
      maxMsgNums: '10',
    });
    const [heartbeat] = broker.received(HEART_BEAT);
    expect(decodeBody(HeartbeatData, heartbeat.body).consumerDataSet).toMatchObject([
      { groupName: GROUP, consumeType: 'CONSUME_ACTIVELY' },
    ]);
  });

  it('stores what is consumed, and only that', async () => {
    queue.add('a', 'b');
    const consumer = await start({ autoCommitIntervalMs: 1000 }, 1);
    expect(await poll(consumer)).toEqual(['a', 'b']);
    expect(stored()).toEqual([]);
    await consumer.shutdown();
    expect(stored()).toEqual([]); // nobody said that they are done
  });

  it('stores at shutdown what an earlier poll returned', async () => {
    queue.add('a');
    const consumer = await start();
    expect(await poll(consumer)).toEqual(['a']);
    expect(await poll(consumer, 1)).toEqual([]);
    await consumer.shutdown();
    expect(stored()).toEqual(['1']);
  });

  it('stores nothing by itself when told so', async () => {
    queue.add('a');
    const consumer = await start({ autoCommit: false });
    await poll(consumer);
    await poll(consumer, 1);
    await consumer.shutdown();
    expect(stored()).toEqual([]);
  });

  it('stores now and then while polling goes on', async () => {
    queue.add('a');
    const consumer = await start({ autoCommitIntervalMs: 1000 });
    await poll(consumer);
    await waitFor('the store', () => {
      void consumer.poll(1);
      return stored().length > 0;
    });
    expect(stored()[0]).toBe('1');
  });

  it('holds no more than pullThresholdForAll, and goes on', async () => {
    const consumer = await start({ pullThresholdForAll: 40 });
    for (let index = 0; index < 30; index++) queue.add(...Array.from({ length: 10 }, () => 'x'));
    let got = 0;
    await waitFor('a stop', () => broker.received(LITE_PULL_MESSAGE).length >= 2);
    const pulls = broker.received(LITE_PULL_MESSAGE).length;
    expect(pulls).toBeLessThan(10);
    while (got < 300) got += (await consumer.poll(5000)).length;
    expect(got).toBe(300);
  });

  it('gives paused messages after resume, in order', async () => {
    const consumer = await start({ pullBatchSize: 1 });
    consumer.pause([QUEUE]);
    queue.add('a', 'b');
    expect(await poll(consumer, 50)).toEqual([]);
    const waiting = poll(consumer);
    consumer.resume([QUEUE]);
    expect(await waiting).toEqual(['a', 'b']);
  });

  it('goes on where an offset exists', async () => {
    queue.minOffset = 100;
    queue.add('first kept');
    broker.on(RequestCode.QUERY_CONSUMER_OFFSET, (request) => success(request, { offset: '5' }));
    const consumer = await start();
    expect(await poll(consumer)).toEqual(['first kept']);
  });

  it('drops what was pulled when it seeks', async () => {
    queue.add('a', 'b', 'c');
    broker
      .on(RequestCode.GET_MIN_OFFSET, (request) => success(request, { offset: '0' }))
      .on(RequestCode.GET_MAX_OFFSET, (request) => success(request, { offset: '3' }));
    const consumer = await start();
    expect(await poll(consumer)).toEqual(['a', 'b', 'c']);
    await consumer.seek(QUEUE, 1);
    expect(await poll(consumer)).toEqual(['b', 'c']);
    await consumer.commit();
    await poll(consumer, 1);
    await consumer.seekToBegin(QUEUE);
    await consumer.commit();
    expect(stored()).toEqual(['3', '0']); // the place it was sent to, not what the polls returned
    expect(await poll(consumer)).toEqual(['a', 'b', 'c']);
    await consumer.commit();
    expect(stored()).toEqual(['3', '0', '3']);
  });

  it('goes on elsewhere when an administrator says so', async () => {
    queue.add('a', 'b');
    const consumer = await start();
    expect(await poll(consumer)).toEqual(['a', 'b']);
    const request = new RemotingCommand(RequestCode.RESET_CONSUMER_CLIENT_OFFSET);
    request.extFields = encodeHeader(ResetOffsetRequestHeader, {
      topic: 'T',
      group: GROUP,
      timestamp: 0,
      isForce: true,
    });
    request.body = encodeBody(ResetOffsetBody, { offsetTable: [[QUEUE, 1]] });
    for (const connection of broker.connections) connection.invokeOneway(request);
    expect(await poll(consumer)).toEqual(['b']);
    expect(stored()).toContain('1');
  });

  it('stores before it hands a queue over', async () => {
    queue.add('a');
    const consumer = await start();
    await poll(consumer);
    await poll(consumer, 1);
    const others = { consumerIdList: ['0.0.0.0@first', ...clientIds()] };
    broker.on(RequestCode.GET_CONSUMER_LIST_BY_GROUP, (request) =>
      success(request, {}, encodeBody(GetConsumerListByGroupResponseBody, others)),
    );
    const request = new RemotingCommand(RequestCode.NOTIFY_CONSUMER_IDS_CHANGED);
    request.extFields = encodeHeader(NotifyConsumerIdsChangedRequestHeader, {
      consumerGroup: GROUP,
    });
    for (const connection of broker.connections) connection.invokeOneway(request);
    await waitFor('the hand-over', () => consumer.assignment().length === 0);
    await waitFor('the offset', () => stored().length === 1);
    expect(stored()).toEqual(['1']);
  });

  it('tells of queues that were added', async () => {
    const consumer = create({ pollNameServerIntervalMs: 1000 }, 20);
    await consumer.assign([QUEUE]);
    await consumer.start();
    const seen: number[] = [];
    await consumer.registerTopicMessageQueueChangeListener('T', (topic, queues) => {
      expect(topic).toBe('T');
      seen.push(queues.length);
    });
    cluster.topics.set('T', 3);
    await waitFor('the news', () => seen.length > 0);
    expect(seen).toEqual([3]);
    expect(consumer.assignment()).toEqual([QUEUE]);
  });

  it('ends polls and loops at shutdown and at a signal', async () => {
    const consumer = await start();
    const controller = new AbortController();
    const aborted = consumer.poll(60_000, { signal: controller.signal });
    controller.abort();
    await expect(aborted).rejects.toMatchObject({ code: 'ABORTED' });
    const waiting = consumer.poll(60_000);
    const loop = (async () => {
      for await (const message of consumer) void message;
      return 'ended';
    })();
    await consumer.shutdown();
    expect(await waiting).toEqual([]);
    expect(await loop).toBe('ended');
    await expect(consumer.poll()).rejects.toMatchObject({ code: 'NOT_RUNNING' });
  });

  it('refuses to mix subscribing and assigning', async () => {
    const consumer = create();
    await consumer.subscribe('T');
    await expect(consumer.assign([QUEUE])).rejects.toMatchObject({ code: 'SUBSCRIPTION_ILLEGAL' });
    const other = create({ consumerGroup: 'OTHER' });
    await other.assign([QUEUE]);
    await expect(other.subscribe('T')).rejects.toMatchObject({ code: 'SUBSCRIPTION_ILLEGAL' });
    expect(() => other.setSubExpressionForAssign('U', '*')).toThrow(
      expect.objectContaining({ code: 'SUBSCRIPTION_ILLEGAL' }),
    );
  });

  function clientIds(): string[] {
    return broker
      .received(HEART_BEAT)
      .map((request) => decodeBody(HeartbeatData, request.body).clientID);
  }
});
