import { isSystemGroup } from '@rocket-nest/common';
import type { BrokerController } from '@rocket-nest/broker';
import type { MetricFamily, MetricSample } from '@rocket-nest/hosting';
import { languageName, versionName } from '@rocket-nest/remoting';
import type { FamilyFactory } from './family-factory';

/** Clients by their language and version. */
export function connectionFamilies(
  controller: BrokerController,
  factory: FamilyFactory,
): MetricFamily[] {
  return [
    factory.gauge('rocketmq_producer_connections', 'Connections of producers.', () =>
      producers(controller),
    ),
    factory.gauge('rocketmq_consumer_connections', 'Connections of consumers by group.', () =>
      consumers(controller),
    ),
  ];
}

function* producers({ producerManager }: BrokerController): Generator<MetricSample> {
  const counts = new LabelCounts();
  for (const group of producerManager.groupNames) {
    for (const client of producerManager.channelsOf(group)) counts.add(clientLabels(client));
  }
  yield* counts;
}

function* consumers({ consumerManager }: BrokerController): Generator<MetricSample> {
  for (const group of consumerManager.groupNames) {
    const info = consumerManager.getConsumerGroupInfo(group);
    if (!info) continue;
    const groupLabels = {
      consumer_group: group,
      consume_mode: CONSUME_MODES[info.profile.consumeType] ?? 'push',
      is_system: isSystemGroup(group),
    };
    const counts = new LabelCounts();
    for (const client of info.allChannels())
      counts.add({ ...clientLabels(client), ...groupLabels });
    yield* counts;
  }
}

const CONSUME_MODES: Readonly<Record<string, string>> = {
  CONSUME_ACTIVELY: 'pull',
  CONSUME_PASSIVELY: 'push',
  CONSUME_POP: 'pop',
};

function clientLabels(client: { language: number; version: number }): Labels {
  return {
    protocol_type: 'remoting',
    language: languageName(client.language).toLowerCase(),
    version: versionName(client.version).toLowerCase(),
  };
}

type Labels = Readonly<Record<string, string | boolean>>;

/** Counts equal label sets. */
class LabelCounts implements Iterable<MetricSample> {
  private readonly samples = new Map<string, { labels: Labels; value: number }>();

  add(labels: Labels): void {
    const key = Object.values(labels).join('\u0000');
    const known = this.samples.get(key);
    if (known) known.value++;
    else this.samples.set(key, { labels, value: 1 });
  }

  [Symbol.iterator](): Iterator<MetricSample> {
    return this.samples.values();
  }
}
