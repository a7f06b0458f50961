import { RequestCode, ResponseCode } from '@rocket-nest/remoting';
import type { RemotingCommand } from '@rocket-nest/remoting';
import { ask, createFakeBroker } from '../testing/fake-broker';
import type { FakeBroker } from '../testing/fake-broker';
import { FakeConnection } from '../testing/fake-connection';
import { createTemporaryFolder } from '../testing/temporary-folder';
import { ClientManageProcessor } from './client-manage-processor';
import { ConsumerManageProcessor } from './consumer-manage-processor';

/** Recorded from the original's clients. */
const LITE_PULL_HEARTBEAT =
  '{"clientID":"10.0.0.9@lp@STREAM","consumerDataSet":[{"consumeFromWhere":"CONSUME_FROM_LAST_OFFSET",' +
  '"consumeType":"CONSUME_ACTIVELY","groupName":"GID_lite","messageModel":"CLUSTERING",' +
  '"subscriptionDataSet":[{"classFilterMode":false,"codeSet":[],"expressionType":"TAG","subString":"*",' +
  '"subVersion":1795259749370,"tagsSet":[],"topic":"TopicBatch"}],"unitMode":false}],' +
  '"heartbeatFingerprint":0,"producerDataSet":[{"groupName":"CLIENT_INNER_PRODUCER"}],"withoutSub":false}';

const withFingerprint = (fingerprint: number, withoutSub: boolean): string =>
  JSON.stringify({
    ...JSON.parse(LITE_PULL_HEARTBEAT),
    heartbeatFingerprint: fingerprint,
    withoutSub,
  });

describe('ClientManageProcessor', () => {
  const folder = createTemporaryFolder();
  let broker: FakeBroker;
  let processor: ClientManageProcessor;
  let connection: FakeConnection;

  afterAll(() => folder.remove());

  beforeEach(() => {
    broker = createFakeBroker(folder.path);
    processor = new ClientManageProcessor(broker);
    connection = new FakeConnection();
  });

  afterEach(async () => {
    await broker.topicConfigManager.shutdown();
    await broker.subscriptionGroupManager.shutdown();
  });

  const heartBeat = (body: string): Promise<RemotingCommand> =>
    ask(processor.heartBeat, connection, RequestCode.HEART_BEAT, {}, body);

  it('registers groups and answers as the original does', async () => {
    const response = await heartBeat(LITE_PULL_HEARTBEAT);
    expect(response.code).toBe(ResponseCode.SUCCESS);
    expect(Object.fromEntries(response.extFields)).toEqual({
      IS_SUB_CHANGE: 'true',
      IS_SUPPORT_HEART_BEAT_V2: 'true',
    });
    expect(broker.consumerManager.findSubscriptionData('GID_lite', 'TopicBatch')).toBeDefined();
    expect(broker.producerManager.findChannel('10.0.0.9@lp@STREAM')).toBeDefined();
    expect(broker.subscriptionGroupManager.containsSubscriptionGroup('GID_lite')).toBe(true);
  });

  it('makes the retry topic at a group’s first heartbeat', async () => {
    await heartBeat(LITE_PULL_HEARTBEAT);
    expect(broker.topicConfigManager.selectTopicConfig('%RETRY%GID_lite')).toMatchObject({
      readQueueNums: 1,
      writeQueueNums: 1,
      perm: 6,
      order: false,
    });
  });

  it('notifies the other members when one comes and when one goes', async () => {
    await heartBeat(LITE_PULL_HEARTBEAT);
    broker.clock.advance(1);
    connection.oneways.length = 0;
    const other = new FakeConnection();
    const body = LITE_PULL_HEARTBEAT.replace('10.0.0.9@lp', '10.0.0.9@other');
    await ask(processor.heartBeat, other, RequestCode.HEART_BEAT, {}, body);
    broker.clock.advance(1);
    expect(connection.oneways.map((request) => request.code)).toEqual([
      RequestCode.NOTIFY_CONSUMER_IDS_CHANGED,
    ]);
    expect(connection.oneways[0].extFields.get('consumerGroup')).toBe('GID_lite');
    expect(connection.oneways[0].isOneway).toBe(true);

    const fields = { clientID: '10.0.0.9@other@STREAM', consumerGroup: 'GID_lite' };
    await ask(processor.unregisterClient, other, RequestCode.UNREGISTER_CLIENT, fields);
    broker.clock.advance(1);
    expect(connection.oneways).toHaveLength(2);
    const list = await ask(
      new ConsumerManageProcessor(broker).getConsumerListByGroup,
      connection,
      RequestCode.GET_CONSUMER_LIST_BY_GROUP,
      { consumerGroup: 'GID_lite' },
    );
    expect(list.body?.toString()).toBe('{"consumerIdList":["10.0.0.9@lp@STREAM"]}');
  });

  it('asks a client of heartbeat V2 for its subscriptions only when it does not know them', async () => {
    const isSubChange = async (body: string): Promise<string | undefined> =>
      (await heartBeat(body)).extFields.get('IS_SUB_CHANGE');
    expect(await isSubChange(withFingerprint(77, true))).toBe('true');
    expect(await isSubChange(withFingerprint(77, false))).toBe('false');
    expect(await isSubChange(withFingerprint(77, true))).toBe('false');
    expect(await isSubChange(withFingerprint(78, true))).toBe('true');
    expect(broker.consumerManager.findSubscriptionData('GID_lite', 'TopicBatch')).toBeDefined();
  });

  it('refuses hostile group names', async () => {
    const response = await heartBeat(LITE_PULL_HEARTBEAT.replace('GID_lite', '../../etc/passwd'));
    expect(response.code).toBe(ResponseCode.SYSTEM_ERROR);
    expect([...broker.consumerManager.groupNames]).toEqual([]);
  });

  it('says that it cannot filter by SQL', async () => {
    const check = (expressionType: string): Promise<RemotingCommand> => {
      const subscriptionData = { topic: 'T', subString: 'a > 1', expressionType };
      const body = JSON.stringify({ clientId: 'c', group: 'G', subscriptionData });
      const code = RequestCode.CHECK_CLIENT_CONFIG;
      return ask(processor.checkClientConfig, connection, code, {}, body);
    };
    expect((await check('TAG')).code).toBe(ResponseCode.SUCCESS);
    expect((await check('SQL92')).code).toBe(ResponseCode.SYSTEM_ERROR);
  });
});
