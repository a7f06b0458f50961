import { createMessage, SilentLogger, type Message } from '@rocket-nest/common';
import { RequestCode, ResponseCode } from '@rocket-nest/remoting';
import type { SendMessageContext } from '../hook/send-message-hook';
import { StubCluster } from '../testing/stub-cluster';
import { refusal, StubServer, success } from '../testing/stub-server';
import { waitFor } from '../testing/wait-for';
import { DefaultMQProducer } from './default-mq-producer';
import type { ProducerOptions } from './producer-options';

const SEND = RequestCode.SEND_MESSAGE_V2;
const message = (): Message => createMessage({ topic: 'T', body: 'hello' });

describe('DefaultMQProducer', () => {
  let cluster: StubCluster;
  const started: DefaultMQProducer[] = [];

  async function start(options: Partial<ProducerOptions> = {}): Promise<DefaultMQProducer> {
    const producer = new DefaultMQProducer(
      { producerGroup: 'PID', namesrvAddr: cluster.namesrvAddr, ...options },
      { logger: new SilentLogger() },
    );
    await producer.start();
    started.push(producer);
    return producer;
  }

  beforeEach(async () => {
    cluster = await new StubCluster().start(2);
  });

  afterEach(async () => {
    await Promise.all(started.splice(0).map((producer) => producer.shutdown()));
    await cluster.stop();
  });

  it('turns through the queues of all brokers', async () => {
    const producer = await start();
    const results = await Promise.all(Array.from({ length: 16 }, () => producer.send(message())));
    const places = results.map(
      ({ messageQueue }) => `${messageQueue.brokerName}:${messageQueue.queueId}`,
    );
    expect(new Set(places).size).toBe(8);
    expect(cluster.brokers.map((broker) => broker.received(SEND).length)).toEqual([8, 8]);
  });

  it.each([
    ['is busy', ResponseCode.SYSTEM_BUSY],
    ['has no room', ResponseCode.SERVICE_NOT_AVAILABLE],
    ['does not know the topic', ResponseCode.TOPIC_NOT_EXIST],
  ])('tries another broker when one %s', async (_, code) => {
    cluster.brokers[0].on(SEND, (request) => refusal(request, code));
    const producer = await start();
    for (let index = 0; index < 8; index++) {
      const { messageQueue } = await producer.send(message());
      expect(messageQueue.brokerName).toBe('broker-1');
    }
    expect(cluster.brokers[0].received(SEND).length).toBeGreaterThan(0);
  });

  it('tries another broker when one does not answer at all', async () => {
    await cluster.brokers[0].stop();
    const brokers = [cluster.brokers[1]];
    cluster.advertised = ['127.0.0.1:1', brokers[0].address];
    const producer = await start();
    const results = await Promise.all(Array.from({ length: 8 }, () => producer.send(message())));
    expect(results.every(({ messageQueue }) => messageQueue.brokerName === 'broker-1')).toBe(true);
  });

  it('gives the same unique key to every try', async () => {
    for (const broker of cluster.brokers) {
      broker.on(SEND, (request) => refusal(request, ResponseCode.SYSTEM_ERROR));
    }
    const producer = await start();
    const failure = producer.send(message());
    await expect(failure).rejects.toMatchObject({
      code: 'SEND_FAILED',
      cause: { code: 'BROKER_ERROR', responseCode: ResponseCode.SYSTEM_ERROR },
    });
    const sent = cluster.brokers.flatMap((broker) => broker.received(SEND));
    expect(sent).toHaveLength(3);
    expect(new Set(sent.map((request) => request.extField('i'))).size).toBe(1);
  });

  it('does not try again what no broker will take', async () => {
    for (const broker of cluster.brokers) {
      broker.on(SEND, (request) => refusal(request, ResponseCode.MESSAGE_ILLEGAL));
    }
    const producer = await start();
    await expect(producer.send(message())).rejects.toMatchObject({
      code: 'MESSAGE_ILLEGAL',
      responseCode: ResponseCode.MESSAGE_ILLEGAL,
    });
    expect(cluster.brokers.flatMap((broker) => broker.received(SEND))).toHaveLength(1);
  });

  it('sends to a chosen queue once, and nowhere else', async () => {
    cluster.brokers[0].on(SEND, (request) => refusal(request, ResponseCode.SYSTEM_BUSY));
    const producer = await start();
    const queue = { topic: 'T', brokerName: 'broker-0', queueId: 2 };
    const failure = producer.sendToQueue(message(), queue);
    await expect(failure).rejects.toMatchObject({ code: 'BROKER_BUSY' });
    expect(cluster.brokers.map((broker) => broker.received(SEND).length)).toEqual([1, 0]);
  });

  it('ends every send in its time, all tries together', async () => {
    for (const broker of cluster.brokers) broker.on(SEND, () => undefined);
    const producer = await start({
      sendMsgMaxTimeoutPerRequestMs: 100,
      retryTimesWhenSendFailed: 99,
    });
    const failure = producer.send(message(), { timeoutMs: 800 });
    await expect(failure).rejects.toMatchObject({ code: 'SEND_TIMEOUT' });
    const tries = cluster.brokers.flatMap((broker) => broker.received(SEND)).length;
    expect(tries).toBeGreaterThan(1);
  });

  it('ends a send in its time while the name server is silent', async () => {
    cluster.nameServer.on(RequestCode.GET_ROUTEINFO_BY_TOPIC, () => undefined);
    const producer = await start();
    const failure = producer.send(message(), { timeoutMs: 50 });
    await expect(failure).rejects.toMatchObject({
      code: 'SEND_TIMEOUT',
      message: expect.stringContaining(cluster.namesrvAddr),
    });
  });

  it('gives up when told so', async () => {
    for (const broker of cluster.brokers) broker.on(SEND, () => undefined);
    const producer = await start();
    const controller = new AbortController();
    const failure = producer.send(message(), { signal: controller.signal });
    const rejected = expect(failure).rejects.toMatchObject({ code: 'ABORTED' });
    await waitFor('the request', () =>
      cluster.brokers.some((broker) => broker.received(SEND).length > 0),
    );
    controller.abort();
    await rejected;
  });

  it('lets no more than maxInFlightSends go, and refuses past maxWaitingSends', async () => {
    const held: (() => void)[] = [];
    for (const broker of cluster.brokers) {
      broker.on(SEND, (request, connection) => {
        const answer = success(request, { msgId: '0', queueId: '0', queueOffset: '0' });
        held.push(() => connection.respond(answer));
        return undefined;
      });
    }
    const producer = await start({ maxInFlightSends: 3, maxWaitingSends: 2 });
    const sends = Array.from({ length: 5 }, () => producer.send(message()));
    await expect(producer.send(message())).rejects.toMatchObject({ code: 'PRODUCER_BUSY' });
    await waitFor('three requests', () => held.length === 3);
    const late = producer.send(message(), { timeoutMs: 1 });
    await expect(late).rejects.toMatchObject({ code: 'PRODUCER_BUSY' });
    for (const answer of held.splice(0)) answer();
    await waitFor('the rest', () => held.length === 2);
    for (const answer of held.splice(0)) answer();
    const results = await Promise.all(sends);
    expect(results.every((result) => result.sendStatus === 'SEND_OK')).toBe(true);
  });

  it('tells a topic without a route from one without writable queues', async () => {
    const producer = await start();
    const unknown = producer.send(createMessage({ topic: 'Unknown', body: 'x' }));
    await expect(unknown).rejects.toMatchObject({
      code: 'NO_ROUTE',
      message:
        `no route for topic Unknown: the name server ${cluster.namesrvAddr} knows it not; ` +
        'create it, or enable autoCreateTopicEnable on the brokers',
    });
    cluster.topics.set('Empty', 0);
    const empty = producer.send(createMessage({ topic: 'Empty', body: 'x' }));
    await expect(empty).rejects.toMatchObject({ code: 'NO_WRITABLE_QUEUE' });
  });

  it('takes the route of the default topic for one that does not exist yet', async () => {
    cluster.topics.set('TBW102', 8);
    const producer = await start({ defaultTopicQueueNums: 3 });
    await producer.send(createMessage({ topic: 'New', body: 'x' }));
    const queues = await producer.fetchPublishMessageQueues('New');
    expect(queues).toHaveLength(6);
    const [sent] = cluster.brokers.flatMap((broker) => broker.received(SEND));
    expect([sent.extField('c'), sent.extField('d')]).toEqual(['TBW102', '3']);
  });

  it('asks the next name server when one is away or has just started', async () => {
    const fresh = await new StubServer().start();
    fresh.on(RequestCode.GET_ROUTEINFO_BY_TOPIC, (request) =>
      refusal(request, ResponseCode.TOPIC_NOT_EXIST),
    );
    const namesrvAddr = `127.0.0.1:1;${fresh.address};${cluster.namesrvAddr}`;
    const producer = await start({ namesrvAddr });
    await expect(producer.send(message())).resolves.toMatchObject({ sendStatus: 'SEND_OK' });
    await producer.shutdown();
    await fresh.stop();
  });

  it('says which name servers were asked in vain, or that none is set', async () => {
    const away = await start({ namesrvAddr: '127.0.0.1:1' });
    await expect(away.send(message())).rejects.toMatchObject({
      code: 'NAME_SERVER_UNREACHABLE',
      message: expect.stringContaining('127.0.0.1:1'),
    });
    const none = await start({ namesrvAddr: '' });
    await expect(none.send(message())).rejects.toMatchObject({ code: 'NO_NAME_SERVER' });
  });

  it('connects where the address mapper says', async () => {
    const reachable = cluster.brokers.map((broker) => broker.address);
    cluster.advertised = ['10.1.2.3:10911', '10.1.2.4:10911'];
    const advertised = cluster.advertised;
    const producer = await start({
      addressMapper: (address) => reachable[advertised.indexOf(address)] ?? address,
    });
    await expect(producer.send(message())).resolves.toMatchObject({ sendStatus: 'SEND_OK' });
  });

  it('shows every request to the hook, fields included, and sends what it adds', async () => {
    const seen: (string | undefined)[] = [];
    const producer = await start({
      rpcHook: {
        beforeRequest: (_, request) => {
          if (request.hasExtFields) seen.push(request.extField('b') ?? request.extField('topic'));
          request.extFields.set('AccessKey', 'me');
        },
      },
    });
    await producer.send(message());
    expect(seen).toEqual(['T', 'T']);
    const [sent] = cluster.brokers.flatMap((broker) => broker.received(SEND));
    expect(sent.extField('AccessKey')).toBe('me');
    expect(sent.extField('b')).toBe('T');
  });

  it('reports what the broker could not make sure of, or tries elsewhere when told so', async () => {
    cluster.brokers[0].on(SEND, (request) => {
      const answer = refusal(request, ResponseCode.FLUSH_DISK_TIMEOUT);
      const fields = { msgId: '1', queueId: '0', queueOffset: '5' };
      answer.extFields = new Map(Object.entries(fields));
      return answer;
    });
    const lenient = await start();
    const statuses = new Set<string>();
    for (let index = 0; index < 8; index++) {
      statuses.add((await lenient.send(message())).sendStatus);
    }
    expect(statuses).toEqual(new Set(['SEND_OK', 'FLUSH_DISK_TIMEOUT']));
    const strict = await start({ retryAnotherBrokerWhenNotStoreOK: true });
    for (let index = 0; index < 8; index++) {
      expect((await strict.send(message())).sendStatus).toBe('SEND_OK');
    }
  });

  it('answers or fails what is under way before it stops, and refuses afterwards', async () => {
    const producer = await start();
    const sends = Array.from({ length: 20 }, () => producer.send(message()));
    await producer.shutdown();
    await expect(Promise.all(sends)).resolves.toHaveLength(20);
    await expect(producer.send(message())).rejects.toMatchObject({ code: 'NOT_RUNNING' });
    await waitFor('the farewell', () =>
      cluster.brokers.every((broker) => broker.received(RequestCode.UNREGISTER_CLIENT).length > 0),
    );
  });

  it('does not change the message it is given', async () => {
    const producer = await start();
    const given = message();
    const before = new Map(given.properties);
    await producer.send(given, { shardingKey: 'k' });
    expect(given.properties).toEqual(before);
  });

  it('shows every try to its hooks, whatever they throw', async () => {
    cluster.brokers[0].on(SEND, (request) => refusal(request, ResponseCode.SYSTEM_BUSY));
    const seen: SendMessageContext[] = [];
    const producer = await start({
      sendMessageHooks: [
        {
          sendMessageBefore: () => {
            throw new Error('as told');
          },
          sendMessageAfter: (context) => void seen.push(context),
        },
      ],
    });
    const queue = { topic: 'T', brokerName: 'broker-0', queueId: 0 };
    await expect(producer.sendToQueue(message(), queue)).rejects.toMatchObject({
      code: 'BROKER_BUSY',
    });
    const result = await producer.sendToQueue(message(), { ...queue, brokerName: 'broker-1' });
    expect(seen).toMatchObject([
      { error: { code: 'BROKER_BUSY' }, brokerAddr: cluster.brokers[0].address },
      { sendResult: result, bodyLength: 5, producerGroup: 'PID', half: false },
    ]);
  });

  it.each([true, false])('latency fault %s: what becomes of a broker that fails', async (on) => {
    cluster.brokers[0].on(SEND, (request) => refusal(request, ResponseCode.SYSTEM_BUSY));
    const producer = await start({ sendLatencyFaultEnable: on });
    for (let index = 0; index < 16; index++) await producer.send(message());
    const tries = cluster.brokers[0].received(SEND).length;
    if (on) expect(tries).toBe(1);
    else expect(tries).toBeGreaterThan(1);
    expect(cluster.brokers[1].received(SEND)).toHaveLength(16);
  });
});
