import type { QueueStatus } from '@rocket-nest/client';
import { Gauge } from 'prom-client';
import type { ConsumerInspector } from '../consumer-inspector';
import type { MetricContext } from './metric-context';

type Label = 'connection' | 'consumer_group' | 'topic';
type Labels = Record<Label, string>;

/** One queue's part in the value of its group and topic. */
interface Part {
  readonly labels: Labels;
  readonly value: number;
}

const MS_PER_SECOND = 1000;

/** A scrape that brokers do not answer must not hang: their queues are left out of the lag then. */
const LAG_TIMEOUT_MS = 2000;

const sum = (a: number, b: number): number => a + b;

/** How the assigned queues of the groups stand, read when the metrics are asked for. */
export class QueueMetrics {
  constructor(
    private readonly context: MetricContext,
    private readonly inspector: ConsumerInspector,
  ) {
    this.gauge('consumer_queues', 'Queues assigned to this process.', sum, () =>
      this.partsBy(() => 1),
    );
    this.gauge(
      'consumer_cached_messages',
      'Messages pulled and not yet consumed, waiting or in process.',
      sum,
      () => this.partsBy(({ cachedMessages }) => cachedMessages),
    );
    this.gauge(
      'consumer_last_pull_age_seconds',
      'Time since the last pull of the queue that waited longest.',
      Math.max,
      () => this.partsBy(({ lastPullAgeMs }) => lastPullAgeMs / MS_PER_SECOND),
    );
    this.gauge(
      'consumer_lag_messages',
      'Messages of the assigned queues that are not yet consumed.',
      sum,
      () => this.lags(),
    );
  }

  private gauge(
    name: string,
    help: string,
    combine: (a: number, b: number) => number,
    read: () => readonly Part[] | Promise<readonly Part[]>,
  ): void {
    const { nameOf, registers } = this.context;
    const labelNames: Label[] = ['connection', 'consumer_group', 'topic'];
    const gauge = new Gauge({
      name: nameOf(name),
      help,
      labelNames,
      registers,
      collect: async () => {
        const parts = await read();
        const values = new Map<string, Part>();
        for (const { labels, value } of parts) {
          const key = JSON.stringify(labels);
          const known = values.get(key);
          values.set(key, { labels, value: known ? combine(known.value, value) : value });
        }
        gauge.reset();
        for (const { labels, value } of values.values()) gauge.set(labels, value);
      },
    });
  }

  private partsBy(valueOf: (status: QueueStatus) => number): Part[] {
    return this.inspector.consumers().flatMap(({ connection, consumerGroup, queues }) =>
      queues.map((status) => ({
        labels: labelsOf(connection, consumerGroup, status),
        value: valueOf(status),
      })),
    );
  }

  private async lags(): Promise<Part[]> {
    const parts = this.inspector.consumers().map(async (consumer) => {
      const queues = await this.inspector.lags(consumer, LAG_TIMEOUT_MS);
      return queues.flatMap(({ status, lag }) =>
        lag === undefined
          ? []
          : [{ labels: labelsOf(consumer.connection, consumer.consumerGroup, status), value: lag }],
      );
    });
    return (await Promise.all(parts)).flat();
  }
}

function labelsOf(
  connection: string,
  consumerGroup: string,
  { messageQueue }: QueueStatus,
): Labels {
  return { connection, consumer_group: consumerGroup, topic: messageQueue.topic };
}
