import { SilentLogger, type MessageExt } from '@rocket-nest/common';
import {
  ConsumerRunningInfo,
  decodeBody,
  encodeBody,
  encodeHeader,
  GetConsumerListByGroupResponseBody,
  GetConsumerRunningInfoRequestHeader,
  GetConsumerStatusBody,
  GetConsumerStatusRequestHeader,
  HeartbeatData,
  LockBatchRequestBody,
  LockBatchResponseBody,
  NotifyConsumerIdsChangedRequestHeader,
  RemotingCommand,
  RequestCode,
  ResetOffsetBody,
  ResetOffsetRequestHeader,
  ResponseCode,
  UnlockBatchRequestBody,
} from '@rocket-nest/remoting';
import { HastyClock } from '../testing/hasty-clock';
import { StubCluster } from '../testing/stub-cluster';
import { StubQueue } from '../testing/stub-queue';
import { refusal, success, type StubServer } from '../testing/stub-server';
import { waitFor } from '../testing/wait-for';
import type { PushConsumerOptions } from './consumer-options';
import { DefaultMQPushConsumer } from './default-mq-push-consumer';
import type { MessageListener } from './message-listener';

const GROUP = 'GID';

describe('DefaultMQPushConsumer', () => {
  let cluster: StubCluster;
  let broker: StubServer;
  let queue: StubQueue;
  const started: DefaultMQPushConsumer[] = [];

  async function start(
    listener: MessageListener,
    options: Partial<PushConsumerOptions> = {},
    hurry = 1,
  ): Promise<DefaultMQPushConsumer> {
    const consumer = new DefaultMQPushConsumer(
      { consumerGroup: GROUP, namesrvAddr: cluster.namesrvAddr, ...options },
      { logger: new SilentLogger(), clock: new HastyClock(hurry) },
    );
    started.push(consumer);
    consumer.subscribe('T');
    consumer.registerMessageListener(listener);
    await consumer.start();
    return consumer;
  }

  function collecting(): { bodies: string[]; listener: MessageListener } {
    const bodies: string[] = [];
    const consumeConcurrently = (messages: MessageExt[]) => {
      bodies.push(...messages.map((message) => message.body.toString()));
      return 'CONSUME_SUCCESS' as const;
    };
    return { bodies, listener: { consumeConcurrently } };
  }

  function tell(code: number, header: Map<string, string>, body?: Buffer): void {
    const request = RemotingCommand.createRequest(code, header, body);
    for (const connection of broker.connections) connection.invokeOneway(request.markOneway());
  }

  const storedOffsets = (): number[] =>
    broker
      .received(RequestCode.UPDATE_CONSUMER_OFFSET)
      .map((request) => Number(request.extField('commitOffset')));

  beforeEach(async () => {
    cluster = await new StubCluster().start(1);
    cluster.topics.set('T', 1);
    broker = cluster.brokers[0];
    queue = new StubQueue(broker);
  });

  afterEach(async () => {
    await Promise.all(started.splice(0).map((consumer) => consumer.shutdown(100)));
    await cluster.stop();
  });

  it('says what it consumes, pulls, and tells with its pulls how far it is', async () => {
    queue.add('a', 'b');
    const { bodies, listener } = collecting();
    await start(listener);
    await waitFor('both', () => bodies.length === 2);
    queue.add('c');
    await waitFor('the third', () => bodies.length === 3);
    const [heartbeat] = broker.received(RequestCode.HEART_BEAT);
    expect(decodeBody(HeartbeatData, heartbeat.body).consumerDataSet).toMatchObject([
      {
        groupName: GROUP,
        consumeType: 'CONSUME_PASSIVELY',
        messageModel: 'CLUSTERING',
        subscriptionDataSet: [{ topic: 'T', subString: '*' }, { topic: `%RETRY%${GROUP}` }],
      },
    ]);
    await waitFor('a pull that commits', () =>
      broker
        .received(RequestCode.PULL_MESSAGE)
        .some(
          (pull) => pull.extField('sysFlag') === '3' && Number(pull.extField('commitOffset')) > 0,
        ),
    );
  });

  it('stores offsets, then leaves, when it is shut down', async () => {
    queue.add('a', 'b', 'c');
    const { bodies, listener } = collecting();
    const consumer = await start(listener);
    await waitFor('all', () => bodies.length === 3);
    await consumer.shutdown();
    expect(storedOffsets()).toEqual([3]);
    const codes = broker.requests.map((request) => request.code);
    expect(codes.lastIndexOf(RequestCode.UPDATE_CONSUMER_OFFSET)).toBeLessThan(
      codes.indexOf(RequestCode.UNREGISTER_CLIENT),
    );
  });

  it('ends its shutdown when a call does not', async () => {
    queue.add('stuck', 'waiting');
    let calls = 0;
    const consumer = await start(
      { consumeConcurrently: () => (calls++, new Promise<never>(() => undefined)) },
      { concurrency: 1 },
    );
    await waitFor('the call', () => calls === 1);
    await consumer.shutdown(20);
    expect(storedOffsets()).toEqual([]);
    expect(calls).toBe(1);
  });

  it('runs no more calls at a time than told', async () => {
    queue.add(...Array.from({ length: 30 }, (_, index) => `m${index}`));
    let running = 0;
    let most = 0;
    let done = 0;
    const consumeConcurrently = async () => {
      most = Math.max(most, ++running);
      await new Promise((resolve) => setImmediate(resolve));
      running--;
      done++;
      return 'CONSUME_SUCCESS' as const;
    };
    await start({ consumeConcurrently }, { concurrency: 4 });
    await waitFor('all', () => done === 30);
    expect(most).toBe(4);
  });

  it('is told again by the broker that it does not know the subscription, and tells it', async () => {
    let known = false;
    broker.on(RequestCode.PULL_MESSAGE, (request) =>
      known ? undefined : refusal(request, ResponseCode.SUBSCRIPTION_NOT_EXIST),
    );
    await start(collecting().listener);
    const before = broker.received(RequestCode.HEART_BEAT).length;
    await waitFor('another heartbeat', () => {
      return broker.received(RequestCode.HEART_BEAT).length > before;
    });
    known = true;
  });

  it('says hello again when its connection broke', async () => {
    await start(collecting().listener, {}, 50);
    const before = broker.received(RequestCode.HEART_BEAT).length;
    for (const connection of [...broker.connections]) connection.close('the test says so');
    await waitFor('a heartbeat', () => broker.received(RequestCode.HEART_BEAT).length > before);
  });

  it('goes on at the offset the broker names when its own is gone', async () => {
    queue.minOffset = 100;
    queue.add('x');
    const { bodies, listener } = collecting();
    await start(listener);
    await waitFor('the message', () => bodies.length === 1);
    expect(storedOffsets()[0]).toBe(100);
  });

  it('goes back when the broker has lost what it consumed', async () => {
    broker.on(RequestCode.QUERY_CONSUMER_OFFSET, (request) => success(request, { offset: '50' }));
    queue.add('x');
    const { bodies, listener } = collecting();
    await start(listener);
    await waitFor('the message', () => bodies.length === 1);
    expect(storedOffsets()[0]).toBe(0);
  });

  it('lets its queues go when another member gets them', async () => {
    queue.add('a');
    const { bodies, listener } = collecting();
    const consumer = await start(listener);
    await waitFor('the message', () => bodies.length === 1);
    let other = '0-before-all-others';
    broker.on(RequestCode.GET_CONSUMER_LIST_BY_GROUP, (request) => {
      const [heartbeat] = broker.received(RequestCode.HEART_BEAT);
      const own = decodeBody(HeartbeatData, heartbeat.body).clientID;
      const body = encodeBody(GetConsumerListByGroupResponseBody, { consumerIdList: [own, other] });
      return success(request, {}, body);
    });
    const notify = () =>
      tell(
        RequestCode.NOTIFY_CONSUMER_IDS_CHANGED,
        encodeHeader(NotifyConsumerIdsChangedRequestHeader, { consumerGroup: GROUP }),
      );
    notify();
    await waitFor('no queue', () => consumer.queueStatuses().length === 0);
    await waitFor('the offset', () => storedOffsets().includes(1));
    other = '~after-all-others';
    notify();
    await waitFor('the queue', () => consumer.queueStatuses().length === 1);
  });

  it('sends failed messages back and commits past them', async () => {
    queue.add('good', 'bad');
    broker.on(RequestCode.CONSUMER_SEND_MSG_BACK, (request) => success(request));
    const consumer = await start({
      consumeConcurrently: ([message]) => {
        if (message.body.toString() === 'bad') throw new Error('no');
        return 'CONSUME_SUCCESS';
      },
    });
    await waitFor('the send-back', () => {
      return broker.received(RequestCode.CONSUMER_SEND_MSG_BACK).length === 1;
    });
    const [back] = broker.received(RequestCode.CONSUMER_SEND_MSG_BACK);
    expect(Object.fromEntries(back.extFields)).toMatchObject({
      group: GROUP,
      offset: '1001',
      delayLevel: '0',
      originTopic: 'T',
      maxReconsumeTimes: '16',
    });
    await consumer.shutdown();
    expect(storedOffsets()).toEqual([2]);
  });

  it.each([
    ['concurrent', { consumeConcurrently: () => undefined as never }],
    ['orderly', { consumeOrderly: () => undefined as never }],
  ])('takes no answer for a failure and says so (%s)', async (_, listener: MessageListener) => {
    queue.add('a');
    serveLocks();
    broker.on(RequestCode.CONSUMER_SEND_MSG_BACK, (request) => success(request));
    const warnings: string[] = [];
    const logger = Object.assign(new SilentLogger(), {
      warn: (text: string) => void warnings.push(text),
    });
    const consumer = new DefaultMQPushConsumer(
      { consumerGroup: GROUP, namesrvAddr: cluster.namesrvAddr },
      { logger },
    );
    started.push(consumer);
    consumer.subscribe('T');
    consumer.registerMessageListener(listener);
    await consumer.start();
    await waitFor('a warning', () => warnings.some((text) => text.includes('returned undefined')));
  });

  it('keeps what it cannot send back, and does not commit past it', async () => {
    queue.add('a', 'b');
    broker.on(RequestCode.CONSUMER_SEND_MSG_BACK, (request) => {
      return refusal(request, ResponseCode.SYSTEM_ERROR);
    });
    const times: number[] = [];
    const consumer = await start(
      {
        consumeConcurrently: ([message]) => {
          if (message.body.toString() === 'b') return 'CONSUME_SUCCESS';
          times.push(message.reconsumeTimes);
          return times.length < 3 ? 'RECONSUME_LATER' : 'CONSUME_SUCCESS';
        },
      },
      {},
      100,
    );
    await waitFor('the first call', () => times.length === 1);
    expect(consumer.queueStatuses().map((status) => status.consumedOffset)).toEqual([0]);
    await waitFor('two more calls', () => times.length === 3);
    expect(times).toEqual([0, 1, 2]);
    await consumer.shutdown();
    expect(storedOffsets().at(-1)).toBe(2);
  });

  it('acknowledges the part of a batch that its listener did', async () => {
    queue.add('a', 'b', 'c', 'd');
    broker.on(RequestCode.CONSUMER_SEND_MSG_BACK, (request) => success(request));
    await start(
      {
        consumeConcurrently: (messages, context) => {
          context.ackIndex = messages.findIndex((message) => message.body.toString() === 'b');
          return 'CONSUME_SUCCESS';
        },
      },
      { consumeMessageBatchMaxSize: 4 },
    );
    const back = () => broker.received(RequestCode.CONSUMER_SEND_MSG_BACK);
    await waitFor('two to come back', () => back().length === 2);
    expect(back().map((request) => request.extField('offset'))).toEqual(['1002', '1003']);
  });

  it('takes of a batch what its listener says of each message', async () => {
    queue.add('a', 'b', 'c', 'd');
    broker.on(RequestCode.CONSUMER_SEND_MSG_BACK, (request) => success(request));
    const consumer = await start(
      {
        consumeConcurrently: (_messages, context) => {
          context.failures = new Map([
            [0, 3],
            [2, -1],
          ]);
          return 'CONSUME_SUCCESS';
        },
      },
      { consumeMessageBatchMaxSize: 4 },
    );
    const back = () => broker.received(RequestCode.CONSUMER_SEND_MSG_BACK);
    await waitFor('two to come back', () => back().length === 2);
    const told = back().map((each) => [each.extField('offset'), each.extField('delayLevel')]);
    expect(told).toEqual([
      ['1000', '3'],
      ['1002', '-1'],
    ]);
    await consumer.shutdown();
    expect(storedOffsets()).toEqual([4]);
  });

  it.each(['concurrent', 'orderly'])('begins no calls for a suspended topic (%s)', async (kind) => {
    serveLocks();
    queue.add('a');
    const bodies: string[] = [];
    const take = ([message]: MessageExt[]) => bodies.push(message.body.toString());
    const listener: MessageListener =
      kind === 'orderly'
        ? { consumeOrderly: (messages) => (take(messages), 'SUCCESS') }
        : { consumeConcurrently: (messages) => (take(messages), 'CONSUME_SUCCESS') };
    const consumer = await start(listener);
    const pulls = () => broker.received(RequestCode.PULL_MESSAGE).length;
    await waitFor('the next pull', () => bodies.length === 1 && pulls() === 2);
    consumer.suspendTopic('T');
    queue.add('b', 'c'); // for the pull that the broker holds
    await waitFor('them to arrive', () => consumer.queueStatuses()[0].cachedMessages === 2);
    await new Promise((resolve) => setImmediate(resolve));
    expect(bodies).toEqual(['a']);
    expect(pulls()).toBe(2);
    consumer.resumeTopic('T');
    await waitFor('the rest', () => bodies.length === 3);
    expect(bodies).toEqual(['a', 'b', 'c']);
  });

  it.each(['concurrent', 'orderly'])('puts a damaged body aside (%s)', async (kind) => {
    const compressed = 1;
    queue.add('a', { body: 'not zlib', sysFlag: compressed }, 'b');
    broker.on(RequestCode.CONSUMER_SEND_MSG_BACK, (request) => success(request));
    serveLocks();
    const { bodies, listener } = collecting();
    const orderly: MessageListener = {
      consumeOrderly: (messages) => {
        bodies.push(...messages.map((message) => message.body.toString()));
        return 'SUCCESS';
      },
    };
    const consumer = await start(kind === 'orderly' ? orderly : listener, {
      consumeMessageBatchMaxSize: 8,
    });
    await waitFor('the others', () => bodies.length === 2);
    await waitFor('the damaged one', () => {
      return broker.received(RequestCode.CONSUMER_SEND_MSG_BACK).length === 1;
    });
    expect(bodies).toEqual(['a', 'b']);
    const [back] = broker.received(RequestCode.CONSUMER_SEND_MSG_BACK);
    expect([back.extField('delayLevel'), back.extField('offset')]).toEqual(['-1', '1001']);
    await waitFor('the commit', () => consumer.queueStatuses()[0].consumedOffset === 3);
  });

  it('tells an administrator how it is, and takes other offsets from one', async () => {
    queue.add('a', 'b', 'c');
    const { bodies, listener } = collecting();
    const consumer = await start(listener);
    await waitFor('all', () => bodies.length === 3);
    const [connection] = broker.connections;
    const header = encodeHeader(GetConsumerRunningInfoRequestHeader, {
      consumerGroup: GROUP,
      clientId: 'any',
    });
    const request = RemotingCommand.createRequest(RequestCode.GET_CONSUMER_RUNNING_INFO, header);
    const answer = await connection.invoke(request, 3000);
    const info = decodeBody(ConsumerRunningInfo, answer.body);
    expect(info.mqTable).toMatchObject([
      [
        { topic: 'T', brokerName: 'broker-0', queueId: 0 },
        { commitOffset: 3, cachedMsgCount: 0 },
      ],
    ]);
    expect(info.properties.get('PROP_CONSUMEORDERLY')).toBe('false');

    const statusHeader = encodeHeader(GetConsumerStatusRequestHeader, { group: GROUP, topic: 'T' });
    const status = await connection.invoke(
      RemotingCommand.createRequest(RequestCode.GET_CONSUMER_STATUS_FROM_CLIENT, statusHeader),
      3000,
    );
    expect(decodeBody(GetConsumerStatusBody, status.body).messageQueueTable).toMatchObject([
      [{ topic: 'T', brokerName: 'broker-0', queueId: 0 }, 3],
    ]);

    const { messageQueue } = consumer.queueStatuses()[0];
    tell(
      RequestCode.RESET_CONSUMER_CLIENT_OFFSET,
      encodeHeader(ResetOffsetRequestHeader, { group: GROUP, topic: 'T' }),
      encodeBody(ResetOffsetBody, { offsetTable: [[messageQueue, 1]] }),
    );
    await waitFor('the second time', () => bodies.length === 5);
    expect(bodies.slice(3)).toEqual(['b', 'c']);
    expect(storedOffsets()).toContain(1);
  });

  it('starts while no name server answers, and consumes when one does', async () => {
    const { port } = cluster.nameServer;
    await cluster.nameServer.stop();
    queue.add('a');
    const { bodies, listener } = collecting();
    const starting = start(listener, { namesrvAddr: `127.0.0.1:${port}` }, 5);
    await starting;
    await cluster.nameServer.start(port);
    await waitFor('the message', () => bodies.length === 1);
  });

  it('asked a broker that it had just found for the members of a group unknown there', async () => {
    cluster.topics.delete('T');
    const greetings: (() => void)[] = [];
    broker.on(RequestCode.HEART_BEAT, (request, connection) => {
      greetings.push(() => connection.respond(success(request)));
      return undefined;
    });
    broker.on(RequestCode.GET_CONSUMER_LIST_BY_GROUP, (request) => {
      const [greeting] = broker.received(RequestCode.HEART_BEAT);
      const consumerIdList = [decodeBody(HeartbeatData, greeting.body).clientID];
      const body = encodeBody(GetConsumerListByGroupResponseBody, { consumerIdList });
      return success(request, {}, body);
    });
    queue.add('a');
    const { bodies, listener } = collecting();
    await start(listener);
    cluster.topics.set('T', 1);
    await waitFor('a heartbeat', () => greetings.length > 0);
    const [connection] = broker.connections;
    const fields = encodeHeader(GetConsumerStatusRequestHeader, { group: GROUP, topic: 'T' });
    const code = RequestCode.GET_CONSUMER_STATUS_FROM_CLIENT;
    await connection.invoke(RemotingCommand.createRequest(code, fields), 3000);
    expect(broker.received(RequestCode.GET_CONSUMER_LIST_BY_GROUP)).toEqual([]);
    broker.on(RequestCode.HEART_BEAT, (request) => success(request));
    for (const answer of greetings) answer();
    await waitFor('the message', () => bodies.length === 1);
  });

  it('takes up and lets go of topics while it runs', async () => {
    cluster.topics.set('Later', 1);
    const consumer = await start(collecting().listener);
    const topics = () => consumer.queueStatuses().map((status) => status.messageQueue.topic);
    expect(topics()).toEqual(['T']);
    consumer.subscribe('Later', 'TagA');
    await waitFor('both topics', () => topics().length === 2);
    consumer.unsubscribe('T');
    await waitFor('one topic', () => topics().join() === 'Later');
  });

  describe('with an orderly listener', () => {
    const counting = (calls: string[]): MessageListener => ({
      consumeOrderly: ([message]) => {
        calls.push(message.body.toString());
        return 'SUCCESS';
      },
    });

    it('waits for the lock of a queue', async () => {
      const grant = serveLocks(false);
      queue.add('a');
      const calls: string[] = [];
      const consumer = await start(counting(calls), {}, 50);
      expect(consumer.queueStatuses()).toEqual([]);
      expect(broker.received(RequestCode.PULL_MESSAGE)).toEqual([]);
      grant(true);
      await waitFor('the message', () => calls.length === 1);
      expect(consumer.queueStatuses()[0].locked).toBe(true);
    });

    it('commits nothing once its lock is lost', async () => {
      const grant = serveLocks();
      queue.add('a', 'b');
      let finish: (() => void) | undefined;
      const calls: string[] = [];
      const consumer = await start(
        {
          consumeOrderly: async ([message]) => {
            calls.push(message.body.toString());
            await new Promise<void>((resolve) => (finish = resolve));
            return 'SUCCESS' as const;
          },
        },
        {},
        200,
      );
      await waitFor('the call', () => calls.length === 1);
      grant(false);
      await waitFor('the loss', () => consumer.queueStatuses().length === 0);
      finish!();
      await consumer.shutdown();
      expect(calls).toEqual(['a']);
      expect(storedOffsets()).toEqual([]);
    });

    it('finishes its call, commits and unlocks before another member gets the queue', async () => {
      serveLocks();
      queue.add('a', 'b');
      let finish: (() => void) | undefined;
      const consumer = await start({
        consumeOrderly: () =>
          new Promise((resolve) => {
            finish = () => resolve('SUCCESS');
          }),
      });
      await waitFor('the call', () => finish !== undefined);
      broker.on(RequestCode.GET_CONSUMER_LIST_BY_GROUP, (request) => {
        const body = encodeBody(GetConsumerListByGroupResponseBody, { consumerIdList: ['other'] });
        return success(request, {}, body);
      });
      tell(
        RequestCode.NOTIFY_CONSUMER_IDS_CHANGED,
        encodeHeader(NotifyConsumerIdsChangedRequestHeader, { consumerGroup: GROUP }),
      );
      await waitFor('the loss', () => consumer.queueStatuses().length === 0);
      expect(broker.received(RequestCode.UNLOCK_BATCH_MQ)).toEqual([]);
      finish!();
      await waitFor('the unlock', () => {
        return broker.received(RequestCode.UNLOCK_BATCH_MQ).length === 1;
      });
      expect(storedOffsets()).toEqual([1]);
      const [unlock] = broker.received(RequestCode.UNLOCK_BATCH_MQ);
      expect(decodeBody(UnlockBatchRequestBody, unlock.body).mqSet).toEqual([
        { topic: 'T', brokerName: 'broker-0', queueId: 0 },
      ]);
    });

    it('leaves it to the listener when consumed messages are committed', async () => {
      serveLocks();
      queue.add('a', 'b', 'c', 'd');
      const calls: string[] = [];
      let rolledBack = false;
      const consumer = await start({
        consumeOrderly: ([message], context) => {
          const body = message.body.toString();
          calls.push(body);
          context.autoCommit = false;
          context.suspendCurrentQueueTimeMs = 10;
          if (body === 'b') return 'COMMIT';
          if (body !== 'd' || rolledBack) return 'SUCCESS';
          rolledBack = true;
          return 'ROLLBACK';
        },
      });
      await waitFor('the second time', () => calls.length === 6);
      expect(calls).toEqual(['a', 'b', 'c', 'd', 'c', 'd']);
      expect(consumer.queueStatuses()[0].consumedOffset).toBe(2);
    });

    it('puts the message aside that its listener refuses, with those before it done', async () => {
      serveLocks();
      queue.add('a', 'b', 'c');
      broker.on(RequestCode.CONSUMER_SEND_MSG_BACK, (request) => success(request));
      const calls: string[] = [];
      const consumer = await start(
        {
          consumeOrderly: (messages, context) => {
            const bodies = messages.map((message) => message.body.toString());
            calls.push(bodies.join(''));
            if (!bodies.includes('b')) return 'SUCCESS';
            context.doneCount = bodies.indexOf('b');
            context.deadLetter = true;
            context.suspendCurrentQueueTimeMs = 10;
            return 'SUSPEND_CURRENT_QUEUE_A_MOMENT';
          },
        },
        { consumeMessageBatchMaxSize: 3 },
      );
      await waitFor('the rest', () => calls.at(-1) === 'c');
      const [back, ...more] = broker.received(RequestCode.CONSUMER_SEND_MSG_BACK);
      expect([back.extField('offset'), back.extField('delayLevel')]).toEqual(['1001', '-1']);
      expect(more).toEqual([]);
      await consumer.shutdown();
      expect(storedOffsets().at(-1)).toBe(3);
    });
  });

  /** Serves lock requests; the function returned decides whether they are granted. */
  function serveLocks(initially = true): (granted: boolean) => void {
    let grants = initially;
    broker.on(RequestCode.LOCK_BATCH_MQ, (request) => {
      const { mqSet } = decodeBody(LockBatchRequestBody, request.body);
      const lockOKMQSet = grants ? mqSet : [];
      return success(request, {}, encodeBody(LockBatchResponseBody, { lockOKMQSet }));
    });
    broker.on(RequestCode.UNLOCK_BATCH_MQ, (request) => success(request));
    return (granted) => {
      grants = granted;
    };
  }
});

describe('a consumer that is set up wrongly', () => {
  const create = (options: Partial<PushConsumerOptions> = {}) =>
    new DefaultMQPushConsumer({ consumerGroup: GROUP, namesrvAddr: '127.0.0.1:1', ...options });

  it('is refused with the reason', async () => {
    const code = (value: string) => expect.objectContaining({ code: value });
    expect(() => create({ consumerGroup: 'a b' })).toThrow(code('GROUP_ILLEGAL'));
    expect(() => create({ concurrency: 0 })).toThrow('concurrency is 0: give 1 to 10000');
    expect(() => create().subscribe('a/b')).toThrow(code('TOPIC_ILLEGAL'));
    expect(() => create().subscribe('T', '||')).toThrow(code('SUBSCRIPTION_ILLEGAL'));
    await expect(create().start()).rejects.toEqual(code('OPTION_ILLEGAL'));
  });
});
