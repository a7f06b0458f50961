import { DataVersion } from './data-version';
import { nextRetryDelayMs } from './group-retry-policy';
import { isValidPerm, permToText } from './perm-name';
import {
  createSubscriptionGroupConfig,
  subscriptionGroupConfigFromJson,
  subscriptionGroupConfigToJson,
} from './subscription-group-config';
import {
  createTopicConfig,
  decodeTopicConfigText,
  encodeTopicConfigText,
  equalTopicConfigs,
  topicConfigFromJson,
  topicConfigToJson,
} from './topic-config';

describe('TopicConfig', () => {
  // Texts as the original writes them.
  it.each([
    [
      createTopicConfig('TopicTest'),
      '{"attributes":{},"order":false,"perm":6,"readQueueNums":16,"topicFilterType":"SINGLE_TAG",' +
        '"topicName":"TopicTest","topicSysFlag":0,"writeQueueNums":16}',
    ],
    [
      createTopicConfig('TopicTest', { attributes: new Map([['message.type', 'FIFO']]) }),
      '{"attributes":{"message.type":"FIFO"},"order":false,"perm":6,"readQueueNums":16,' +
        '"topicFilterType":"SINGLE_TAG","topicName":"TopicTest","topicSysFlag":0,"writeQueueNums":16}',
    ],
  ])('writes and reads its JSON', (config, json) => {
    expect(JSON.stringify(topicConfigToJson(config))).toBe(json);
    expect(topicConfigFromJson(JSON.parse(json))).toEqual(config);
    expect(topicConfigFromJson(new Map(Object.entries(JSON.parse(json) as object)))).toEqual(
      config,
    );
  });

  it('reads missing and odd members as defaults', () => {
    const json = JSON.parse('{"perm":null,"readQueueNums":"8","__proto__":{"perm":1}}') as unknown;
    expect(topicConfigFromJson(json, 'T')).toEqual(createTopicConfig('T', { readQueueNums: 8 }));
    expect(topicConfigFromJson(null, 'T')).toEqual(createTopicConfig('T'));
  });

  it('writes and reads its text form', () => {
    const config = createTopicConfig('TopicTest', {
      attributes: new Map([['message.type', 'FIFO']]),
    });
    const text = 'TopicTest 16 16 6 SINGLE_TAG {"message.type":"FIFO"}';
    expect(encodeTopicConfigText(config)).toBe(text);
    expect(decodeTopicConfigText(text)).toEqual(config);
    expect(decodeTopicConfigText('T 4 2 6 MULTI_TAG')).toEqual(
      createTopicConfig('T', { readQueueNums: 4, writeQueueNums: 2, topicFilterType: 'MULTI_TAG' }),
    );
    expect(decodeTopicConfigText('T 4')).toBeUndefined();
    expect(decodeTopicConfigText('T 4 2 6 SINGLE_TAG {broken}')!.attributes.size).toBe(0);
  });

  it('compares whatever the order of the attributes', () => {
    const a = createTopicConfig('T', { attributes: new Map(Object.entries({ x: '1', y: '2' })) });
    const b = createTopicConfig('T', { attributes: new Map(Object.entries({ y: '2', x: '1' })) });
    expect(equalTopicConfigs(a, b)).toBe(true);
    expect(equalTopicConfigs(a, { ...b, perm: 4 })).toBe(false);
  });
});

describe('SubscriptionGroupConfig', () => {
  const head =
    '{"attributes":{},"brokerId":0,"consumeBroadcastEnable":true,"consumeEnable":true,' +
    '"consumeFromMinEnable":true,"consumeMessageOrderly":false,"consumeTimeoutMinute":15,' +
    '"groupName":"GID_test","groupRetryPolicy":';
  const tail =
    ',"groupSysFlag":0,"notifyConsumerIdsChangedEnable":true,"retryMaxTimes":16,' +
    '"retryQueueNums":1,"whichBrokerWhenConsumeSlowly":1}';
  const exponentialRetryPolicy = { initial: 5000, max: 7200000, multiplier: 2 };

  // Texts as the original writes them.
  it.each([
    ['{"type":"CUSTOMIZED"}', { type: 'CUSTOMIZED' as const }],
    [
      '{"exponentialRetryPolicy":{"initial":5000,"max":7200000,"multiplier":2},"type":"EXPONENTIAL"}',
      { type: 'EXPONENTIAL' as const, exponentialRetryPolicy },
    ],
    [
      '{"customizedRetryPolicy":{"next":[1000,5000]},"type":"CUSTOMIZED"}',
      { type: 'CUSTOMIZED' as const, customizedRetryPolicy: { next: [1000, 5000] } },
    ],
  ])('writes and reads its JSON with the policy %s', (policy, groupRetryPolicy) => {
    const config = createSubscriptionGroupConfig('GID_test', { groupRetryPolicy });
    expect(JSON.stringify(subscriptionGroupConfigToJson(config))).toBe(head + policy + tail);
    expect(subscriptionGroupConfigFromJson(JSON.parse(head + policy + tail))).toEqual(config);
  });

  it('keeps subscriptions', () => {
    const subscription = { topic: 'T', expressionType: 'TAG', expression: 'A', version: 1 };
    const config = createSubscriptionGroupConfig('G', { subscriptionDataSet: [subscription] });
    expect(subscriptionGroupConfigFromJson(subscriptionGroupConfigToJson(config))).toEqual(config);
  });
});

describe('nextRetryDelayMs', () => {
  // What the original's policies answer was observed.
  it.each([
    [-1, 10_000, 5_000],
    [0, 10_000, 5_000],
    [1, 30_000, 10_000],
    [5, 240_000, 160_000],
    [15, 7_200_000, 7_200_000],
    [40, 7_200_000, 7_200_000],
  ])('after delivery %d: customized %d, exponential %d', (times, customized, exponential) => {
    expect(nextRetryDelayMs({ type: 'CUSTOMIZED' }, times)).toBe(customized);
    expect(nextRetryDelayMs({ type: 'EXPONENTIAL' }, times)).toBe(exponential);
  });

  it('uses the last of few delays', () => {
    const customizedRetryPolicy = { next: [1_000, 5_000] };
    expect(nextRetryDelayMs({ type: 'CUSTOMIZED', customizedRetryPolicy }, 0)).toBe(5_000);
  });
});

describe('DataVersion', () => {
  it('counts up without changing', () => {
    const first = new DataVersion();
    const second = first.next(1_700_000_000_000);
    expect(first.counter).toBe(0);
    expect(JSON.stringify(second)).toBe('{"counter":1,"stateVersion":0,"timestamp":1700000000000}');
    expect(second.next(1_700_000_000_001, 3)).toEqual(
      new DataVersion({ counter: 2, stateVersion: 3, timestamp: 1_700_000_000_001 }),
    );
  });

  it('compares by state version, counter, then time', () => {
    const base = { counter: 1, stateVersion: 1, timestamp: 1 };
    const version = new DataVersion(base);
    expect(version.equals({ ...base })).toBe(true);
    expect(version.equals(undefined)).toBe(false);
    for (const newer of [
      { ...base, timestamp: 2 },
      { ...base, counter: 2, timestamp: 0 },
      { stateVersion: 2, counter: 0, timestamp: 0 },
    ]) {
      expect(version.equals(newer)).toBe(false);
      expect(version.compare(newer)).toBeLessThan(0);
    }
  });
});

describe('PermName', () => {
  it.each([
    [6, 'RW-'],
    [4, 'R--'],
    [2, '-W-'],
    [7, 'RWX'],
    [0, '---'],
  ])('%d prints as %s', (perm, text) => expect(permToText(perm)).toBe(text));

  it('accepts 0 to 7', () => {
    expect([0, 7].every(isValidPerm)).toBe(true);
    expect([-1, 8, 1.5].some(isValidPerm)).toBe(false);
  });
});
