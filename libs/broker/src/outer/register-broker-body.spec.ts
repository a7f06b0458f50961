import { DataVersion, createTopicConfig } from '@rocket-nest/common';
import { RegisterBrokerBody, decodeBody } from '@rocket-nest/remoting';
import { registerBrokerBodyChunks } from './register-broker-body';

const item = {
  bname: 'broker-a',
  endOffset: -1,
  gen: 0,
  logicOffset: 0,
  queueId: 0,
  startOffset: 0,
  timeOfEnd: -1,
  timeOfStart: -1,
};
const mapping = {
  bname: 'broker-a',
  currIdMap: new Map(),
  dirty: false,
  epoch: 5,
  hostedQueues: new Map([[3, [item]]]),
  scope: '__global__',
  topic: '%RETRY%g',
  totalQueues: 4,
};

const textOf = (brokerPermission: number): string => {
  const version = new DataVersion({ counter: 7, stateVersion: 3, timestamp: 1_700_000_000_000 });
  const topics = [
    createTopicConfig('TopicTest', {
      readQueueNums: 4,
      writeQueueNums: 4,
      order: true,
      attributes: new Map([['key', 'value']]),
    }),
    createTopicConfig('%RETRY%g'),
  ];
  const registered = {
    dataVersion: version,
    topics,
    mappings: new Map([
      ['%RETRY%g', mapping],
      ['NotRegisteredNow', mapping],
    ]),
    mappingDataVersion: new DataVersion(),
    brokerPermission,
  };
  return [...registerBrokerBodyChunks(registered)].join('');
};

describe('registerBrokerBodyChunks', () => {
  it('writes the body as the original does', () => {
    const version = '{"counter":7,"stateVersion":3,"timestamp":1700000000000}';
    const none = '{"counter":0,"stateVersion":0,"timestamp":0}';
    expect(textOf(6)).toBe(
      `{"filterServerList":[],"topicConfigSerializeWrapper":{"dataVersion":${version},` +
        `"mappingDataVersion":${none},"topicConfigTable":{"TopicTest":{"attributes":{"key":"value"},` +
        '"order":true,"perm":6,"readQueueNums":4,"topicFilterType":"SINGLE_TAG",' +
        '"topicName":"TopicTest","topicSysFlag":0,"writeQueueNums":4},' +
        '"%RETRY%g":{"attributes":{},"order":false,"perm":6,"readQueueNums":16,' +
        '"topicFilterType":"SINGLE_TAG","topicName":"%RETRY%g","topicSysFlag":0,' +
        '"writeQueueNums":16}},"topicQueueMappingDetailMap":{},"topicQueueMappingInfoMap":{' +
        '"%RETRY%g":{"bname":"broker-a","currIdMap":{"3":0},"dirty":false,"epoch":5,' +
        '"scope":"__global__","topic":"%RETRY%g","totalQueues":4}}}}',
    );
  });

  it.each([
    [6, 6],
    [4, 4],
    [2, 2],
    [0, 0],
  ])('with broker permission %i topics have %i', (brokerPermission, expected) => {
    const body = decodeBody(RegisterBrokerBody, textOf(brokerPermission));
    const table = body.topicConfigSerializeWrapper!.topicConfigTable;
    expect([...table.values()].map((topic) => topic.perm)).toEqual([expected, expected]);
  });
});
