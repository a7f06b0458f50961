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

function* lags(
  { consumerOffsetManager, messageStore, topicConfigManager }: BrokerController,
  offsetOf: OffsetOf,
): Generator<MetricSample> {
  for (const topic of topicConfigManager.topicConfigTable.keys()) {
    for (const group of consumerOffsetManager.whichGroupByTopic(topic)) {
      let value = 0;
      for (const queueId of consumerOffsetManager.queryOffsets(group, topic)?.keys() ?? []) {
        const offset = offsetOf(consumerOffsetManager, group, topic, queueId) ?? 0;
        value += Math.max(0, messageStore.maxOffsetInQueue(topic, queueId) - offset);
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
