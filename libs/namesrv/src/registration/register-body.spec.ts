import { deflateSync } from 'node:zlib';
import { DataVersion } from '@rocket-nest/common';
import { runAtOnce } from '@rocket-nest/common/internal';
import { readCompressedRegisterBody } from './compressed-register-body';
import { readRegisterBody as readInSteps } from './register-body';

const readRegisterBody = (body: Buffer) => runAtOnce(readInSteps(body));

// As a 5.5.0 broker sent it: a full body, with integer names without quotes in the mapping.
const RECORDED =
  '{"filterServerList":[],"topicConfigSerializeWrapper":{"dataVersion":{"counter":21,' +
  '"stateVersion":0,"timestamp":1795259772929},"mappingDataVersion":{"counter":0,' +
  '"stateVersion":0,"timestamp":1795259772944},"topicConfigTable":{"TopicStatic":' +
  '{"attributes":{},"order":false,"perm":6,"readQueueNums":2,"topicFilterType":"SINGLE_TAG",' +
  '"topicName":"TopicStatic","topicSysFlag":0,"writeQueueNums":2}},' +
  '"topicQueueMappingDetailMap":{},"topicQueueMappingInfoMap":{"TopicStatic":' +
  '{"bname":"broker-a","currIdMap":{0:0,1:1},"dirty":false,"epoch":1795259772894,' +
  '"scope":"__global__","topic":"TopicStatic","totalQueues":2}}}}';

const STATIC_MAPPING = {
  bname: 'broker-a',
  currIdMap: new Map([
    [0, 0],
    [1, 1],
  ]),
  dirty: false,
  epoch: 1795259772894,
  scope: '__global__',
  topic: 'TopicStatic',
  totalQueues: 2,
};

const bodyOf = (topics: object, dataVersion = { counter: 3, stateVersion: 1, timestamp: 5 }) =>
  Buffer.from(
    JSON.stringify({
      filterServerList: ['10.0.0.9:8888'],
      topicConfigSerializeWrapper: { dataVersion, topicConfigTable: topics },
    }),
  );

describe('readRegisterBody', () => {
  test('reads what a 5.5.0 broker sent', () => {
    const { announced, filterServerList } = readRegisterBody(Buffer.from(RECORDED));
    expect(filterServerList).toEqual([]);
    expect(announced.dataVersion).toEqual(
      new DataVersion({ counter: 21, stateVersion: 0, timestamp: 1795259772929 }),
    );
    expect(announced.topics).toEqual([
      { topic: 'TopicStatic', readQueueNums: 2, writeQueueNums: 2, perm: 6, topicSysFlag: 0 },
    ]);
    expect([...announced.mappings]).toEqual([['TopicStatic', STATIC_MAPPING]]);
  });

  test('reads standard JSON the same as the tolerant form', () => {
    const standard = RECORDED.replace('{0:0,1:1}', '{"0":0,"1":1}');
    expect(readRegisterBody(Buffer.from(standard))).toEqual(
      readRegisterBody(Buffer.from(RECORDED)),
    );
  });

  test('reads the bare table of brokers before 3.0.11', () => {
    const bare = {
      dataVersion: { counter: 1, timestamp: 2 },
      topicConfigTable: { T: { perm: 6 } },
    };
    const { announced } = readRegisterBody(Buffer.from(JSON.stringify(bare)));
    expect(announced.topics).toEqual([
      { topic: 'T', readQueueNums: 0, writeQueueNums: 0, perm: 6, topicSysFlag: 0 },
    ]);
  });

  test('takes names as they are, also those that objects have of themselves', () => {
    const text = bodyOf({})
      .toString()
      .replace(
        '"topicConfigTable":{}',
        '"topicConfigTable":{"__proto__":{"perm":6},"constructor":{"perm":4}}',
      );
    const { topics } = readRegisterBody(Buffer.from(text)).announced;
    expect(topics.map(({ topic, perm }) => [topic, perm])).toEqual([
      ['__proto__', 6],
      ['constructor', 4],
    ]);
  });

  test.each([
    ['no JSON', Buffer.from('{"a":')],
    ['an array', Buffer.from('[]')],
    ['a topic that is no object', bodyOf({ T: 5 })],
    ['a negative count', bodyOf({ T: { readQueueNums: -1 } })],
    ['a count that is no number', bodyOf({ T: { perm: 'all' } })],
    ['a count beyond 32 bits', bodyOf({ T: { writeQueueNums: 2 ** 31 } })],
    ['a name with a control character', bodyOf({ 'T\n1': {} })],
    ['an empty name', bodyOf({ '': {} })],
    ['a name that is too long', bodyOf({ ['T'.repeat(256)]: {} })],
    ['nesting without end', Buffer.from('['.repeat(100_000) + ']'.repeat(100_000))],
  ])('refuses %s', (_what, body) => {
    expect(() => readRegisterBody(body)).toThrow(
      expect.objectContaining({ code: expect.stringMatching(/^(BAD_JSON|BODY_INVALID)$/) }),
    );
  });
});

describe('readCompressedRegisterBody', () => {
  const int = (value: number) => {
    const bytes = Buffer.alloc(4);
    bytes.writeInt32BE(value);
    return bytes;
  };
  const field = (text: string) => Buffer.concat([int(Buffer.byteLength(text)), Buffer.from(text)]);
  const version = field('{"counter":7,"stateVersion":3,"timestamp":1700000000000}');
  const topics = [
    field('TopicTest 4 8 6 SINGLE_TAG {"key":"a value"}'),
    field('%RETRY%GID 1 1 6 SINGLE_TAG {}'),
  ];
  const servers = field('["10.0.0.9:8888"]');
  const mapping = field(
    '{"bname":"broker-a","currIdMap":{0:0,1:1},"dirty":false,"epoch":1795259772894,' +
      '"scope":"__global__","topic":"TopicStatic","totalQueues":2}',
  );
  const plain = Buffer.concat([version, int(2), ...topics, servers, int(1), mapping]);
  const LIMIT = 1 << 20;

  test('reads version, topics, filter servers and mappings', async () => {
    const { announced, filterServerList } = await readCompressedRegisterBody(
      deflateSync(plain),
      LIMIT,
    );
    expect(announced.dataVersion).toEqual(
      new DataVersion({ counter: 7, stateVersion: 3, timestamp: 1700000000000 }),
    );
    expect(announced.topics).toEqual([
      { topic: 'TopicTest', readQueueNums: 4, writeQueueNums: 8, perm: 6, topicSysFlag: 0 },
      { topic: '%RETRY%GID', readQueueNums: 1, writeQueueNums: 1, perm: 6, topicSysFlag: 0 },
    ]);
    expect(filterServerList).toEqual(['10.0.0.9:8888']);
    expect([...announced.mappings]).toEqual([['TopicStatic', STATIC_MAPPING]]);
  });

  test('reads a body that ends before the mappings', async () => {
    const old = Buffer.concat([version, int(0), servers]);
    const { announced } = await readCompressedRegisterBody(deflateSync(old), LIMIT);
    expect([announced.topics, announced.mappings.size]).toEqual([[], 0]);
  });

  test.each([
    ['no zlib stream', plain, LIMIT],
    ['one that grows beyond the limit', deflateSync(plain), plain.length - 1],
    ['one cut short', deflateSync(plain.subarray(0, plain.length - 3)), LIMIT],
    ['a length below 0', deflateSync(Buffer.concat([version, int(1), int(-5)])), LIMIT],
    ['a topic without numbers', deflateSync(Buffer.concat([version, int(1), field('T')])), LIMIT],
  ])('refuses %s', async (_what, body, limit) => {
    await expect(readCompressedRegisterBody(body, limit)).rejects.toMatchObject({
      code: 'BODY_INVALID',
    });
  });
});
