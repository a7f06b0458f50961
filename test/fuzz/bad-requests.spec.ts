import { RequestCode, ResponseCode } from '@rocket-nest/remoting';
import { type ExtFields, RawConnection } from '../support/raw-connection';
import { type Cluster, startCluster } from '../support/servers';

const ANSWER_LIMIT_MS = 15_000;
const BEYOND = 999_999_999_999;

type CodeName = keyof typeof RequestCode;
type AnswerName = keyof typeof ResponseCode;

const valuesOf = (names: string, value: string | number): Record<string, string | number> =>
  Object.fromEntries(names.split(' ').map((name) => [name, value]));

const NUMBERS =
  'beginTimestamp bodyCrc32 bornTime bornTimestamp brokerId commitLogOffset commitOffset count ' +
  'd defaultTopicQueueNums delayLevel e endTimestamp f flag g h index invisibleTime invokeTime j ' +
  'l masterFlushOffset maxCount maxMsgBytes maxMsgNum maxMsgNums maxNum offset perm pollTime ' +
  'queueId queueOffset readQueueNums reconsumeTimes storeTimestamp subVersion ' +
  'suspendTimeoutMillis sysFlag timestamp topK topicSysFlag tranStateTableOffset writeQueueNums';

/** A value for every field that any request needs: each takes what it knows. */
const nothingKnown = {
  ...valuesOf('brokerAddr brokerName clientAddr clientID clientId cluster clusterName', 'x'),
  ...valuesOf('configType extraInfo haServerAddr key lastKey liteTopic msgId namespace', 'x'),
  ...valuesOf('offsetMsgId orderTopicString originMsgId parentTopic recallHandle', 'x'),
  ...valuesOf('registerCheckCode statsKey statsName topicList transactionId value', 'x'),
  ...valuesOf('topic b originTopic', 'no-such-topic'),
  ...valuesOf('group consumerGroup producerGroup groupName a srcGroup', 'no-such-group'),
  ...valuesOf('destGroup compareGroup', 'no-such-group'),
  ...valuesOf(NUMBERS, 1),
  ...valuesOf('suspendTimeoutMillis sysFlag f', 0),
  ...valuesOf('cleanOffset force isForce jstackEnable k m offline order readable', 'false'),
  ...valuesOf('suspend unitMode fromTransactionCheck', 'false'),
  ...valuesOf('defaultTopic c', 'TBW102'),
  ...valuesOf('i properties', ''),
  ...{ commitOrRollback: 8, expressionType: 'TAG', subscription: '*' },
  topicFilterType: 'SINGLE_TAG',
};

const offsetsBeyond = {
  ...nothingKnown,
  ...valuesOf('offset queueOffset commitOffset index commitLogOffset', BEYOND),
  ...valuesOf('tranStateTableOffset', BEYOND),
  ...valuesOf('queueId e', 7777),
};

const malformedBodies = {
  'a cut object': '{',
  'a list': '[]',
  'a number': '5',
  'a text': '"x"',
  'too deep a nesting': '['.repeat(2000) + ']'.repeat(2000),
  'what is no JSON': '\u0078\u009c\u00ff\u0000',
};

const badRequests: Record<string, { fields: ExtFields; body?: string }> = {
  'names that nobody knows': { fields: nothingKnown },
  'offsets and queues that are not there': { fields: offsetsBeyond },
  'no fields': { fields: {} },
  'words for numbers': { fields: { ...nothingKnown, ...valuesOf(NUMBERS, 'NaN') } },
  'negative numbers': { fields: { ...nothingKnown, ...valuesOf(NUMBERS, -5) } },
  'numbers without end': { fields: { ...nothingKnown, ...valuesOf(NUMBERS, '9'.repeat(40)) } },
  'an empty body': { fields: nothingKnown, body: '' },
  'a body of members of wrong kinds': {
    fields: nothingKnown,
    body: JSON.stringify({
      ...valuesOf('topicConfigTable mqSet producerDataSet groupName topicConfigList', 5),
      ...{ consumerDataSet: {}, topic: [], groupConfigList: 'x', messageQueueSet: 'x', mode: 3 },
    }),
  },
  ...Object.fromEntries(
    Object.entries(malformedBodies).map(([name, body]) => [
      `a body that is ${name}`,
      { fields: nothingKnown, body },
    ]),
  ),
};

/** What Apache RocketMQ 5.5.0 answers as well. */
const aboutNothingKnown: Partial<Record<CodeName, AnswerName>> = {
  PULL_MESSAGE: 'SUBSCRIPTION_GROUP_NOT_EXIST',
  LITE_PULL_MESSAGE: 'SUBSCRIPTION_GROUP_NOT_EXIST',
  QUERY_MESSAGE: 'QUERY_NOT_FOUND',
  QUERY_CONSUMER_OFFSET: 'QUERY_NOT_FOUND',
  UPDATE_CONSUMER_OFFSET: 'SUBSCRIPTION_GROUP_NOT_EXIST',
  VIEW_MESSAGE_BY_ID: 'SYSTEM_ERROR',
  CONSUMER_SEND_MSG_BACK: 'SUBSCRIPTION_GROUP_NOT_EXIST',
  END_TRANSACTION: 'SYSTEM_ERROR',
  RESUME_CHECK_HALF_MESSAGE: 'SYSTEM_ERROR',
  GET_CONSUMER_LIST_BY_GROUP: 'SYSTEM_ERROR',
  GET_TOPIC_STATS_INFO: 'TOPIC_NOT_EXIST',
  GET_TOPIC_CONFIG: 'TOPIC_NOT_EXIST',
  GET_SUBSCRIPTIONGROUP_CONFIG: 'SUBSCRIPTION_GROUP_NOT_EXIST',
  GET_CONSUMER_CONNECTION_LIST: 'CONSUMER_NOT_ONLINE',
  GET_PRODUCER_CONNECTION_LIST: 'SYSTEM_ERROR',
  GET_CONSUMER_RUNNING_INFO: 'SYSTEM_ERROR',
  CONSUME_MESSAGE_DIRECTLY: 'SYSTEM_ERROR',
  INVOKE_BROKER_TO_RESET_OFFSET: 'TOPIC_NOT_EXIST',
  INVOKE_BROKER_TO_GET_CONSUMER_STATUS: 'SYSTEM_ERROR',
  QUERY_CONSUME_TIME_SPAN: 'TOPIC_NOT_EXIST',
  QUERY_CONSUME_QUEUE: 'SYSTEM_ERROR',
  VIEW_BROKER_STATS_DATA: 'SYSTEM_ERROR',
  GET_CONSUME_STATS: 'SUCCESS',
  QUERY_TOPIC_CONSUME_BY_WHO: 'SUCCESS',
  QUERY_TOPICS_BY_CONSUMER: 'SUCCESS',
  QUERY_SUBSCRIPTION_BY_CONSUMER: 'SUCCESS',
  QUERY_CORRECTION_OFFSET: 'SUCCESS',
  DELETE_SUBSCRIPTIONGROUP: 'SUCCESS',
  DELETE_TOPIC_IN_BROKER: 'SUCCESS',
  UNREGISTER_CLIENT: 'SUCCESS',
  GET_MAX_OFFSET: 'SUCCESS',
  GET_MIN_OFFSET: 'SUCCESS',
  SEARCH_OFFSET_BY_TIMESTAMP: 'SUCCESS',
};

/** Requests about what their body says. */
const withBody: Record<'broker' | 'namesrv', CodeName[]> = {
  broker: [
    'HEART_BEAT',
    'CHECK_CLIENT_CONFIG',
    'LOCK_BATCH_MQ',
    'UNLOCK_BATCH_MQ',
    'UPDATE_AND_CREATE_TOPIC_LIST',
    'UPDATE_AND_CREATE_STATIC_TOPIC',
    'UPDATE_AND_CREATE_SUBSCRIPTIONGROUP',
    'UPDATE_AND_CREATE_SUBSCRIPTIONGROUP_LIST',
    'QUERY_ASSIGNMENT',
    'SET_MESSAGE_REQUEST_MODE',
    'SEND_BATCH_MESSAGE',
  ],
  namesrv: ['REGISTER_BROKER', 'QUERY_DATA_VERSION', 'REGISTER_TOPIC_IN_NAMESRV'],
};

describe('bad requests', () => {
  let cluster: Cluster;
  const known = new Set<number>(Object.values(ResponseCode));

  beforeAll(async () => {
    const asWritten = { autoCreateTopicEnable: false, autoCreateSubscriptionGroup: false };
    cluster = await startCluster(asWritten);
  }, 60_000);

  afterAll(async () => cluster?.stop(), 60_000);

  /** The answer's code; what happened instead when there is none. */
  async function codeOf(
    connection: RawConnection,
    code: CodeName,
    fields: ExtFields,
    body?: string,
  ): Promise<number | string> {
    let timer: NodeJS.Timeout | undefined;
    const bytes = body === undefined ? undefined : Buffer.from(body, 'latin1');
    const silence = new Promise<string>((resolve) => {
      timer = setTimeout(() => resolve('silence'), ANSWER_LIMIT_MS);
    });
    const answer = connection.request(RequestCode[code], fields, bytes).then(
      (command) => command.code,
      (error: Error) => error.message,
    );
    return Promise.race([answer, silence]).finally(() => clearTimeout(timer));
  }

  it('about what is not there are answered with the code of the protocol', async () => {
    const connection = await RawConnection.open(cluster.broker.options.port);
    const answers: Record<string, unknown> = {};
    for (const code of Object.keys(aboutNothingKnown) as CodeName[]) {
      answers[code] = await codeOf(connection, code, nothingKnown);
    }
    const wanted = Object.entries(aboutNothingKnown).map(([code, name]) => [
      code,
      ResponseCode[name],
    ]);
    expect(answers).toEqual(Object.fromEntries(wanted));
    await connection.close();
  });

  describe.each(['broker', 'namesrv'] as const)('to the %s', (kind) => {
    it.each(Object.entries(malformedBodies))(
      'with a body that is %s are refused',
      async (_, body) => {
        const connection = await RawConnection.open(cluster[kind].options.port);
        const accepted: string[] = [];
        for (const code of withBody[kind]) {
          const answer = await codeOf(connection, code, nothingKnown, body);
          if (answer === 0 || typeof answer === 'string') accepted.push(`${code}: ${answer}`);
        }
        expect(accepted).toEqual([]);
        await connection.close();
      },
    );

    it.each(Object.entries(badRequests))(
      'with %s are all answered, and the connection goes on',
      async (_, { fields, body }) => {
        const connection = await RawConnection.open(cluster[kind].options.port);
        const codes = Object.keys(RequestCode) as CodeName[];
        const unanswered: string[] = [];
        await Promise.all(
          codes.map(async (code) => {
            const answer = await codeOf(connection, code, fields, body);
            if (!known.has(Number(answer))) unanswered.push(`${code}: ${answer}`);
          }),
        );
        expect(unanswered).toEqual([]);
        expect(connection.isOpen).toBe(true);
        await connection.close();
      },
    );
  });
});
