import {
  createMessage,
  decodeProperties,
  encodeProperties,
  SilentLogger,
} from '@rocket-nest/common';
import {
  encodeHeader,
  RemotingCommand,
  ReplyMessageRequestHeader,
  RequestCode,
  ResponseCode,
  type Connection,
} from '@rocket-nest/remoting';
import { StubCluster } from '../../testing/stub-cluster';
import { refusal, success, type StubServer } from '../../testing/stub-server';
import { waitFor } from '../../testing/wait-for';
import { DefaultMQProducer } from '../default-mq-producer';
import { PendingReplies } from './pending-replies';
import { createReplyMessage } from './reply-message';
import { receivedReply } from './received-reply';

const { SEND_MESSAGE_V2, SEND_REPLY_MESSAGE_V2, HEART_BEAT } = RequestCode;
const message = () => createMessage({ topic: 'T', body: 'question' });

describe('request and reply', () => {
  let cluster: StubCluster;
  let broker: StubServer;
  let producer: DefaultMQProducer;

  beforeEach(async () => {
    cluster = await new StubCluster().start(1);
    [broker] = cluster.brokers;
    producer = new DefaultMQProducer(
      { producerGroup: 'PID', namesrvAddr: cluster.namesrvAddr },
      { logger: new SilentLogger() },
    );
    await producer.start();
  });

  afterEach(async () => {
    await producer.shutdown();
    await cluster.stop();
  });

  const asked = (index = 0) =>
    decodeProperties(broker.received(SEND_MESSAGE_V2)[index].extField('i')!);

  /** Brings a reply to the client, as a broker does; gives the client's answer. */
  function push(correlationId: string, body: string): Promise<RemotingCommand> {
    const request = new RemotingCommand(RequestCode.PUSH_REPLY_MESSAGE_TO_CLIENT);
    request.extFields = encodeHeader(ReplyMessageRequestHeader, {
      producerGroup: 'PID_OTHER',
      topic: 'c_REPLY_TOPIC',
      defaultTopic: 'TBW102',
      defaultTopicQueueNums: 4,
      queueId: 0,
      sysFlag: 0,
      bornTimestamp: 1,
      flag: 0,
      properties: encodeProperties(new Map([['CORRELATION_ID', correlationId]])),
      bornHost: '127.0.0.1:1',
      storeHost: '127.0.0.1:2',
      storeTimestamp: 3,
    });
    request.body = Buffer.from(body);
    const [connection] = broker.connections as Iterable<Connection>;
    return connection.invoke(request, 5000);
  }

  it('is greeted before it asks, so that the reply finds it', async () => {
    let greetedBefore: number | undefined;
    let greet: (() => void) | undefined;
    broker
      .on(HEART_BEAT, (request, connection) => {
        greet = () => connection.respond(success(request));
        return undefined;
      })
      .on(SEND_MESSAGE_V2, (request) => {
        greetedBefore = broker.received(HEART_BEAT).length;
        return refusal(request, ResponseCode.MESSAGE_ILLEGAL);
      });
    const failure = producer.request(message());
    failure.catch(() => undefined);
    await waitFor('the heartbeat', () => greet !== undefined);
    expect(broker.received(SEND_MESSAGE_V2)).toEqual([]);
    greet!();
    await expect(failure).rejects.toMatchObject({ code: 'MESSAGE_ILLEGAL' });
    expect(greetedBefore).toBe(1);
  });

  it('matches replies, whatever their order, and takes each once', async () => {
    const first = producer.request(message(), { timeoutMs: 5000 });
    await waitFor('the first request', () => broker.received(SEND_MESSAGE_V2).length === 1);
    const second = producer.request(message(), { timeoutMs: 5000 });
    await waitFor('the second request', () => broker.received(SEND_MESSAGE_V2).length === 2);
    expect(asked().get('TTL')).toBe('5000');
    expect(asked().get('REPLY_TO_CLIENT')).toMatch(/@/);
    const ids = [asked(0), asked(1)].map((properties) => properties.get('CORRELATION_ID')!);
    expect((await push(ids[1], 'two')).code).toBe(ResponseCode.SUCCESS);
    await push(ids[0], 'one');
    expect((await push(ids[0], 'one again')).code).toBe(ResponseCode.SUCCESS);
    expect((await push('unknown', 'stray')).code).toBe(ResponseCode.SUCCESS);
    expect((await first).body.toString()).toBe('one');
    expect((await second).body.toString()).toBe('two');
  });

  it('replies to the broker that took the request', async () => {
    cluster.topics.set('c_REPLY_TOPIC', 1);
    broker.on(SEND_REPLY_MESSAGE_V2, (request) =>
      success(request, { msgId: '0'.repeat(32), queueId: '0', queueOffset: '0' }),
    );
    const properties = new Map([
      ['CLUSTER', 'c'],
      ['CORRELATION_ID', 'id'],
      ['REPLY_TO_CLIENT', 'client'],
      ['TTL', '3000'],
    ]);
    const request = { ...receivedReply(header(), Buffer.from('q'), 0), properties };
    await producer.reply({ ...request, brokerName: 'broker-0' }, { body: 'a', keys: 'k' });
    const [sent] = broker.received(SEND_REPLY_MESSAGE_V2);
    expect(sent.extField('b')).toBe('c_REPLY_TOPIC');
    expect(Object.fromEntries(decodeProperties(sent.extField('i')!))).toMatchObject({
      MSG_TYPE: 'reply',
      CORRELATION_ID: 'id',
      REPLY_TO_CLIENT: 'client',
      TTL: '3000',
      KEYS: 'k',
    });
    expect(() => createReplyMessage({ ...request, properties: new Map() }, { body: 'a' })).toThrow(
      expect.objectContaining({ code: 'MESSAGE_ILLEGAL' }),
    );
  });

  it('limits the requests that wait', () => {
    const pending = new PendingReplies();
    for (let index = 0; index < 65_535; index++) void pending.expect(String(index));
    expect(() => pending.expect('one more')).toThrow(
      expect.objectContaining({ code: 'PRODUCER_BUSY' }),
    );
    pending.forget('0');
    void pending.expect('one more');
  });
});

function header(): ReplyMessageRequestHeader {
  return {
    producerGroup: 'P',
    topic: 'T',
    defaultTopic: 'TBW102',
    defaultTopicQueueNums: 4,
    queueId: 0,
    sysFlag: 0,
    bornTimestamp: 0,
    flag: 0,
    unitMode: false,
    bornHost: '127.0.0.1:1',
    storeHost: '127.0.0.1:2',
    storeTimestamp: 0,
  };
}
