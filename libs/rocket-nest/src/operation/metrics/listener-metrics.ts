import { errorCodeOf, type MessageExt } from '@rocket-nest/common';
import { Counter, Gauge, Histogram } from 'prom-client';
import type {
  BatchInvoke,
  ListenerDefinition,
  ListenerInvoke,
} from '../../listener/listener-definition';
import type { ListenerWrapper } from '../../listener/listener-wrappers';
import type { MetricContext } from './metric-context';

const LABELS = ['consumer_group', 'topic', 'listener'] as const;
type Labels = (typeof LABELS)[number];

const MS_PER_SECOND = 1000;

/** Counts and times listener calls. */
export class ListenerMetrics implements ListenerWrapper {
  private readonly consumed: Counter<Labels | 'outcome'>;
  private readonly duration: Histogram<Labels>;
  private readonly delay: Histogram<Labels>;
  private readonly running: Gauge<Labels>;

  constructor({ nameOf, registers, buckets }: MetricContext) {
    const labelNames = [...LABELS];
    this.consumed = new Counter({
      name: nameOf('messages_consumed_total'),
      help: 'Deliveries to a listener; outcome is ok, retry (asked for), dlq or error.',
      labelNames: [...LABELS, 'outcome'],
      registers,
    });
    this.duration = new Histogram({
      name: nameOf('process_duration_seconds'),
      help: 'Time of a listener call, guards and pipes included; of a batch once.',
      labelNames,
      buckets,
      registers,
    });
    this.delay = new Histogram({
      name: nameOf('delivery_delay_seconds'),
      help: 'From the store of the broker to the start of the listener, by both clocks.',
      labelNames,
      buckets,
      registers,
    });
    this.running = new Gauge({
      name: nameOf('messages_in_process'),
      help: 'Messages that a listener works on now.',
      labelNames,
      registers,
    });
  }

  wrap(listener: ListenerDefinition, next: ListenerInvoke): ListenerInvoke {
    const labels = labelsOf(listener);
    return (message, context) =>
      this.observe(labels, [message], async () => {
        try {
          const result = await next(message, context);
          this.consumed.inc({ ...labels, outcome: 'ok' });
          return result;
        } catch (error) {
          this.consumed.inc({ ...labels, outcome: outcomeOf(error) });
          throw error;
        }
      });
  }

  wrapBatch(listener: ListenerDefinition, next: BatchInvoke): BatchInvoke {
    const labels = labelsOf(listener);
    return (batch) =>
      this.observe(labels, batch.messages, async () => {
        const count = batch.contexts.length;
        try {
          const result = await next(batch);
          this.consumed.inc({ ...labels, outcome: 'ok' }, count - batch.failures.size);
          for (const { error } of batch.failures.values()) {
            this.consumed.inc({ ...labels, outcome: outcomeOf(error) });
          }
          return result;
        } catch (error) {
          this.consumed.inc({ ...labels, outcome: outcomeOf(error) }, count);
          throw error;
        }
      });
  }

  private async observe<T>(
    labels: Record<Labels, string>,
    messages: readonly MessageExt[],
    work: () => Promise<T>,
  ): Promise<T> {
    for (const { storeTimestamp } of messages) {
      this.delay.observe(labels, Math.max(0, Date.now() - storeTimestamp) / MS_PER_SECOND);
    }
    this.running.inc(labels, messages.length);
    const end = this.duration.startTimer(labels);
    try {
      return await work();
    } finally {
      end();
      this.running.dec(labels, messages.length);
    }
  }
}

function labelsOf({ id, consumerGroup, options }: ListenerDefinition): Record<Labels, string> {
  return { consumer_group: consumerGroup, topic: options.topic, listener: id };
}

function outcomeOf(error: unknown): 'retry' | 'dlq' | 'error' {
  const code = errorCodeOf(error);
  if (code === 'REJECT_TO_DLQ') return 'dlq';
  return code === 'RETRY_LATER' ? 'retry' : 'error';
}
