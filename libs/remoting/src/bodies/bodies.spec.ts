import { deflateSync, inflateSync } from 'node:zlib';

import { parseJson } from '../json/parse-json';
import {
  BatchAckMessageRequestBody,
  BrokerData,
  ConsumerData,
  ConsumerOffsetSerializeWrapper,
  ConsumerRunningInfo,
  HeartbeatData,
  LockBatchRequestBody,
  QueueData,
  RegisterBrokerBody,
  ResetOffsetBody,
  SubscriptionData,
  SubscriptionGroupWrapper,
  TopicRouteData,
  TopicStatsTable,
  UserInfo,
} from '.';
import { decodeBody, decodeBodyList, encodeBody, encodeBodyText } from './body-definition';
import type { BodyDefinition } from './body-definition';
import { decodeRegisterBrokerBody, encodeRegisterBrokerBody } from './register-broker-codec';

const MQ = '{"brokerName":"broker-a","queueId":1,"topic":"TopicTest"}';

/** Bodies as RocketMQ 5.5.0 writes them. */
const WRITTEN_BY_ROCKETMQ: [BodyDefinition, string][] = [
  [
    HeartbeatData,
    '{"clientID":"10.0.0.9@4242#1700000000000","consumerDataSet":[{"consumeFromWhere":' +
      '"CONSUME_FROM_LAST_OFFSET","consumeType":"CONSUME_PASSIVELY","groupName":"GID_test",' +
      '"messageModel":"CLUSTERING","subscriptionDataSet":[{"classFilterMode":false,"codeSet":' +
      '[2598919,2598920],"expressionType":"TAG","subString":"TagA || TagB","subVersion":' +
      '1700000000000,"tagsSet":["TagA","TagB"],"topic":"TopicTest"}],"unitMode":false}],' +
      '"heartbeatFingerprint":175328910,"producerDataSet":[{"groupName":"PID_test"}],' +
      '"withoutSub":false}',
  ],
  [
    TopicRouteData,
    '{"brokerDatas":[{"brokerAddrs":{"0":"10.0.0.1:10911","1":"10.0.0.2:10911"},"brokerName":' +
      '"broker-a","cluster":"DefaultCluster","enableActingMaster":false}],"filterServerTable":{},' +
      '"queueDatas":[{"brokerName":"broker-a","perm":6,"readQueueNums":4,"topicSysFlag":0,' +
      '"writeQueueNums":4}]}',
  ],
  [
    TopicStatsTable,
    `{"offsetTable":{${MQ}:{"lastUpdateTimestamp":1700000000000,"maxOffset":100,` +
      '"minOffset":100}},"topicPutTps":1.5}',
  ],
  [
    ConsumerRunningInfo,
    `{"jstack":"jstack","mqPopTable":{${MQ}:{"droped":true,"lastPopTimestamp":1700000000000,` +
      `"waitAckCount":3}},"mqTable":{${MQ}:{"cachedMsgCount":3,"cachedMsgMaxOffset":100,` +
      '"cachedMsgMinOffset":100,"cachedMsgSizeInMiB":3,"commitOffset":100,"droped":true,' +
      '"lastConsumeTimestamp":1700000000000,"lastLockTimestamp":1700000000000,' +
      '"lastPullTimestamp":1700000000000,"locked":true,"transactionMsgCount":3,' +
      '"transactionMsgMaxOffset":100,"transactionMsgMinOffset":100,"tryUnlockTimes":3}},' +
      '"properties":{"PROP_CLIENT_VERSION":"V5_5_0"},"statusTable":{"TopicTest":' +
      '{"consumeFailedMsgs":3,"consumeFailedTPS":1.5,"consumeOKTPS":1.5,"consumeRT":1.5,' +
      '"pullRT":1.5,"pullTPS":1.5}},"subscriptionSet":[],"userConsumerInfo":{"key":"value"}}',
  ],
  [
    LockBatchRequestBody,
    `{"clientId":"c","consumerGroup":"g","mqSet":[${MQ}],"onlyThisBroker":false}`,
  ],
  [
    BatchAckMessageRequestBody,
    '{"acks":[{"b":"CQ==","c":"g","it":5,"pt":4,"q":2,"r":"0","rq":3,"so":1,"t":"t"}],' +
      '"brokerName":"b"}',
  ],
  [
    SubscriptionGroupWrapper,
    '{"dataVersion":{"counter":1,"stateVersion":0,"timestamp":2},"forbiddenTable":{"g":{"t":3}},' +
      '"subscriptionGroupTable":{"g":{"attributes":{},"brokerId":0,"consumeBroadcastEnable":true,' +
      '"consumeEnable":true,"consumeFromMinEnable":true,"consumeMessageOrderly":false,' +
      '"consumeTimeoutMinute":15,"groupName":"g","groupRetryPolicy":{"exponentialRetryPolicy":' +
      '{"initial":5000,"max":7200000,"multiplier":2},"type":"EXPONENTIAL"},"groupSysFlag":0,' +
      '"notifyConsumerIdsChangedEnable":true,"retryMaxTimes":16,"retryQueueNums":1,' +
      '"whichBrokerWhenConsumeSlowly":1}}}',
  ],
];

describe('bodies', () => {
  it.each(WRITTEN_BY_ROCKETMQ.map(([definition, text]) => [definition.name, definition, text]))(
    '%s is written as it was read',
    (_name, definition, text) => {
      const body = decodeBody(definition, text);
      expect(encodeBodyText(definition, body)).toBe(text);
    },
  );

  it('reads integer keys with and without quotes, and writes either', () => {
    const bare = '{"brokerAddrs":{0:"a",1:"b"},"brokerName":"x","enableActingMaster":false}';
    const quoted = bare.replace('0:', '"0":').replace('1:', '"1":');
    expect(decodeBody(BrokerData, bare)).toEqual(decodeBody(BrokerData, quoted));
    const body = decodeBody(BrokerData, bare);
    expect(body.brokerAddrs).toEqual(
      new Map([
        [0, 'a'],
        [1, 'b'],
      ]),
    );
    expect(encodeBodyText(BrokerData, body)).toBe(quoted);
    expect(encodeBodyText(BrokerData, body, { bareIntegerKeys: true })).toBe(bare);
  });

  it.each([
    ['an object', `{"offsetTable":{${MQ}:5}}`],
    [
      'an object, other field order',
      `{"offsetTable":{${JSON.stringify({ topic: 'TopicTest', brokerName: 'broker-a', queueId: 1 })}:5}}`,
    ],
    ['a text that holds JSON', `{"offsetTable":{${JSON.stringify(MQ)}:5}}`],
  ])('reads maps by message queue with %s as key', (_what, text) => {
    const { offsetTable } = decodeBody(ResetOffsetBody, text);
    const queue = { brokerName: 'broker-a', queueId: 1, topic: 'TopicTest' };
    expect(offsetTable).toEqual([[queue, 5]]);
  });

  it('reads an empty map by message queue', () => {
    expect(decodeBody(ResetOffsetBody, '{"offsetTable":{}}').offsetTable).toEqual([]);
  });

  it('takes numbers and booleans as texts, enums in any case and by ordinal', () => {
    const queue = '{"perm":"6","readQueueNums":"4","brokerName":"b"}';
    expect(decodeBody(QueueData, queue)).toMatchObject({ perm: 6, readQueueNums: 4 });
    const consumer = (model: string): unknown =>
      decodeBody(ConsumerData, `{"unitMode":"true","groupName":"g","messageModel":${model}}`);
    expect(consumer('"clustering"')).toMatchObject({ unitMode: true, messageModel: 'CLUSTERING' });
    expect(consumer('0')).toMatchObject({ messageModel: 'BROADCASTING' });
    expect(consumer('"WHAT"')).not.toHaveProperty('messageModel');
    const subscription = '{"codeSet":["1",2],"tagsSet":null,"subVersion":"12","topic":"t"}';
    expect(decodeBody(SubscriptionData, subscription)).toMatchObject({
      codeSet: [1, 2],
      tagsSet: [],
      subVersion: 12,
      expressionType: 'TAG',
    });
  });

  it('ignores unknown fields and nulls', () => {
    const text = '{"foo":{"bar":[1,2]},"brokerName":"b","cluster":null,"zoneName":"z"}';
    const body = decodeBody(BrokerData, text);
    expect(body).toEqual({ brokerName: 'b', enableActingMaster: false, zoneName: 'z' });
  });

  it.each([
    ['a missing required field', '{}', 'HeartbeatData.clientID'],
    ['a field of another kind', '{"clientID":"c","producerDataSet":5}', 'producerDataSet'],
    ['an integer that is none', '{"clientID":"c","heartbeatFingerprint":"x"}', 'Fingerprint'],
    ['no object', '[]', 'HeartbeatData'],
    ['nothing', '', 'HeartbeatData'],
  ])('refuses %s and names it', (_what, text, named) => {
    expect(() => decodeBody(HeartbeatData, text)).toThrow(
      expect.objectContaining({ code: 'BODY_INVALID', message: expect.stringContaining(named) }),
    );
  });

  it('keeps table names like those of Object.prototype apart', () => {
    const text = '{"offsetTable":{"__proto__":{"0":1},"constructor":{"0":2}}}';
    const { offsetTable } = decodeBody(ConsumerOffsetSerializeWrapper, text);
    expect([...offsetTable.keys()]).toEqual(['__proto__', 'constructor']);
  });
});

describe('the body of REGISTER_BROKER', () => {
  const inflated =
    '000000387b22636f756e746572223a302c22737461746556657273696f6e223a302c2274696d657374616d70223a31' +
    '3730303030303030303030307d000000010000001d546f706963546573742034203420362053494e474c455f544147' +
    '207b7d000000025b5d00000000';

  it('is read and written in its compressed form', () => {
    const bytes = deflateSync(Buffer.from(inflated, 'hex'));
    const body = decodeRegisterBrokerBody(bytes, { compressed: true });
    const wrapper = body.topicConfigSerializeWrapper;
    expect(wrapper?.dataVersion?.timestamp).toBe(1700000000000);
    expect(wrapper?.topicConfigTable.get('TopicTest')).toMatchObject({ readQueueNums: 4, perm: 6 });
    const again = encodeRegisterBrokerBody(body, { compressed: true });
    expect(inflateSync(again).toString('hex')).toBe(inflated);
  });

  it('is the same body in both forms', () => {
    const bytes = deflateSync(Buffer.from(inflated, 'hex'));
    const body = decodeRegisterBrokerBody(bytes, { compressed: true });
    const plain = encodeRegisterBrokerBody(body, { compressed: false });
    expect(parseJson(plain)).toMatchObject({ filterServerList: [] });
    expect(decodeRegisterBrokerBody(plain, { compressed: false })).toEqual(body);
    expect(plain.equals(encodeBody(RegisterBrokerBody, body))).toBe(true);
  });

  it.each([
    ['bytes that are no zlib stream', Buffer.from('xx')],
    ['an early end', deflateSync(Buffer.from(inflated.slice(0, 100), 'hex'))],
    ['a negative count', deflateSync(Buffer.from('ffffffff', 'hex'))],
    ['more than it may inflate to', deflateSync(Buffer.alloc(65 * 1024 * 1024))],
  ])('refuses %s', (_what, bytes) => {
    expect(() => decodeRegisterBrokerBody(bytes, { compressed: true })).toThrow(
      expect.objectContaining({ code: 'BODY_INVALID' }),
    );
  });
});

describe('a list of bodies', () => {
  it('is read one by one', () => {
    const text = '[{"username":"a","userType":"Super"},{"username":"b","unknown":1}]';
    expect(decodeBodyList(UserInfo, text)).toMatchObject([
      { username: 'a', userType: 'Super' },
      { username: 'b' },
    ]);
    expect(decodeBodyList(UserInfo, Buffer.from('[]'))).toEqual([]);
  });

  it.each(['{}', 'null', '[1]', '[{"username":{}}]'])('is not %s', (text) => {
    expect(() => decodeBodyList(UserInfo, text)).toThrow(
      expect.objectContaining({ code: 'BODY_INVALID' }),
    );
  });
});
