import { errorCodeOf } from '@rocket-nest/common';
import { Counter, Histogram } from 'prom-client';
import type { SendInvoke, SendWrapper } from '../../producer/send-wrappers';
import type { MetricContext } from './metric-context';

/** Counts and times sends. */
export class SendMetrics implements SendWrapper {
  private readonly sent: Counter<'topic' | 'kind' | 'outcome'>;
  private readonly duration: Histogram<'topic' | 'kind'>;

  constructor({ nameOf, registers, buckets }: MetricContext) {
    this.sent = new Counter({
      name: nameOf('messages_sent_total'),
      help: 'Messages handed to the producer; outcome is ok, or the code of the error.',
      labelNames: ['topic', 'kind', 'outcome'],
      registers,
    });
    this.duration = new Histogram({
      name: nameOf('send_duration_seconds'),
      help: 'Time until the broker has a message, all tries together; of a request until its reply.',
      labelNames: ['topic', 'kind'],
      buckets,
      registers,
    });
  }

  wrap(next: SendInvoke): SendInvoke {
    return async (message, call) => {
      const { topic } = message;
      const { kind } = call;
      const end = this.duration.startTimer({ topic, kind });
      try {
        const result = await next(message, call);
        this.sent.inc({ topic, kind, outcome: 'ok' });
        return result;
      } catch (error) {
        this.sent.inc({ topic, kind, outcome: errorCodeOf(error) ?? 'error' });
        throw error;
      } finally {
        end();
      }
    };
  }
}
