import { isRetryOrDlqTopic, isRetryTopic, isSystemGroup } from '@rocket-nest/common';
import type { BrokerController } from '@rocket-nest/broker';
import type { MetricFamily, MetricSample } from '@rocket-nest/hosting';
import { connectionFamilies } from './connection-families';
import { FamilyFactory } from './family-factory';
import { lagFamilies } from './lag-families';
import { storageFamilies } from './storage-families';
import { transactionFamilies } from './transaction-families';

/** The labels of every sample of a broker. */
export function brokerLabels(broker: BrokerController['config']['broker']): NodeLabels {
  const { brokerClusterName, brokerName } = broker;
  return { cluster: brokerClusterName, node_type: 'broker', node_id: brokerName };
}

/** What a broker counts, under the original's names and labels. */
export function brokerFamilies(controller: BrokerController): MetricFamily[] {
  const factory = new FamilyFactory(brokerLabels(controller.config.broker));
  return [
    ...trafficFamilies(controller, factory),
    ...lagFamilies(controller, factory),
    ...connectionFamilies(controller, factory),
    ...storageFamilies(controller, factory),
    ...transactionFamilies(controller, factory),
    ...sizeFamilies(controller, factory),
  ];
}

type NodeLabels = Readonly<Record<'cluster' | 'node_type' | 'node_id', string>>;

/** Those of a topic's messages, undefined for one that is gone. */
export function topicLabels(
  { topicConfigManager }: BrokerController,
  topic: string,
): MetricSample['labels'] {
  const config = topicConfigManager.selectTopicConfig(topic);
  return (
    config && {
      topic,
      message_type: (config.attributes.get('message.type') ?? 'NORMAL').toLowerCase(),
      is_system: topicConfigManager.isSystemTopic(topic),
    }
  );
}

function trafficFamilies(controller: BrokerController, factory: FamilyFactory): MetricFamily[] {
  const { counters } = controller;
  return [
    factory.counter('rocketmq_messages_in_total', 'Messages stored.', () =>
      incoming(controller, 'messagesIn'),
    ),
    factory.counter('rocketmq_throughput_in_total', 'Bytes stored.', () =>
      incoming(controller, 'bytesIn'),
    ),
    factory.counter('rocketmq_messages_out_total', 'Messages handed to consumers.', () =>
      outgoing(controller, 'messagesOut'),
    ),
    factory.counter('rocketmq_throughput_out_total', 'Bytes handed to consumers.', () =>
      outgoing(controller, 'bytesOut'),
    ),
    factory.counter(
      'rocketmq_send_to_dlq_messages_total',
      'Messages given up and moved to a dead letter topic.',
      () => [{ value: counters.messagesToDlq }],
    ),
  ];
}

function* incoming(
  controller: BrokerController,
  what: 'messagesIn' | 'bytesIn',
): Generator<MetricSample> {
  for (const [topic, counted] of controller.counters.byTopic) {
    const labels = topicLabels(controller, topic);
    if (labels) yield { labels, value: counted[what] };
  }
}

function* outgoing(
  { counters, topicConfigManager }: BrokerController,
  what: 'messagesOut' | 'bytesOut',
): Generator<MetricSample> {
  for (const [topic, groups] of counters.byConsumer) {
    for (const [group, counted] of groups) {
      const labels = {
        topic,
        consumer_group: group,
        is_system: topicConfigManager.isSystemTopic(topic) || isSystemGroup(group),
        is_retry: isRetryTopic(topic),
      };
      yield { labels, value: counted[what] };
    }
  }
}

function sizeFamilies(controller: BrokerController, factory: FamilyFactory): MetricFamily[] {
  const { config, topicConfigManager, subscriptionGroupManager } = controller;
  const topicCount = (): number => {
    let count = 0;
    for (const topic of topicConfigManager.topicConfigTable.keys()) {
      if (!isRetryOrDlqTopic(topic)) count++;
    }
    return count;
  };
  return [
    factory.gauge('rocketmq_broker_permission', 'Permission bits of the broker.', () => [
      { value: config.broker.brokerPermission },
    ]),
    factory.gauge('rocketmq_topic_number', 'Topics, without retry and dead letter ones.', () => [
      { value: topicCount() },
    ]),
    factory.gauge('rocketmq_consumer_group_number', 'Subscription groups.', () => [
      { value: subscriptionGroupManager.subscriptionGroupTable.size },
    ]),
  ];
}
