import { isRetryTopic, isSystemGroup } from '@rocket-nest/common';
import type { BrokerController } from '@rocket-nest/broker';
import type { MetricFamily, MetricSample } from '@rocket-nest/hosting';
import type { FamilyFactory } from './family-factory';

/** How far consumer groups are behind, from the offsets that they stored here. */
export function lagFamilies(controller: BrokerController, factory: FamilyFactory): MetricFamily[] {
  return [
    factory.gauge(
      'rocketmq_consumer_lag_messages',
      'Messages stored and not yet acknowledged by the group.',
      () =>
        lags(controller, (offsets, group, topic, queueId) =>
          offsets.queryOffset(group, topic, queueId),
        ),
    ),
    factory.gauge(
      'rocketmq_consumer_ready_messages',
      'Messages stored and not yet pulled by the group.',
      () => lags(controller, pulledOffset),
    ),
    factory.gauge(
      'rocketmq_consumer_inflight_messages',
      'Messages pulled by the group and not yet acknowledged.',
      () => inflight(controller),
    ),
  ];
}

type Offsets = BrokerController['consumerOffsetManager'];
type OffsetOf = (
  offsets: Offsets,
  group: string,
  topic: string,
  queueId: number,
) => number | undefined;

const pulledOffset: OffsetOf = (offsets, group, topic, queueId) =>
  offsets.queryPullOffset(group, topic, queueId) ?? offsets.queryOffset(group, topic, queueId);

function lags(controller: BrokerController, offsetOf: OffsetOf): Generator<MetricSample> {
  const { consumerOffsetManager, messageStore } = controller;
  return byGroup(controller, (group, topic, queueId) => {
    const offset = offsetOf(consumerOffsetManager, group, topic, queueId) ?? 0;
    return messageStore.maxOffsetInQueue(topic, queueId) - offset;
  });
}

function inflight(controller: BrokerController): Generator<MetricSample> {
  const { consumerOffsetManager: offsets } = controller;
  return byGroup(controller, (group, topic, queueId) => {
    const pulled = pulledOffset(offsets, group, topic, queueId) ?? 0;
    return pulled - (offsets.queryOffset(group, topic, queueId) ?? 0);
  });
}

/** Sums up what the queues count for each group of each topic. */
function* byGroup(
  { consumerOffsetManager, topicConfigManager }: BrokerController,
  countOf: (group: string, topic: string, queueId: number) => number,
): Generator<MetricSample> {
  for (const topic of topicConfigManager.topicConfigTable.keys()) {
    for (const group of consumerOffsetManager.whichGroupByTopic(topic)) {
      let value = 0;
      for (const queueId of consumerOffsetManager.queryOffsets(group, topic)?.keys() ?? []) {
        value += Math.max(0, countOf(group, topic, queueId));
      }
      const labels = {
        topic,
        consumer_group: group,
        is_retry: isRetryTopic(topic),
        is_system: topicConfigManager.isSystemTopic(topic) || isSystemGroup(group),
      };
      yield { labels, value };
    }
  }
}
