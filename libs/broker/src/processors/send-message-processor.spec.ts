import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { decodeProperties } from '@rocket-nest/common';
import { RemotingCommand, RequestCode, ResponseCode } from '@rocket-nest/remoting';
import { PutMessageStatus } from '@rocket-nest/store';
import { ask, createFakeBroker } from '../testing/fake-broker';
import type { FakeBroker } from '../testing/fake-broker';
import { FakeConnection } from '../testing/fake-connection';
import { createTemporaryFolder } from '../testing/temporary-folder';
import { SendMessageProcessor } from './send-message-processor';

const PLAIN = 'KEYS\u0001k1\u0002UNIQ_KEY\u0001U1\u0002WAIT\u0001true\u0002TAGS\u0001TagA\u0002';

const sendFields = (init: Record<string, string> = {}): Record<string, string> => ({
  producerGroup: 'PG',
  topic: 'T',
  defaultTopic: 'TBW102',
  defaultTopicQueueNums: '4',
  queueId: '0',
  sysFlag: '0',
  bornTimestamp: '1700000000000',
  flag: '0',
  properties: PLAIN,
  ...init,
});

describe('SendMessageProcessor', () => {
  const folder = createTemporaryFolder();
  let broker: FakeBroker;
  let processor: SendMessageProcessor;
  let connection: FakeConnection;

  afterAll(() => folder.remove());

  function start(properties: Record<string, string> = {}): void {
    broker = createFakeBroker(folder.path, properties);
    processor = new SendMessageProcessor(broker);
    connection = new FakeConnection();
  }

  beforeEach(() => start());

  const request = (fields: Record<string, string>, body: string, code: number): RemotingCommand =>
    RemotingCommand.createRequest(code, new Map(Object.entries(fields)), Buffer.from(body));

  /** The answer to a send, which comes once the store has taken the message. */
  async function send(
    fields: Record<string, string>,
    body = 'hello',
    code: number = RequestCode.SEND_MESSAGE,
  ): Promise<RemotingCommand> {
    const before = connection.responses.length;
    const answer = processor.process(connection, request(fields, body, code));
    if (answer) return answer;
    while (connection.responses.length === before) await new Promise(setImmediate);
    return connection.responses[before].response;
  }

  const stored = (topic: string, queueId = 0) => {
    const message = broker.memoryStore.messagesOf(topic, queueId).at(-1)!;
    const extra = message.extraProperties ?? Buffer.alloc(0);
    const properties = decodeProperties(Buffer.concat([message.propertiesText, extra]));
    return { message, properties: Object.fromEntries(properties) };
  };

  it('acknowledged the first message of a topic that a kill then forgot', async () => {
    const file = join(folder.path, 'config', 'topics.json');
    for (const topic of ['MadeBySend', 'MadeBySendToo']) {
      expect((await send(sendFields({ topic }))).code).toBe(ResponseCode.SUCCESS);
      expect(readFileSync(file, 'utf8')).toContain(`"${topic}"`);
    }
    expect(processor.pendingSends).toBe(0);
  });

  it('answers as the original does, and adds its own properties', async () => {
    const response = await send(sendFields());
    expect(response.code).toBe(ResponseCode.SUCCESS);
    expect(Object.fromEntries(response.extFields)).toEqual({
      MSG_REGION: 'DefaultRegion',
      TRACE_ON: 'true',
      msgId: '7F00000100002A9F0000000000000000',
      queueId: '0',
      queueOffset: '0',
      transactionId: 'U1',
    });
    expect(stored('T').properties).toEqual({
      KEYS: 'k1',
      UNIQ_KEY: 'U1',
      WAIT: 'true',
      TAGS: 'TagA',
      MSG_REGION: 'DefaultRegion',
      TRACE_ON: 'true',
      CLUSTER: 'DefaultCluster',
    });
    expect(stored('T').message.bornHost.port).toBe(connection.remotePort);
  });

  it('passes plain properties on untouched', async () => {
    await send(sendFields());
    expect(stored('T').message.propertiesText.toString()).toBe(PLAIN);
  });

  it('replaces what another broker had set, instead of repeating it', async () => {
    const properties = `${PLAIN}CLUSTER\u0001Other\u0002MSG_REGION\u0001Other\u0002`;
    await send(sendFields({ properties }));
    expect(
      stored('T')
        .message.propertiesText.toString()
        .match(/CLUSTER/g),
    ).toHaveLength(1);
    expect(stored('T').properties).toMatchObject({
      CLUSTER: 'DefaultCluster',
      MSG_REGION: 'DefaultRegion',
    });
  });

  it('gives a message without a unique key one', async () => {
    const response = await send(sendFields({ properties: '' }));
    const key = response.extFields.get('transactionId')!;
    expect(key).toMatch(/^[0-9A-F]{32}$/);
    expect(stored('T').properties['UNIQ_KEY']).toBe(key);
  });

  it('chooses a queue when the producer leaves it open', async () => {
    const queues = new Set<string | undefined>();
    for (let i = 0; i < 40; i++) {
      queues.add((await send(sendFields({ queueId: '-1' }))).extFields.get('queueId'));
    }
    expect([...queues].sort()).toEqual(['0', '1', '2', '3']);
  });

  it.each([
    ['a queue the topic has not', { queueId: '4' }, ResponseCode.INVALID_PARAMETER],
    ['an impossible name', { topic: 'bad topic!' }, ResponseCode.INVALID_PARAMETER],
    ['a path', { topic: '../../etc/passwd' }, ResponseCode.INVALID_PARAMETER],
    ['no name', { topic: '' }, ResponseCode.INVALID_PARAMETER],
    ['a long name', { topic: 'a'.repeat(128) }, ResponseCode.INVALID_PARAMETER],
    ['a topic of the broker', { topic: 'SCHEDULE_TOPIC_XXXX' }, ResponseCode.NO_PERMISSION],
    ['no topic to copy', { topic: 'U', defaultTopic: 'Nope' }, ResponseCode.TOPIC_NOT_EXIST],
    ['a timer', { properties: `${PLAIN}TIMER_DELAY_SEC\u000110\u0002` }, ResponseCode.SYSTEM_ERROR],
    [
      'a transaction without the service',
      { sysFlag: '4', properties: `${PLAIN}TRAN_MSG\u0001true\u0002` },
      ResponseCode.NO_PERMISSION,
    ],
  ])('refuses %s', async (_what, fields, code) => {
    const response = await send(sendFields(fields));
    expect(response.code).toBe(code);
    expect(response.remark).not.toBe('');
    expect(response.extFields.get('MSG_REGION')).toBe('DefaultRegion');
    expect(processor.pendingSends).toBe(0);
  });

  it('refuses an empty body', async () => {
    expect((await send(sendFields(), '')).code).toBe(ResponseCode.MESSAGE_ILLEGAL);
  });

  it.each([
    [PutMessageStatus.FLUSH_DISK_TIMEOUT, ResponseCode.FLUSH_DISK_TIMEOUT],
    [PutMessageStatus.FLUSH_SLAVE_TIMEOUT, ResponseCode.FLUSH_SLAVE_TIMEOUT],
    [PutMessageStatus.SLAVE_NOT_AVAILABLE, ResponseCode.SLAVE_NOT_AVAILABLE],
    [PutMessageStatus.MESSAGE_ILLEGAL, ResponseCode.MESSAGE_ILLEGAL],
    [PutMessageStatus.PROPERTIES_SIZE_EXCEEDED, ResponseCode.MESSAGE_ILLEGAL],
    [PutMessageStatus.SERVICE_NOT_AVAILABLE, ResponseCode.SERVICE_NOT_AVAILABLE],
    [PutMessageStatus.OS_PAGE_CACHE_BUSY, ResponseCode.SYSTEM_BUSY],
    [PutMessageStatus.UNKNOWN_ERROR, ResponseCode.SYSTEM_ERROR],
  ])('answers the store’s %s with code %i', async (status, code) => {
    broker.memoryStore.statusOf = () => status;
    const response = await send(sendFields());
    expect(response.code).toBe(code);
    const isStored = [10, 11, 12].includes(code);
    expect(response.extFields.has('msgId')).toBe(isStored);
    expect(processor.pendingSends).toBe(0);
  });

  it('answers a synchronous master without a slave with SLAVE_NOT_AVAILABLE, if it waits', async () => {
    start({ brokerRole: 'SYNC_MASTER' });
    const waiting = await send(sendFields());
    expect(waiting.code).toBe(ResponseCode.SLAVE_NOT_AVAILABLE);
    expect(waiting.extFields.get('queueOffset')).toBe('0');
    const properties = PLAIN.replace('true', 'false');
    expect((await send(sendFields({ properties }))).code).toBe(ResponseCode.SUCCESS);
  });

  it('answers SYSTEM_BUSY while as many sends wait as may', async () => {
    start({ sendThreadPoolQueueCapacity: '1' });
    broker.memoryStore.statusOf = () => undefined;
    expect(processor.process(connection, request(sendFields(), 'a', 10))).toBeUndefined();
    const response = await send(sendFields());
    expect(response.code).toBe(ResponseCode.SYSTEM_BUSY);
    expect(response.remark).toContain('sendThreadPoolQueueCapacity');
  });

  it('answers nothing to a oneway send, and stores it', async () => {
    const oneway = request(sendFields(), 'x', RequestCode.SEND_MESSAGE).markOneway();
    expect(processor.process(connection, oneway)).toBeUndefined();
    while (broker.memoryStore.bodiesOf('T').length === 0) await new Promise(setImmediate);
    expect(connection.responses).toEqual([]);
    expect(processor.pendingSends).toBe(0);
  });

  it('stores a delayed message in the queue of its level, and answers with the queue asked for', async () => {
    const properties = `${PLAIN}DELAY\u00013\u0002`;
    const response = await send(sendFields({ properties, queueId: '2' }));
    expect(response.extFields.get('queueId')).toBe('2');
    expect(stored('SCHEDULE_TOPIC_XXXX', 2).properties).toMatchObject({
      DELAY: '3',
      REAL_TOPIC: 'T',
      REAL_QID: '2',
    });
  });

  describe('to a retry topic', () => {
    const retry = (reconsumeTimes: string, init: Record<string, string> = {}) =>
      send(
        sendFields({
          topic: '%RETRY%g',
          reconsumeTimes,
          maxReconsumeTimes: '16',
          properties: `${PLAIN}DELAY\u00013\u0002`,
          ...init,
        }),
      );

    it('delays while there are retries left', async () => {
      expect((await retry('16')).code).toBe(ResponseCode.SUCCESS);
      expect(stored('SCHEDULE_TOPIC_XXXX', 2).properties['REAL_TOPIC']).toBe('%RETRY%g');
      expect(broker.topicConfigManager.selectTopicConfig('%RETRY%g')).toBeDefined();
    });

    it('goes to the dead letter topic at once after them', async () => {
      expect((await retry('17')).code).toBe(ResponseCode.SUCCESS);
      expect(stored('%DLQ%g').properties['DELAY']).toBe('-1');
      expect(broker.topicConfigManager.selectTopicConfig('%DLQ%g')).toMatchObject({
        perm: 6,
        writeQueueNums: 1,
      });
      expect(broker.counters.messagesToDlq).toBe(1);
    });

    it('goes there while the group consumes in order', async () => {
      const queue = { topic: 'T', brokerName: 'broker-a', queueId: 0 };
      broker.rebalanceLockManager.tryLockBatch('g', [queue], 'client');
      await retry('0');
      expect(broker.memoryStore.bodiesOf('%DLQ%g')).toEqual(['hello']);
    });

    it('needs the group to exist', async () => {
      start({ autoCreateSubscriptionGroup: 'false' });
      expect((await retry('0')).code).toBe(ResponseCode.SUBSCRIPTION_GROUP_NOT_EXIST);
    });

    it('takes no batches', async () => {
      const answer = await ask(
        (c, r) => processor.process(c, r),
        connection,
        RequestCode.SEND_BATCH_MESSAGE,
        { a: 'PG', b: '%RETRY%g', c: 'TBW102', d: '4', e: '0', f: '0', g: '1', h: '0', m: 'true' },
        'x',
      );
      expect(answer.code).toBe(ResponseCode.MESSAGE_ILLEGAL);
    });
  });
});
