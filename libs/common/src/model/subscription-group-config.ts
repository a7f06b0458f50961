import { memberOf, readBoolean, readNumber, readTextMap } from './attributes';
import { groupRetryPolicyFromJson, groupRetryPolicyToJson } from './group-retry-policy';
import type { GroupRetryPolicy } from './group-retry-policy';

/** One subscription of a group, as the admin tools may fix it. */
export interface SimpleSubscriptionData {
  topic: string;
  expressionType: string;
  expression: string;
  version: number;
}

/** A consumer group as a broker keeps it. */
export interface SubscriptionGroupConfig {
  groupName: string;
  consumeEnable: boolean;
  consumeFromMinEnable: boolean;
  consumeBroadcastEnable: boolean;
  consumeMessageOrderly: boolean;
  retryQueueNums: number;
  /** Deliveries after the first before a message goes to the dead letter topic. */
  retryMaxTimes: number;
  groupRetryPolicy: GroupRetryPolicy;
  brokerId: number;
  /** Broker id to pull from when the master is slow. */
  whichBrokerWhenConsumeSlowly: number;
  notifyConsumerIdsChangedEnable: boolean;
  groupSysFlag: number;
  consumeTimeoutMinute: number;
  subscriptionDataSet?: SimpleSubscriptionData[];
  attributes: Map<string, string>;
}

/** A group with RocketMQ's defaults unless `init` says otherwise. */
export function createSubscriptionGroupConfig(
  groupName: string,
  init: Partial<Omit<SubscriptionGroupConfig, 'groupName'>> = {},
): SubscriptionGroupConfig {
  return {
    groupName,
    consumeEnable: true,
    consumeFromMinEnable: true,
    consumeBroadcastEnable: true,
    consumeMessageOrderly: false,
    retryQueueNums: 1,
    retryMaxTimes: 16,
    groupRetryPolicy: { type: 'CUSTOMIZED' },
    brokerId: 0,
    whichBrokerWhenConsumeSlowly: 1,
    notifyConsumerIdsChangedEnable: true,
    groupSysFlag: 0,
    consumeTimeoutMinute: 15,
    ...init,
    attributes: new Map(init.attributes ?? []),
  };
}

/** The members in the order RocketMQ writes them, which is alphabetic. */
export function subscriptionGroupConfigToJson(
  config: SubscriptionGroupConfig,
): Record<string, unknown> {
  const json: Record<string, unknown> = {
    attributes: Object.fromEntries([...config.attributes].sort()),
    brokerId: config.brokerId,
    consumeBroadcastEnable: config.consumeBroadcastEnable,
    consumeEnable: config.consumeEnable,
    consumeFromMinEnable: config.consumeFromMinEnable,
    consumeMessageOrderly: config.consumeMessageOrderly,
    consumeTimeoutMinute: config.consumeTimeoutMinute,
    groupName: config.groupName,
    groupRetryPolicy: groupRetryPolicyToJson(config.groupRetryPolicy),
    groupSysFlag: config.groupSysFlag,
    notifyConsumerIdsChangedEnable: config.notifyConsumerIdsChangedEnable,
    retryMaxTimes: config.retryMaxTimes,
    retryQueueNums: config.retryQueueNums,
  };
  if (config.subscriptionDataSet) {
    json.subscriptionDataSet = config.subscriptionDataSet.map((data) => ({
      expression: data.expression,
      expressionType: data.expressionType,
      topic: data.topic,
      version: data.version,
    }));
  }
  json.whichBrokerWhenConsumeSlowly = config.whichBrokerWhenConsumeSlowly;
  return json;
}

/** Reads what `subscriptionGroupConfigToJson` writes, with the defaults for what is missing. */
export function subscriptionGroupConfigFromJson(
  json: unknown,
  groupName = '',
): SubscriptionGroupConfig {
  const boolean = (name: string, fallback: boolean): boolean =>
    readBoolean(memberOf(json, name), fallback);
  const number = (name: string, fallback: number): number =>
    readNumber(memberOf(json, name), fallback);
  const config = createSubscriptionGroupConfig(String(memberOf(json, 'groupName') ?? groupName), {
    consumeEnable: boolean('consumeEnable', true),
    consumeFromMinEnable: boolean('consumeFromMinEnable', true),
    consumeBroadcastEnable: boolean('consumeBroadcastEnable', true),
    consumeMessageOrderly: boolean('consumeMessageOrderly', false),
    retryQueueNums: number('retryQueueNums', 1),
    retryMaxTimes: number('retryMaxTimes', 16),
    groupRetryPolicy: groupRetryPolicyFromJson(memberOf(json, 'groupRetryPolicy')),
    brokerId: number('brokerId', 0),
    whichBrokerWhenConsumeSlowly: number('whichBrokerWhenConsumeSlowly', 1),
    notifyConsumerIdsChangedEnable: boolean('notifyConsumerIdsChangedEnable', true),
    groupSysFlag: number('groupSysFlag', 0),
    consumeTimeoutMinute: number('consumeTimeoutMinute', 15),
    attributes: readTextMap(memberOf(json, 'attributes')),
  });
  const subscriptions = memberOf(json, 'subscriptionDataSet');
  if (Array.isArray(subscriptions)) {
    config.subscriptionDataSet = subscriptions.map(readSubscription);
  }
  return config;
}

function readSubscription(json: unknown): SimpleSubscriptionData {
  return {
    topic: String(memberOf(json, 'topic') ?? ''),
    expressionType: String(memberOf(json, 'expressionType') ?? 'TAG'),
    expression: String(memberOf(json, 'expression') ?? '*'),
    version: readNumber(memberOf(json, 'version'), 0),
  };
}
