import type { BrokerController, TransactionCounters } from '@rocket-nest/broker';
import type { MetricFamily, MetricSample } from '@rocket-nest/hosting';
import type { FamilyFactory } from './family-factory';

/** Transactional messages by the topic that they are meant for. */
export function transactionFamilies(
  { counters }: BrokerController,
  factory: FamilyFactory,
): MetricFamily[] {
  const byTopic = function* (what: keyof TransactionCounters): Generator<MetricSample> {
    for (const [topic, counted] of counters.transactionsByTopic) {
      yield { labels: { topic }, value: counted[what] };
    }
  };
  return [
    factory.gauge(
      'rocketmq_half_messages',
      'Half messages whose transactions have not ended.',
      () => byTopic('halfMessages'),
    ),
    factory.counter('rocketmq_commit_messages_total', 'Transactions committed.', () =>
      byTopic('committed'),
    ),
    factory.counter('rocketmq_rollback_messages_total', 'Transactions rolled back.', () =>
      byTopic('rolledBack'),
    ),
  ];
}
