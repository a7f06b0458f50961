import { Counter } from 'prom-client';
import type { IdempotencyEvents } from '../../idempotent/idempotency-events';
import type { MetricContext } from './metric-context';

/** Counts what `@Idempotent` did. Returns the function that ends it. */
export function countIdempotency(
  { nameOf, registers }: MetricContext,
  events: IdempotencyEvents,
): () => void {
  const counter = new Counter({
    name: nameOf('idempotency_events_total'),
    help: 'What @Idempotent did, by the type of its event: executed, duplicate, in-progress, ...',
    labelNames: ['consumer_group', 'listener', 'store', 'type'],
    registers,
  });
  return events.subscribe(({ type, store, scope }) => {
    counter.inc({ consumer_group: scope.group, listener: scope.listener, store, type });
  });
}
