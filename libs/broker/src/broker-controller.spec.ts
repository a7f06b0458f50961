import { NodeFileSystem, SilentLogger, SystemClock, SystemRandom } from '@rocket-nest/common';
import { decodeMessages } from '@rocket-nest/common';
import {
  MQVersion,
  RemotingClient,
  RemotingCommand,
  RequestCode,
  ResponseCode,
} from '@rocket-nest/remoting';
import { BrokerController } from './broker-controller';
import { createBrokerConfig } from './config/broker-config';
import { createTemporaryFolder } from './testing/temporary-folder';

const clock = new SystemClock();
const logger = new SilentLogger();

const sendFields = (init: Record<string, string> = {}): Record<string, string> => ({
  producerGroup: 'PG',
  topic: 'T',
  defaultTopic: 'TBW102',
  defaultTopicQueueNums: '4',
  queueId: '0',
  sysFlag: '0',
  bornTimestamp: '1700000000000',
  flag: '7',
  properties: 'UNIQ_KEY\u0001U1\u0002TAGS\u0001TagA\u0002',
  ...init,
});

const pullFields = (init: Record<string, string | number> = {}): Record<string, string> => {
  const fields = {
    consumerGroup: 'CG',
    topic: 'T',
    queueId: 0,
    queueOffset: 0,
    maxMsgNums: 32,
    sysFlag: 4,
    commitOffset: 0,
    suspendTimeoutMillis: 15_000,
    subscription: '*',
    subVersion: 0,
    ...init,
  };
  return Object.fromEntries(Object.entries(fields).map(([k, v]) => [k, String(v)]));
};

/** An item of a client batch: size, magic, crc, flag, body length, body, properties length, properties. */
const batchItem = (body: string, properties: string): Buffer => {
  const item = Buffer.alloc(22 + body.length + properties.length);
  item.writeInt32BE(item.length, 0);
  item.writeInt32BE(body.length, 16);
  item.write(body, 20);
  item.writeInt16BE(properties.length, 20 + body.length);
  item.write(properties, 22 + body.length);
  return item;
};

describe('BrokerController', () => {
  const folders: (() => void)[] = [];
  let folder: string;
  let broker: BrokerController;
  let client: RemotingClient;

  async function start(properties: Record<string, string> = {}): Promise<void> {
    const config = createBrokerConfig({
      brokerName: 'broker-a',
      listenPort: '0',
      storePathRootDir: folder,
      mappedFileSizeCommitLog: '1048576',
      maxMessageSize: '65536',
      ...properties,
    });
    const fileSystem = new NodeFileSystem();
    broker = new BrokerController(config, {
      fileSystem,
      clock,
      logger,
      random: new SystemRandom(),
    });
    await broker.initialize();
    await broker.start();
    client = new RemotingClient({}, { clock, logger });
  }

  async function stop(): Promise<void> {
    await client.shutdown();
    await broker.shutdown();
  }

  beforeEach(() => {
    const made = createTemporaryFolder();
    folder = made.path;
    folders.push(made.remove);
  });
  afterEach(async () => {
    await stop();
    for (const remove of folders.splice(0)) remove();
  });

  const request = (code: number, fields: Record<string, string>, body?: Buffer) =>
    RemotingCommand.createRequest(code, new Map(Object.entries(fields)), body);

  const ask = (code: number, fields: Record<string, string>, body?: Buffer) =>
    client.invoke(broker.brokerAddr, request(code, fields, body), 10_000);

  const send = (body: string, init: Record<string, string> = {}) =>
    ask(RequestCode.SEND_MESSAGE, sendFields(init), Buffer.from(body));

  const pull = (init: Record<string, string | number> = {}) =>
    ask(RequestCode.PULL_MESSAGE, pullFields(init));

  const bodies = (response: RemotingCommand): string[] =>
    decodeMessages(response.body ?? Buffer.alloc(0)).map((message) => message.body.toString());

  it('stores what is sent and gives it to who pulls', async () => {
    await start();
    const sent = await send('hello');
    expect([sent.code, sent.extFields.get('queueOffset')]).toEqual([0, '0']);
    await send('world');
    const pulled = await pull();
    expect([pulled.code, pulled.remark]).toEqual([0, 'FOUND']);
    const [first, second] = decodeMessages(pulled.body ?? Buffer.alloc(0));
    expect([first?.body.toString(), second?.body.toString()]).toEqual(['hello', 'world']);
    expect(first).toMatchObject({ topic: 'T', queueId: 0, flag: 7, queueOffset: 0 });
    expect(first?.storeHost).toBe(broker.brokerAddr);
    expect(first?.offsetMsgId).toBe(sent.extFields.get('msgId'));
    expect(Object.fromEntries(first?.properties ?? [])).toMatchObject({
      UNIQ_KEY: 'U1',
      TAGS: 'TagA',
      CLUSTER: 'DefaultCluster',
      MSG_REGION: 'DefaultRegion',
      TRACE_ON: 'true',
    });
  });

  it('answers sends in SYNC_FLUSH after the disk has them', async () => {
    await start({ flushDiskType: 'SYNC_FLUSH' });
    const answers = await Promise.all(['a', 'b', 'c'].map((body) => send(body)));
    expect(answers.map((answer) => answer.code)).toEqual([0, 0, 0]);
    expect(bodies(await pull())).toHaveLength(3);
    expect(broker.messageStore.flushedWhere()).toBe(broker.messageStore.maxPhyOffset());
  });

  it('stores a batch as messages of their own', async () => {
    await start();
    await send('first');
    const body = Buffer.concat([
      batchItem('1', 'UNIQ_KEY\u0001B1\u0002'),
      batchItem('2', 'UNIQ_KEY\u0001B2\u0002'),
    ]);
    const answer = await ask(
      RequestCode.SEND_BATCH_MESSAGE,
      { a: 'PG', b: 'T', c: 'TBW102', d: '4', e: '0', f: '0', g: '1', h: '0', m: 'true' },
      body,
    );
    expect([answer.code, answer.extFields.get('queueOffset')]).toEqual([0, '1']);
    const ids = answer.extFields.get('msgId')?.split(',');
    const messages = decodeMessages((await pull({ queueOffset: 1 })).body ?? Buffer.alloc(0));
    expect(messages.map((message) => message.offsetMsgId)).toEqual(ids);
    expect(messages.map((message) => message.msgId)).toEqual(['B1', 'B2']);
  });

  it.each([
    ['garbage', Buffer.from('garbage that is long enough to be read')],
    ['a length beyond the end', Buffer.from('00001000000000000000000000000000000000010000', 'hex')],
  ])('refuses a batch of %s and stays well', async (_what, body) => {
    await start();
    const answer = await ask(
      RequestCode.SEND_BATCH_MESSAGE,
      { a: 'PG', b: 'T', c: 'TBW102', d: '4', e: '0', f: '0', g: '1', h: '0', m: 'true' },
      body,
    );
    expect(answer.code).toBe(ResponseCode.MESSAGE_ILLEGAL);
    expect((await send('after')).code).toBe(0);
    expect(bodies(await pull())).toEqual(['after']);
  });

  it('refuses bodies and properties that are too large', async () => {
    await start();
    expect((await send('x'.repeat(65_536))).code).toBe(0);
    expect((await send('x'.repeat(65_537))).code).toBe(ResponseCode.MESSAGE_ILLEGAL);
    const long = `UNIQ_KEY\u0001U1\u0002a\u0001${'b'.repeat(32_767)}\u0002`;
    expect((await send('x', { properties: long })).code).toBe(ResponseCode.MESSAGE_ILLEGAL);
  });

  it('answers properties of tens of thousands of wide characters instead of closing', async () => {
    await start();
    const wide = `UNIQ_KEY\u0001U1\u0002a\u0001${'漢'.repeat(32_767)}\u0002`;
    expect((await send('x', { properties: wide })).code).toBe(ResponseCode.MESSAGE_ILLEGAL);
  });

  it('wakes a waiting pull by the arrival, and only by one that matches', async () => {
    await start();
    await send('before');
    const waiting = pull({ queueOffset: 1, sysFlag: 6, subscription: 'TagB' });
    while (broker.pullRequestHoldService.heldCount === 0) await new Promise(setImmediate);
    await send('not this', { properties: 'UNIQ_KEY\u0001U2\u0002TAGS\u0001TagA\u0002' });
    expect(broker.pullRequestHoldService.heldCount).toBe(1);
    await send('this', { properties: 'UNIQ_KEY\u0001U3\u0002TAGS\u0001TagB\u0002' });
    expect(bodies(await waiting)).toEqual(['this']);
  });

  it('answers a waiting pull when its group is reset, with the new offset', async () => {
    await start();
    await send('a');
    await send('b');
    broker.subscriptionGroupManager.findSubscriptionGroupConfig('CG');
    const waiting = pull({ queueOffset: 2, sysFlag: 6 });
    while (broker.pullRequestHoldService.heldCount === 0) await new Promise(setImmediate);
    const reset = { group: 'CG', topic: 'T', timestamp: '0', isForce: 'true', queueId: '-1' };
    expect((await ask(RequestCode.INVOKE_BROKER_TO_RESET_OFFSET, reset)).code).toBe(0);
    const { code, extFields } = await waiting;
    expect([code, extFields.get('nextBeginOffset')]).toEqual([ResponseCode.PULL_OFFSET_MOVED, '0']);
  });

  it('filters by tag', async () => {
    await start();
    await send('a');
    await send('b', { properties: 'UNIQ_KEY\u0001U2\u0002TAGS\u0001TagB\u0002' });
    expect(bodies(await pull({ subscription: 'TagB || TagC' }))).toEqual(['b']);
    const none = await pull({ subscription: 'TagZ' });
    expect([none.code, none.remark]).toEqual([
      ResponseCode.PULL_RETRY_IMMEDIATELY,
      'NO_MATCHED_MESSAGE',
    ]);
    expect(none.extFields.get('nextBeginOffset')).toBe('2');
  });

  it.each([
    [{ queueId: 3 }, ResponseCode.PULL_NOT_FOUND, 'NO_MESSAGE_IN_QUEUE', '0'],
    [{ queueId: 3, queueOffset: 5 }, ResponseCode.PULL_OFFSET_MOVED, 'NO_MESSAGE_IN_QUEUE', '0'],
    [{ queueOffset: 1 }, ResponseCode.PULL_NOT_FOUND, 'OFFSET_OVERFLOW_ONE', '1'],
    [{ queueOffset: 9999 }, ResponseCode.PULL_OFFSET_MOVED, 'OFFSET_OVERFLOW_BADLY', '1'],
    [{ queueOffset: -3 }, ResponseCode.PULL_OFFSET_MOVED, 'OFFSET_TOO_SMALL', '0'],
  ])('corrects an offset without a message: %p', async (init, code, remark, next) => {
    await start();
    await send('a');
    const answer = await pull(init);
    expect([answer.code, answer.remark]).toEqual([code, remark]);
    expect(answer.extFields.get('nextBeginOffset')).toBe(next);
  });

  it('gives one message at least, however few are asked for', async () => {
    await start();
    await send('a');
    await send('b');
    for (const maxMsgNums of [1, 0, -1]) expect(bodies(await pull({ maxMsgNums }))).toEqual(['a']);
  });

  it('keeps messages, topics and offsets over a restart', async () => {
    await start();
    await send('kept');
    await ask(RequestCode.UPDATE_CONSUMER_OFFSET, {
      consumerGroup: 'CG',
      topic: 'T',
      queueId: '0',
      commitOffset: '1',
    });
    await pull();
    await stop();
    await start({ autoCreateTopicEnable: 'false' });
    expect(bodies(await pull())).toEqual(['kept']);
    expect(broker.topicConfigManager.selectTopicConfig('T')?.writeQueueNums).toBe(4);
    expect((await send('more')).extFields.get('queueOffset')).toBe('1');
  });

  it('answers a code that nobody handles', async () => {
    await start();
    const answer = await ask(9999, {});
    expect(answer.code).toBe(ResponseCode.REQUEST_CODE_NOT_SUPPORTED);
    expect(broker.counters.unsupportedRequests).toBe(1);
  });

  it('answers a header that lacks a field, and goes on', async () => {
    await start();
    expect((await ask(RequestCode.PULL_MESSAGE, { topic: 'T' })).code).toBe(
      ResponseCode.SYSTEM_ERROR,
    );
    expect((await send('a')).code).toBe(0);
  });

  it('answers waiting pulls when it stops', async () => {
    await start();
    await send('a');
    const waiting = pull({ queueOffset: 1, sysFlag: 6 });
    while (broker.pullRequestHoldService.heldCount === 0) await new Promise(setImmediate);
    await broker.shutdown();
    expect((await waiting).code).toBe(ResponseCode.PULL_NOT_FOUND);
  });

  it('sends clients away while it stops gracefully, and serves those too old to go', async () => {
    await start({ enableShutdownGracefully: 'true', shutdownWaitTimeSeconds: '2' });
    await send('a');
    const stopped = broker.shutdown();
    while ((await send('b')).code !== ResponseCode.GO_AWAY);
    const old = request(RequestCode.SEND_MESSAGE, sendFields(), Buffer.from('old'));
    old.version = MQVersion.V5_3_1;
    expect((await client.invoke(broker.brokerAddr, old, 10_000)).code).toBe(0);
    await stopped;
  });

  it('serves sends but no pulls on the VIP port', async () => {
    await start();
    const freePort = broker.listenPort;
    await stop();
    await start({ listenPort: String(freePort) });
    const vip = `127.0.0.1:${freePort - 2}`;
    const sent = request(RequestCode.SEND_MESSAGE, sendFields(), Buffer.from('x'));
    expect((await client.invoke(vip, sent, 5000)).code).toBe(0);
    const pulled = await client.invoke(vip, request(RequestCode.PULL_MESSAGE, pullFields()), 5000);
    expect(pulled.code).toBe(ResponseCode.REQUEST_CODE_NOT_SUPPORTED);
  });

  it('leaves a closed store behind when its port is taken', async () => {
    await start();
    const other = createTemporaryFolder();
    folders.push(other.remove);
    const config = createBrokerConfig({
      listenPort: String(broker.listenPort),
      storePathRootDir: other.path,
    });
    const deps = { fileSystem: new NodeFileSystem(), clock, logger, random: new SystemRandom() };
    const second = new BrokerController(config, deps);
    await second.initialize();
    await expect(second.start()).rejects.toMatchObject({ code: 'BIND_FAILED' });
    await second.shutdown();
    expect((await send('a')).code).toBe(0);
  });
});
