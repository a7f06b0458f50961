import type { BrokerController } from '@rocket-nest/broker';
import type { MetricFamily } from '@rocket-nest/hosting';
import type { FamilyFactory } from './family-factory';

const LABELS = { storage_type: 'local', storage_medium: 'disk' };

/** The commit log. */
export function storageFamilies(
  { messageStore, clock }: BrokerController,
  factory: FamilyFactory,
): MetricFamily[] {
  const gauge = (name: string, help: string, value: () => number): MetricFamily =>
    factory.gauge(name, help, () => [{ labels: LABELS, value: value() }]);
  return [
    gauge('rocketmq_storage_size_bytes', 'Bytes of messages held.', () =>
      Math.max(0, messageStore.maxPhyOffset() - messageStore.minPhyOffset()),
    ),
    gauge('rocketmq_storage_flush_behind_bytes', 'Bytes written and not yet synced.', () =>
      Math.max(0, messageStore.maxPhyOffset() - messageStore.flushedWhere()),
    ),
    factory.gauge(
      'rocketmq_storage_message_reserve_time_milliseconds',
      'Age of the oldest message.',
      async () => {
        const earliestMs = await messageStore.earliestMessageTime();
        const value = earliestMs < 0 ? 0 : Math.max(0, clock.wallNow() - earliestMs);
        return [{ labels: LABELS, value }];
      },
    ),
    gauge('rocketmq_storage_writable', '1 while messages are accepted, 0 while read-only.', () =>
      messageStore.isWriteable() ? 1 : 0,
    ),
  ];
}
