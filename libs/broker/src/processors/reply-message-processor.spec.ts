import { decodeProperties, encodeProperties } from '@rocket-nest/common';
import { RemotingCommand, RequestCode } from '@rocket-nest/remoting';
import { createTemporaryFolder } from '../testing/temporary-folder';
import { TransactionKit } from '../testing/transaction-kit';

const { PUSH_REPLY_MESSAGE_TO_CLIENT, SEND_REPLY_MESSAGE, SEND_REPLY_MESSAGE_V2 } = RequestCode;
const TOPIC = 'DefaultCluster_REPLY_TOPIC';

const propertiesOf = (init: Record<string, string>): string =>
  encodeProperties(
    new Map(Object.entries({ MSG_TYPE: 'reply', CORRELATION_ID: 'c1', TTL: '8000', ...init })),
  );

/** SendMessageRequestHeaderV2 of a reply. */
const shortFields = (properties: Record<string, string>, queueId = 0) => ({
  a: 'PID',
  b: TOPIC,
  c: 'TBW102',
  d: 4,
  e: queueId,
  f: 0,
  g: 1_700_000_000_000,
  h: 0,
  i: propertiesOf(properties),
  j: 0,
  k: 'false',
  m: 'false',
});

describe('ReplyMessageProcessor', () => {
  let folder: ReturnType<typeof createTemporaryFolder>;
  let kit: TransactionKit;
  let pushes: RemotingCommand[];

  /** A client that asked, and answers what is pushed to it with `code`. */
  const start = async (code = 0, properties: Record<string, string> = {}): Promise<void> => {
    kit = await new TransactionKit(folder.path, undefined, properties).start();
    pushes = [];
    kit.client.registerProcessor(PUSH_REPLY_MESSAGE_TO_CLIENT, (connection, push) => {
      const copy = RemotingCommand.createRequest(push.code, new Map(push.extFields));
      copy.body = Buffer.from(push.body ?? []);
      pushes.push(copy);
      connection.respond(RemotingCommand.createResponse(push, code, 'the remark'));
    });
    await kit.heartbeat();
  };

  const reply = (properties: Record<string, string>, queueId = 0) =>
    kit.ask(SEND_REPLY_MESSAGE_V2, shortFields(properties, queueId), Buffer.from('pong'));

  beforeEach(() => (folder = createTemporaryFolder()));
  afterEach(async () => {
    await kit.stop();
    folder.remove();
  });

  it('pushes a reply to the client that asked, and keeps it', async () => {
    await start();
    const answer = await reply({ REPLY_TO_CLIENT: 'client-1', UNIQ_KEY: 'U1' });
    expect([answer.code, answer.remark]).toEqual([0, undefined]);
    expect(Object.fromEntries(answer.extFields)).toMatchObject({
      MSG_REGION: 'DefaultRegion',
      TRACE_ON: 'true',
      queueId: '0',
      queueOffset: '0',
    });
    expect(pushes).toHaveLength(1);
    const [push] = pushes;
    expect(push.body?.toString()).toBe('pong');
    expect(Object.fromEntries(push.extFields)).toMatchObject({
      topic: TOPIC,
      producerGroup: 'PID',
      queueId: '0',
      bornTimestamp: '1700000000000',
      bornHost: expect.stringMatching(/^127\.0\.0\.1:\d+$/) as string,
      storeHost: kit.broker.brokerAddr,
    });
    const properties = decodeProperties(push.extFields.get('properties') ?? '');
    expect(properties.get('CORRELATION_ID')).toBe('c1');
    expect(Number(properties.get('PUSH_REPLY_TIME'))).toBeGreaterThan(1_700_000_000_000);
    const [stored] = await kit.records(TOPIC);
    expect(stored.body.toString()).toBe('pong');
    expect(decodeProperties(stored.propertiesText).has('PUSH_REPLY_TIME')).toBe(false);
    const position = stored.physicalOffset.toString(16).toUpperCase().padStart(16, '0');
    expect(answer.extFields.get('msgId')).toMatch(new RegExp(`${position}$`));
  });

  it('takes the header with long names too', async () => {
    await start();
    const answer = await kit.ask(
      SEND_REPLY_MESSAGE,
      {
        producerGroup: 'PID',
        topic: TOPIC,
        defaultTopic: 'TBW102',
        defaultTopicQueueNums: 4,
        queueId: -1,
        sysFlag: 0,
        bornTimestamp: 1,
        flag: 0,
        properties: propertiesOf({ REPLY_TO_CLIENT: 'client-1' }),
      },
      Buffer.from('pong'),
    );
    expect(answer.code).toBe(0);
    expect(pushes).toHaveLength(1);
  });

  it('does not keep replies when told so', async () => {
    await start(0, { storeReplyMessageEnable: 'false' });
    const answer = await reply({ REPLY_TO_CLIENT: 'client-1' });
    expect([answer.code, answer.extFields.get('msgId')]).toEqual([0, '0']);
    expect(await kit.records(TOPIC)).toEqual([]);
  });

  it.each([
    ['no client is named', {}, 0, /REPLY_TO_CLIENT/],
    ['the client is gone', { REPLY_TO_CLIENT: 'gone' }, 0, /gone/],
    ['the client does not take it', { REPLY_TO_CLIENT: 'client-1' }, 1, /the remark/],
  ])('answers SYSTEM_ERROR when %s, and keeps the reply', async (_name, properties, code, why) => {
    await start(code);
    const answer = await reply(properties);
    expect([answer.code, answer.remark]).toEqual([1, expect.stringMatching(why)]);
    expect(await kit.records(TOPIC)).toHaveLength(1);
  });

  it('refuses a queue or topic that does not exist like any send', async () => {
    await start();
    expect((await reply({ REPLY_TO_CLIENT: 'client-1' }, 99)).code).toBe(29);
    const fields = { ...shortFields({ REPLY_TO_CLIENT: 'client-1' }), b: 'SELF_TEST_TOPIC' };
    expect((await kit.ask(SEND_REPLY_MESSAGE_V2, fields, Buffer.from('x'))).code).toBe(16);
    expect(pushes).toEqual([]);
  });

  it('answers nothing to a oneway reply, and pushes it', async () => {
    await start();
    const texts = Object.entries(shortFields({ REPLY_TO_CLIENT: 'client-1' })).map(
      ([name, value]) => [name, String(value)] as const,
    );
    const request = RemotingCommand.createRequest(SEND_REPLY_MESSAGE_V2, new Map(texts));
    request.body = Buffer.from('pong');
    await kit.client.invokeOneway(kit.broker.brokerAddr, request);
    expect((await reply({ REPLY_TO_CLIENT: 'client-1' })).code).toBe(0);
    expect(pushes).toHaveLength(2);
  });
});
