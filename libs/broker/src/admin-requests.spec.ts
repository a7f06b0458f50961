import {
  AdvanceableClock,
  NodeFileSystem,
  SilentLogger,
  SystemRandom,
  decodeMessages,
} from '@rocket-nest/common';
import { formatCompactLocalTime } from '@rocket-nest/common/internal';
import {
  RemotingClient,
  RemotingCommand,
  RequestCode,
  ResponseCode,
  parseJson,
} from '@rocket-nest/remoting';
import { BrokerController } from './broker-controller';
import { createBrokerConfig } from './config/broker-config';
import { createTemporaryFolder } from './testing/temporary-folder';

const TOPIC = 'TopicTest';
const GROUP = 'GID_test';
const CLIENT_ID = '10.0.0.9@cons';

/** What the Java client's heartbeat says, for one consumer and one producer. */
const HEARTBEAT = JSON.stringify({
  clientID: CLIENT_ID,
  consumerDataSet: [
    {
      consumeFromWhere: 'CONSUME_FROM_LAST_OFFSET',
      consumeType: 'CONSUME_PASSIVELY',
      groupName: GROUP,
      messageModel: 'CLUSTERING',
      subscriptionDataSet: [
        {
          classFilterMode: false,
          codeSet: [2598919],
          expressionType: 'TAG',
          subString: 'TagA',
          subVersion: 1,
          tagsSet: ['TagA'],
          topic: TOPIC,
        },
      ],
      unitMode: false,
    },
  ],
  producerDataSet: [{ groupName: 'PID_test' }],
});

describe('what admin tools ask of a broker', () => {
  const clock = new AdvanceableClock();
  const logger = new SilentLogger();
  const folder = createTemporaryFolder();
  let broker: BrokerController;
  let admin: RemotingClient;
  let consumer: RemotingClient;
  const toConsumer: RemotingCommand[] = [];

  beforeAll(async () => {
    const config = createBrokerConfig({
      brokerName: 'broker-a',
      listenPort: '0',
      storePathRootDir: folder.path,
      mappedFileSizeCommitLog: '1048576',
      maxMessageSize: '65536',
      deleteWhen: '3',
    });
    const fileSystem = new NodeFileSystem();
    const random = new SystemRandom();
    broker = new BrokerController(config, { fileSystem, clock, logger, random });
    await broker.initialize();
    await broker.start();
    admin = new RemotingClient({}, { clock, logger });
    consumer = new RemotingClient({}, { clock, logger });
    for (let count = 0; count < 6; count++) await send(`m${count}`, count % 2);
    await answerTheBroker();
  });

  afterAll(async () => {
    await admin.shutdown();
    await consumer.shutdown();
    await broker.shutdown();
    folder.remove();
  });

  async function answerTheBroker(): Promise<void> {
    const answer = (code: number, body: string | undefined): void =>
      consumer.registerProcessor(code, (connection, request) => {
        const kept = RemotingCommand.createRequest(
          request.code,
          new Map(request.extFields),
          request.body && Buffer.from(request.body),
        );
        toConsumer.push(kept);
        const response = RemotingCommand.createResponse(request, ResponseCode.SUCCESS, 'told');
        response.body = body === undefined ? undefined : Buffer.from(body);
        connection.respond(response);
      });
    answer(RequestCode.GET_CONSUMER_RUNNING_INFO, '{"properties":{"PROP_CLIENT_VERSION":"x"}}');
    answer(RequestCode.CONSUME_MESSAGE_DIRECTLY, '{"consumeResult":"CR_SUCCESS"}');
    answer(
      RequestCode.GET_CONSUMER_STATUS_FROM_CLIENT,
      `{"messageQueueTable":{{"brokerName":"broker-a","queueId":0,"topic":"${TOPIC}"}:2}}`,
    );
    const beat = RemotingCommand.createRequest(
      RequestCode.HEART_BEAT,
      new Map(),
      Buffer.from(HEARTBEAT),
    );
    expect((await consumer.invoke(broker.brokerAddr, beat, 5000)).code).toBe(ResponseCode.SUCCESS);
  }

  const ask = (
    name: keyof typeof RequestCode,
    fields: Readonly<Record<string, string>> = {},
    body?: string,
  ): Promise<RemotingCommand> => {
    const extFields = new Map(Object.entries(fields));
    const bytes = body === undefined ? undefined : Buffer.from(body);
    const request = RemotingCommand.createRequest(RequestCode[name], extFields, bytes);
    return admin.invoke(broker.brokerAddr, request, 10_000);
  };

  async function send(body: string, queueId: number): Promise<string> {
    const response = await ask(
      'SEND_MESSAGE',
      {
        producerGroup: 'PID_test',
        topic: TOPIC,
        defaultTopic: 'TBW102',
        defaultTopicQueueNums: '2',
        queueId: String(queueId),
        sysFlag: '0',
        bornTimestamp: '1700000000000',
        flag: '0',
        properties: 'TAGS\u0001TagA\u0002',
      },
      body,
    );
    expect(response.code).toBe(ResponseCode.SUCCESS);
    return response.extFields.get('msgId') ?? '';
  }

  const commit = (group: string, queueId: number, offset: number): void => {
    broker.consumerOffsetManager.commitOffset(undefined, group, TOPIC, queueId, offset);
  };

  /** The parsed body of an answer that must be a success; maps with objects as keys become pairs. */
  async function bodyOf(answer: Promise<RemotingCommand>): Promise<Record<string, unknown>> {
    const { code, remark, body } = await answer;
    expect({ code, remark: code === 0 ? '' : remark }).toEqual({ code: 0, remark: '' });
    return parseJson(body ?? '') as Record<string, unknown>;
  }

  const queue = (queueId: number) => ({ brokerName: 'broker-a', queueId, topic: TOPIC });

  describe('of a live consumer', () => {
    it('GET_CONSUMER_RUNNING_INFO: the consumer’s own answer', async () => {
      const fields = { consumerGroup: GROUP, clientId: CLIENT_ID, jstackEnable: 'false' };
      const body = await bodyOf(ask('GET_CONSUMER_RUNNING_INFO', fields));
      expect(body).toMatchObject({ properties: { PROP_CLIENT_VERSION: 'x' } });
      expect(Object.fromEntries(toConsumer.at(-1)?.extFields ?? [])).toMatchObject(fields);
      const unknown = await ask('GET_CONSUMER_RUNNING_INFO', { ...fields, clientId: 'nobody' });
      expect(unknown.code).toBe(ResponseCode.SYSTEM_ERROR);
      expect(unknown.remark).toContain('not online');
    });

    it('CONSUME_MESSAGE_DIRECTLY: gives it the stored record', async () => {
      const msgId = await send('again', 0);
      const fields = { consumerGroup: GROUP, clientId: CLIENT_ID, msgId, topic: TOPIC };
      const body = await bodyOf(ask('CONSUME_MESSAGE_DIRECTLY', fields));
      expect(body).toMatchObject({ consumeResult: 'CR_SUCCESS' });
      const told = toConsumer.at(-1);
      expect(Object.fromEntries(told?.extFields ?? [])).toMatchObject({
        ...fields,
        brokerName: 'broker-a',
        topicSysFlag: '0',
        groupSysFlag: '0',
      });
      const [message] = decodeMessages(told?.body ?? Buffer.alloc(0));
      expect(message?.body.toString()).toBe('again');
      const gone = `${msgId.slice(0, 16)}00000000000FFFFF`;
      expect((await ask('CONSUME_MESSAGE_DIRECTLY', { ...fields, msgId: gone })).code).toBe(1);
      const noId = await ask('CONSUME_MESSAGE_DIRECTLY', { ...fields, msgId: 'x' });
      expect(noId.code).toBe(1);
      expect(noId.remark).toContain('offset message id');
    });

    it('INVOKE_BROKER_TO_GET_CONSUMER_STATUS: where each member is', async () => {
      const fields = { group: GROUP, topic: TOPIC };
      const code = 'INVOKE_BROKER_TO_GET_CONSUMER_STATUS';
      expect(await bodyOf(ask(code, fields))).toEqual({
        consumerTable: { [CLIENT_ID]: [[queue(0), 2]] },
        messageQueueTable: {},
      });
      const other = await bodyOf(ask(code, { ...fields, clientAddr: 'nobody' }));
      expect(other).toEqual({ consumerTable: {}, messageQueueTable: {} });
      expect((await ask(code, { group: 'nobody', topic: TOPIC })).code).toBe(1);
    });

    it('GET_ALL_PRODUCER_INFO: the members of every producer group', async () => {
      const { data } = await bodyOf(ask('GET_ALL_PRODUCER_INFO'));
      const [info] = (data as Record<string, Record<string, unknown>[]>)['PID_test'] ?? [];
      expect(info).toMatchObject({ clientId: CLIENT_ID, version: 513 });
      expect(info?.['remoteIP']).toMatch(/^\/127\.0\.0\.1:\d+$/);
      expect(Math.abs(clock.wallNow() - Number(info?.['lastUpdateTimestamp']))).toBeLessThan(
        60_000,
      );
    });
  });

  describe('of offsets', () => {
    it('INVOKE_BROKER_TO_RESET_OFFSET: to a time, to the end, one queue to an offset', async () => {
      broker.subscriptionGroupManager.findSubscriptionGroupConfig(GROUP);
      commit(GROUP, 0, 3);
      const fields = { group: GROUP, topic: TOPIC, timestamp: '0', isForce: 'true' };
      const code = 'INVOKE_BROKER_TO_RESET_OFFSET';
      expect(await bodyOf(ask(code, { ...fields, queueId: '-1' }))).toEqual({
        offsetTable: [
          [queue(0), 0],
          [queue(1), 0],
        ],
      });
      expect(broker.consumerOffsetManager.queryOffset(GROUP, TOPIC, 0)).toBe(0);
      const toEnd = await bodyOf(ask(code, { ...fields, timestamp: '-1', queueId: '1' }));
      expect(toEnd).toEqual({ offsetTable: [[queue(1), 3]] });
      const toTwo = await bodyOf(ask(code, { ...fields, queueId: '1', offset: '2' }));
      expect(toTwo).toEqual({ offsetTable: [[queue(1), 2]] });
      const beyond = await ask(code, { ...fields, queueId: '1', offset: '99' });
      expect([beyond.code, beyond.remark]).toEqual([
        ResponseCode.SYSTEM_ERROR,
        'Target offset 99 not in consume queue range [0-3]',
      ]);
      const noTopic = await ask(code, { ...fields, topic: 'Nope' });
      expect(noTopic.code).toBe(ResponseCode.TOPIC_NOT_EXIST);
      const noGroup = await ask(code, { ...fields, group: 'Nope' });
      expect(noGroup.code).toBe(ResponseCode.SUBSCRIPTION_GROUP_NOT_EXIST);
    });

    it('keeps commits away until the consumer pulled from where it was reset to', async () => {
      commit(GROUP, 1, 3);
      expect(broker.consumerOffsetManager.queryOffset(GROUP, TOPIC, 1)).toBe(2);
      const pulled = await ask('PULL_MESSAGE', {
        consumerGroup: GROUP,
        topic: TOPIC,
        queueId: '1',
        queueOffset: '3',
        maxMsgNums: '32',
        sysFlag: '0',
        commitOffset: '0',
        suspendTimeoutMillis: '0',
        subVersion: '0',
      });
      expect(pulled.code).toBe(ResponseCode.PULL_OFFSET_MOVED);
      expect(pulled.extFields.get('nextBeginOffset')).toBe('2');
      commit(GROUP, 1, 3);
      expect(broker.consumerOffsetManager.queryOffset(GROUP, TOPIC, 1)).toBe(3);
    });

    it('CLONE_GROUP_OFFSET: another group begins where one is', async () => {
      commit('GID_source', 0, 2);
      const fields = { srcGroup: 'GID_source', destGroup: 'GID_copy', offline: 'true' };
      expect((await ask('CLONE_GROUP_OFFSET', { ...fields, topic: TOPIC })).code).toBe(0);
      expect(broker.consumerOffsetManager.queryOffset('GID_copy', TOPIC, 0)).toBe(2);
      expect((await ask('CLONE_GROUP_OFFSET', { ...fields, destGroup: 'GID_all' })).code).toBe(0);
      expect(broker.consumerOffsetManager.queryOffset('GID_all', TOPIC, 0)).toBe(2);
      expect((await ask('CLONE_GROUP_OFFSET', { ...fields, topic: 'Nope' })).code).toBe(0);
    });

    it('QUERY_CORRECTION_OFFSET: the lowest of all groups but some', async () => {
      commit('GID_low', 0, 1);
      const fields = { compareGroup: 'GID_none', topic: TOPIC };
      const { correctionOffsets } = await bodyOf(ask('QUERY_CORRECTION_OFFSET', fields));
      expect(correctionOffsets).toMatchObject({ 0: 0 });
      const filterGroups = `${GROUP},GID_copy,GID_all,GID_source`;
      const filtered = await bodyOf(ask('QUERY_CORRECTION_OFFSET', { ...fields, filterGroups }));
      expect(filtered).toEqual({ correctionOffsets: { 0: 1 } });
      commit('GID_behind', 0, 0);
      const behind = await bodyOf(
        ask('QUERY_CORRECTION_OFFSET', {
          compareGroup: 'GID_behind',
          filterGroups: `${filterGroups},GID_behind`,
          topic: TOPIC,
        }),
      );
      expect(behind).toEqual({ correctionOffsets: { 0: 2n ** 63n - 1n } });
    });

    it('QUERY_CONSUME_TIME_SPAN: times of each queue', async () => {
      commit('GID_span', 0, 1);
      const fields = { topic: TOPIC, group: 'GID_span' };
      const { consumeTimeSpanSet } = await bodyOf(ask('QUERY_CONSUME_TIME_SPAN', fields));
      const [first, second] = consumeTimeSpanSet as Record<string, unknown>[];
      expect(first).toMatchObject({ messageQueue: queue(0) });
      const { minTimeStamp, maxTimeStamp, consumeTimeStamp, minTimeStampStr } = first ?? {};
      expect(consumeTimeStamp).toBe(minTimeStamp);
      expect(Number(maxTimeStamp)).toBeGreaterThanOrEqual(Number(minTimeStamp));
      expect(String(minTimeStampStr).replace(/\D/g, '')).toBe(
        formatCompactLocalTime(Number(minTimeStamp)),
      );
      expect(minTimeStampStr).toMatch(/^\d{4}-\d\d-\d\d#\d\d:\d\d:\d\d:\d{3}$/);
      expect(Number(second?.['delayTime'])).toBeGreaterThanOrEqual(0);
      const unknown = await ask('QUERY_CONSUME_TIME_SPAN', { ...fields, topic: 'Nope' });
      expect(unknown.code).toBe(ResponseCode.TOPIC_NOT_EXIST);
    });

    it('GET_BROKER_CONSUME_STATS: every group in every topic', async () => {
      broker.subscriptionGroupManager.findSubscriptionGroupConfig('GID_low');
      const body = await bodyOf(ask('GET_BROKER_CONSUME_STATS', { isOrder: 'false' }));
      expect(body['brokerAddr']).toBe(broker.brokerAddr);
      const list = body['consumeStatsList'] as Record<string, unknown>[];
      const ofGroup = list.find((each) => 'GID_low' in each);
      const max = broker.messageStore.maxOffsetInQueue(TOPIC, 0);
      expect(ofGroup).toMatchObject({
        GID_low: [
          {
            offsetTable: [
              [queue(0), { brokerOffset: max, consumerOffset: 1, pullOffset: 0 }],
              [queue(1), { brokerOffset: 3, consumerOffset: 0 }],
            ],
          },
        ],
      });
      expect(Number(body['totalDiff'])).toBeGreaterThanOrEqual(max - 1 + 3);
      const ordered = await bodyOf(ask('GET_BROKER_CONSUME_STATS', { isOrder: 'true' }));
      expect(ordered['totalDiff']).toBe(0);
    });
  });

  describe('of the store', () => {
    it('QUERY_CONSUME_QUEUE: the units, and whether a group gets them', async () => {
      const fields = { topic: TOPIC, queueId: '1', index: '1', count: '10' };
      const plain = await bodyOf(ask('QUERY_CONSUME_QUEUE', fields));
      expect(plain).toMatchObject({ maxQueueIndex: 3, minQueueIndex: 0 });
      expect(plain).not.toHaveProperty('filterData');
      const units = plain['queueData'] as Record<string, unknown>[];
      expect(units).toHaveLength(2);
      expect(units[0]).toMatchObject({ eval: false, tagsCode: 2598919 });
      expect(JSON.parse(String(units[0]?.['extendDataJson']))).toMatchObject({ size: 20 });
      const record = await broker.messageStore.lookMessageByOffset(
        Number(units[1]?.['physicOffset']),
      );
      expect(record).toHaveLength(Number(units[1]?.['physicSize']));
      expect(decodeMessages(record ?? Buffer.alloc(0))[0]).toMatchObject({ queueOffset: 2 });
      const grouped = await bodyOf(ask('QUERY_CONSUME_QUEUE', { ...fields, consumerGroup: GROUP }));
      expect(grouped).toMatchObject({
        filterData: 'null',
        queueData: [{ eval: true }, { eval: true }],
        subscriptionData: { subString: 'TagA' },
      });
      const offline = await bodyOf(ask('QUERY_CONSUME_QUEUE', { ...fields, consumerGroup: 'G' }));
      expect(offline['filterData']).toBe(`G@${TOPIC} is not online!`);
      const beyond = await bodyOf(ask('QUERY_CONSUME_QUEUE', { ...fields, index: '99' }));
      expect(beyond['queueData']).toEqual([]);
      const unknown = await ask('QUERY_CONSUME_QUEUE', { ...fields, topic: 'Nope' });
      expect([unknown.code, unknown.remark]).toEqual([1, '1@Nope is not exist!']);
    });

    it('CLEAN_UNUSED_TOPIC: queues of topics that are gone', async () => {
      await broker.messageStore.putMessageAsync({
        topic: 'Forgotten',
        queueId: 0,
        flag: 0,
        sysFlag: 0,
        bornTimestamp: 0,
        bornHost: { address: Uint8Array.of(127, 0, 0, 1), port: 1 },
        storeHost: { address: Uint8Array.of(127, 0, 0, 1), port: 1 },
        reconsumeTimes: 0,
        preparedTransactionOffset: 0,
        body: Buffer.from('x'),
        propertiesText: Buffer.alloc(0),
      });
      expect(broker.messageStore.hasQueue('Forgotten', 0)).toBe(true);
      expect((await ask('CLEAN_UNUSED_TOPIC')).code).toBe(ResponseCode.SUCCESS);
      expect(broker.messageStore.hasQueue('Forgotten', 0)).toBe(false);
      expect(broker.messageStore.hasQueue(TOPIC, 0)).toBe(true);
    });

    it('CLEAN_EXPIRED_CONSUMEQUEUE and DELETE_EXPIRED_COMMITLOG: leave what has not expired', async () => {
      const min = broker.messageStore.minOffsetInQueue(TOPIC, 0);
      expect((await ask('CLEAN_EXPIRED_CONSUMEQUEUE')).code).toBe(ResponseCode.SUCCESS);
      expect((await ask('DELETE_EXPIRED_COMMITLOG')).code).toBe(ResponseCode.SUCCESS);
      expect(broker.messageStore.minOffsetInQueue(TOPIC, 0)).toBe(min);
    });

    it('GET_BROKER_HA_STATUS and RESET_MASTER_FLUSH_OFFSET: a master that nobody copies', async () => {
      expect(await bodyOf(ask('GET_BROKER_HA_STATUS'))).toEqual({
        haClientRuntimeInfo: {
          lastReadTimestamp: 0,
          lastWriteTimestamp: 0,
          masterFlushOffset: 0,
          maxOffset: 0,
          transferredByteInSecond: 0,
        },
        haConnectionInfo: [],
        inSyncSlaveNums: 0,
        master: true,
        masterCommitLogMaxOffset: broker.messageStore.maxPhyOffset(),
      });
      const fields = { masterFlushOffset: '0' };
      expect((await ask('RESET_MASTER_FLUSH_OFFSET', fields)).code).toBe(ResponseCode.SUCCESS);
    });

    it('GET_SYSTEM_TOPIC_LIST_FROM_BROKER: topics of the broker itself', async () => {
      const { topicList } = await bodyOf(ask('GET_SYSTEM_TOPIC_LIST_FROM_BROKER'));
      const expected = ['TBW102', 'SCHEDULE_TOPIC_XXXX', 'broker-a', 'DefaultCluster'];
      expect(topicList).toEqual(expect.arrayContaining(expected));
      expect(topicList).not.toContain(TOPIC);
    });
  });

  describe('of figures', () => {
    it('VIEW_BROKER_STATS_DATA: the last minute, hour and day', async () => {
      const fields = { statsName: 'TOPIC_PUT_NUMS', statsKey: TOPIC };
      const sent = broker.counters.ofTopic(TOPIC).messagesIn;
      const data = await bodyOf(ask('VIEW_BROKER_STATS_DATA', fields));
      for (const span of ['statsMinute', 'statsHour', 'statsDay']) {
        expect(data[span]).toMatchObject({ avgpt: 1, sum: sent });
      }
      for (const statsKey of ['Nope', '']) {
        const unknown = await ask('VIEW_BROKER_STATS_DATA', { ...fields, statsKey });
        expect(unknown.code).toBe(ResponseCode.SYSTEM_ERROR);
      }
      const noName = await ask('VIEW_BROKER_STATS_DATA', { ...fields, statsName: 'NOPE' });
      expect(noName.remark).toBe(`The stats <NOPE> <${TOPIC}> not exist`);
    });
  });

  describe('of shared queues', () => {
    const assignment = (init: Record<string, string> = {}): string =>
      JSON.stringify({
        clientId: CLIENT_ID,
        consumerGroup: GROUP,
        messageModel: 'CLUSTERING',
        strategyName: 'AVG',
        topic: TOPIC,
        ...init,
      });

    it('QUERY_ASSIGNMENT: a member’s share', async () => {
      const own = await bodyOf(ask('QUERY_ASSIGNMENT', {}, assignment()));
      expect(own).toEqual({
        messageQueueAssignments: [
          { messageQueue: queue(0), mode: 'PULL' },
          { messageQueue: queue(1), mode: 'PULL' },
        ],
      });
      const stranger = assignment({ clientId: 'stranger' });
      expect(await bodyOf(ask('QUERY_ASSIGNMENT', {}, stranger))).toEqual({
        messageQueueAssignments: [],
      });
      const strangers: Record<string, string>[] = [{ topic: 'Nope' }, { consumerGroup: 'Nope' }];
      for (const init of strangers) {
        expect(await bodyOf(ask('QUERY_ASSIGNMENT', {}, assignment(init)))).toEqual({});
      }
      const all = assignment({ consumerGroup: 'Nope', messageModel: 'BROADCASTING' });
      expect(
        (await bodyOf(ask('QUERY_ASSIGNMENT', {}, all)))['messageQueueAssignments'],
      ).toHaveLength(2);
    });

    it('SET_MESSAGE_REQUEST_MODE and GET_ALL_MESSAGE_REQUEST_MODE: kept over a restart', async () => {
      const mode = { consumerGroup: GROUP, mode: 'PULL', popShareQueueNum: 8, topic: TOPIC };
      const set = (init: Record<string, string> = {}): Promise<RemotingCommand> =>
        ask('SET_MESSAGE_REQUEST_MODE', {}, JSON.stringify({ ...mode, ...init }));
      expect((await set()).code).toBe(ResponseCode.SUCCESS);
      const expected = { messageRequestModeMap: { [TOPIC]: { [GROUP]: mode } } };
      expect(await bodyOf(ask('GET_ALL_MESSAGE_REQUEST_MODE'))).toEqual(expected);
      expect((await set({ topic: '%RETRY%x' })).code).toBe(ResponseCode.NO_PERMISSION);
      expect((await set({ topic: 'Nope' })).code).toBe(ResponseCode.TOPIC_NOT_EXIST);
      const noGroup = await set({ consumerGroup: 'Nope' });
      expect(noGroup.code).toBe(ResponseCode.SUBSCRIPTION_GROUP_NOT_EXIST);
      expect((await set({ mode: 'POP' })).code).toBe(ResponseCode.SYSTEM_ERROR);
      broker.messageRequestModeManager.load();
      expect(broker.messageRequestModeManager.get(TOPIC, GROUP)).toEqual(mode);
    });
  });

  it('malformed requests are answered, never left hanging', async () => {
    const names = [
      'INVOKE_BROKER_TO_RESET_OFFSET',
      'INVOKE_BROKER_TO_GET_CONSUMER_STATUS',
      'QUERY_CONSUME_TIME_SPAN',
      'GET_CONSUMER_RUNNING_INFO',
      'CONSUME_MESSAGE_DIRECTLY',
      'QUERY_CORRECTION_OFFSET',
      'CLONE_GROUP_OFFSET',
      'VIEW_BROKER_STATS_DATA',
      'QUERY_CONSUME_QUEUE',
      'QUERY_ASSIGNMENT',
      'SET_MESSAGE_REQUEST_MODE',
    ] as const;
    for (const name of names) {
      for (const body of [undefined, '{', '[]', '{"topic":{}}']) {
        const { code, remark } = await ask(name, {}, body);
        expect([name, code]).not.toEqual([name, ResponseCode.SUCCESS]);
        expect(remark).toBeTruthy();
      }
    }
  });
});
