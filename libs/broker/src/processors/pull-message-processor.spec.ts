import { RemotingCommand, RequestCode, ResponseCode } from '@rocket-nest/remoting';
import type { GetMessageResult } from '@rocket-nest/store';
import { createTopicConfig } from '@rocket-nest/common';
import { createFakeBroker } from '../testing/fake-broker';
import type { FakeBroker } from '../testing/fake-broker';
import { FakeConnection } from '../testing/fake-connection';
import { storedMessage } from '../testing/stored-messages';
import { createTemporaryFolder } from '../testing/temporary-folder';
import { PullMessageProcessor } from './pull-message-processor';

const SUSPEND = 2;
const SUBSCRIPTION = 4;

describe('PullMessageProcessor', () => {
  const folder = createTemporaryFolder();
  let broker: FakeBroker;
  let processor: PullMessageProcessor;
  let connection: FakeConnection;

  afterAll(() => folder.remove());

  async function start(properties: Record<string, string> = {}): Promise<void> {
    broker = createFakeBroker(folder.path, properties);
    processor = new PullMessageProcessor(broker);
    connection = new FakeConnection();
    broker.pullRequestHoldService.start();
    await broker.topicConfigManager.updateTopicConfigs([
      createTopicConfig('T', { readQueueNums: 4, writeQueueNums: 4 }),
      createTopicConfig('WriteOnly', { perm: 2 }),
    ]);
  }

  beforeEach(() => start());

  function pull(
    init: Record<string, string | number> = {},
    code: number = RequestCode.PULL_MESSAGE,
  ): RemotingCommand | undefined {
    const fields = {
      consumerGroup: 'CG',
      topic: 'T',
      queueId: 0,
      queueOffset: 0,
      maxMsgNums: 32,
      sysFlag: SUBSCRIPTION,
      commitOffset: 0,
      suspendTimeoutMillis: 15_000,
      subscription: '*',
      subVersion: 0,
      ...init,
    };
    const extFields = new Map(Object.entries(fields).map(([k, v]) => [k, String(v)]));
    const before = connection.responses.length;
    processor.process(connection, RemotingCommand.createRequest(code, extFields));
    return connection.responses[before]?.response;
  }

  const heartbeat = (
    subVersion = 5,
    messageModel: 'CLUSTERING' | 'BROADCASTING' = 'CLUSTERING',
  ): void => {
    broker.consumerManager.registerConsumer({
      group: 'CG',
      channel: { connection, clientId: 'c', language: 0, version: 0, lastUpdateMs: 0 },
      profile: {
        consumeType: 'CONSUME_PASSIVELY',
        messageModel,
        consumeFromWhere: 'CONSUME_FROM_LAST_OFFSET',
      },
      subscriptions: [
        {
          classFilterMode: false,
          codeSet: [],
          tagsSet: [],
          subString: '*',
          expressionType: 'TAG',
          subVersion,
          topic: 'T',
        },
      ],
    });
  };

  it('answers what is there at once, with the records behind the header', () => {
    broker.memoryStore.store(storedMessage('T', 'a'));
    broker.memoryStore.store(storedMessage('T', 'b'));
    const response = pull()!;
    expect(response.code).toBe(ResponseCode.SUCCESS);
    expect(response.remark).toBe('FOUND');
    expect(Object.fromEntries(response.extFields)).toEqual({
      suggestWhichBrokerId: '0',
      nextBeginOffset: '2',
      minOffset: '0',
      maxOffset: '2',
      topicSysFlag: '0',
      groupSysFlag: '0',
    });
    expect(connection.responses[0].parts).toHaveLength(2);
    expect(broker.counters.messagesOut).toBe(2);
  });

  it.each([
    ['an unknown topic', { topic: 'Nope' }, ResponseCode.TOPIC_NOT_EXIST, undefined],
    ['a topic that may not be read', { topic: 'WriteOnly' }, ResponseCode.NO_PERMISSION, '3'],
    ['an impossible queue', { queueId: 4 }, ResponseCode.INVALID_PARAMETER, undefined],
    ['a negative queue', { queueId: -1 }, ResponseCode.INVALID_PARAMETER, undefined],
    [
      'an impossible group',
      { consumerGroup: 'bad group!' },
      ResponseCode.SUBSCRIPTION_GROUP_NOT_EXIST,
      undefined,
    ],
    [
      'a group that sent no heartbeat',
      { sysFlag: 0 },
      ResponseCode.SUBSCRIPTION_NOT_EXIST,
      undefined,
    ],
    ['bars', { subscription: '||' }, ResponseCode.SUBSCRIPTION_PARSE_FAILED, undefined],
    [
      'a kind of filter that there is not',
      { subscription: 'a > 1', expressionType: 'SQL92' },
      ResponseCode.SYSTEM_ERROR,
      undefined,
    ],
  ])('refuses %s', (_what, fields, code, forbiddenType) => {
    const response = pull(fields)!;
    expect(response.code).toBe(code);
    expect(response.extFields.get('forbiddenType')).toBe(forbiddenType);
  });

  it.each([
    ['the broker', { brokerPermission: '2' }, '1'],
    ['lite pulls', { litePullMessageEnable: 'false' }, '1'],
  ])('respects that %s may not be read', async (_what, properties, forbiddenType) => {
    await start(properties);
    const response = pull({}, RequestCode.LITE_PULL_MESSAGE)!;
    expect(response.code).toBe(ResponseCode.NO_PERMISSION);
    expect(response.extFields.get('forbiddenType')).toBe(forbiddenType);
  });

  it('asks for a heartbeat with a newer subscription', () => {
    heartbeat(5);
    expect(pull({ sysFlag: 0, subVersion: 6 })!.code).toBe(ResponseCode.SUBSCRIPTION_NOT_LATEST);
    expect(pull({ sysFlag: 0, subVersion: 5 })!.code).toBe(ResponseCode.PULL_NOT_FOUND);
  });

  it('respects that a group may not broadcast', () => {
    heartbeat(5, 'BROADCASTING');
    const group = broker.subscriptionGroupManager.findSubscriptionGroupConfig('CG')!;
    group.consumeBroadcastEnable = false;
    const response = pull({ sysFlag: 0 })!;
    expect(response.code).toBe(ResponseCode.NO_PERMISSION);
    expect(response.extFields.get('forbiddenType')).toBe('4');
  });

  it('stores the offset that comes along, once', () => {
    broker.memoryStore.store(storedMessage('T', 'a'));
    pull({ sysFlag: SUBSCRIPTION | 1, commitOffset: 7 });
    expect(broker.consumerOffsetManager.queryOffset('CG', 'T', 0)).toBe(7);
    expect(broker.consumerOffsetManager.queryPullOffset('CG', 'T', 0)).toBe(1);
  });

  it('tells a consumer of a reset, then serves it', () => {
    broker.memoryStore.store(storedMessage('T', 'a'));
    broker.consumerOffsetManager.assignResetOffset('T', 'CG', 0, 0);
    const response = pull({ queueOffset: 1 })!;
    expect([response.code, response.remark]).toEqual([
      ResponseCode.PULL_OFFSET_MOVED,
      'OFFSET_RESET',
    ]);
    expect(response.extFields.get('nextBeginOffset')).toBe('0');
    expect(pull()!.code).toBe(ResponseCode.SUCCESS);
  });

  describe('that finds nothing', () => {
    const hold = (init: Record<string, string | number> = {}) =>
      pull({ sysFlag: SUBSCRIPTION | SUSPEND, ...init });
    const arrive = (): void => {
      broker.memoryStore.store(storedMessage('T', 'a'));
      broker.pullRequestHoldService.notifyMessageArriving('T', 0, 1, 0);
    };
    const endOfTurn = () => new Promise(setImmediate);

    it('answers at once when it does not want to wait', () => {
      const response = pull()!;
      expect([response.code, response.remark]).toEqual([
        ResponseCode.PULL_NOT_FOUND,
        'NO_MESSAGE_IN_QUEUE',
      ]);
    });

    it('waits for the message', async () => {
      expect(hold()).toBeUndefined();
      arrive();
      await endOfTurn();
      expect(connection.responses[0].response.code).toBe(ResponseCode.SUCCESS);
      expect(connection.responses[0].parts).toHaveLength(1);
    });

    it('is answered when its time is over', () => {
      hold({ suspendTimeoutMillis: 1000 });
      broker.clock.advance(2000);
      expect(connection.responses[0].response.code).toBe(ResponseCode.PULL_NOT_FOUND);
    });

    it('waits a moment only when long polling is off', async () => {
      await start({ longPollingEnable: 'false', shortPollingTimeMills: '1000' });
      hold();
      broker.clock.advance(2000);
      expect(connection.responses[0].response.code).toBe(ResponseCode.PULL_NOT_FOUND);
    });

    it('is told when its topic is deleted meanwhile', async () => {
      hold();
      broker.topicConfigManager.deleteTopicConfig('T');
      broker.pullRequestHoldService.wakeTopic('T');
      await endOfTurn();
      expect(connection.responses[0].response.code).toBe(ResponseCode.TOPIC_NOT_EXIST);
    });

    it('is refused when no more may wait', () => {
      jest.spyOn(broker.pullRequestHoldService, 'suspend').mockReturnValue(false);
      expect(hold()!.code).toBe(ResponseCode.SYSTEM_BUSY);
    });

    it('finds what arrived while the disk was read', async () => {
      const store = broker.memoryStore;
      const nothing = store.getMessage({
        group: '',
        topic: 'T',
        queueId: 0,
        offset: 0,
        maxMsgNums: 1,
      });
      let answer: (result: GetMessageResult) => void = () => undefined;
      const read = new Promise<GetMessageResult>((resolve) => (answer = resolve));
      const spy = jest.spyOn(store, 'getMessage').mockReturnValueOnce(read as never);
      hold();
      arrive();
      answer(nothing);
      await endOfTurn();
      expect(spy).toHaveBeenCalledTimes(2);
      expect(connection.responses[0].response.code).toBe(ResponseCode.SUCCESS);
    });
  });

  it('answers a failing read', async () => {
    const failure = Promise.reject(new Error('the disk is gone'));
    jest.spyOn(broker.memoryStore, 'getMessage').mockReturnValueOnce(failure as never);
    pull();
    await new Promise(setImmediate);
    const { code, remark } = connection.responses[0].response;
    expect([code, remark]).toEqual([ResponseCode.SYSTEM_ERROR, 'the disk is gone']);
  });
});
