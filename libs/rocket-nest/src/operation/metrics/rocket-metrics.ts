import { Inject, Injectable, type OnApplicationShutdown, type Type } from '@nestjs/common';
import { ModuleRef } from '@nestjs/core';
import { RocketLifecycle } from '../../connection/rocket-lifecycle';
import { IdempotencyEvents } from '../../idempotent/idempotency-events';
import { ListenerWrappers } from '../../listener/listener-wrappers';
import { getOutboxToken, type Outbox } from '../../outbox/outbox';
import { SendWrappers } from '../../producer/send-wrappers';
import {
  getTransactionsToken,
  type RocketTransactions,
} from '../../transaction/rocket-transactions';
import { ConsumerInspector } from '../consumer-inspector';
import { countIdempotency } from './idempotency-metrics';
import { ListenerMetrics } from './listener-metrics';
import { metricContext, type MetricContext } from './metric-context';
import { watchOutboxes, type ConnectionOutbox } from './outbox-metrics';
import { QueueMetrics } from './queue-metrics';
import { ROCKET_METRICS_OPTIONS, type RocketMetricsOptions } from './rocket-metrics-options';
import { SendMetrics } from './send-metrics';
import { countTransactions, type ConnectionTransactions } from './transaction-metrics';

/** Where metrics stand among the wrappers of sends and listeners: within a trace's span. */
const METRICS_ORDER = 10;

/** The metrics of one application; at its end they leave the registry, so that a next one can start. */
@Injectable()
export class RocketMetrics implements OnApplicationShutdown {
  private readonly context: MetricContext;
  private readonly endIdempotency: () => void;

  constructor(
    @Inject(ROCKET_METRICS_OPTIONS) private readonly options: RocketMetricsOptions,
    @Inject(ListenerWrappers) listeners: ListenerWrappers,
    @Inject(SendWrappers) sends: SendWrappers,
    @Inject(ConsumerInspector) inspector: ConsumerInspector,
    @Inject(IdempotencyEvents) idempotency: IdempotencyEvents,
    @Inject(RocketLifecycle) private readonly lifecycle: RocketLifecycle,
    @Inject(ModuleRef) private readonly modules: ModuleRef,
  ) {
    this.context = metricContext(options);
    listeners.add(new ListenerMetrics(this.context), METRICS_ORDER);
    sends.add(new SendMetrics(this.context), METRICS_ORDER);
    new QueueMetrics(this.context, inspector);
    this.endIdempotency = countIdempotency(this.context, idempotency);
    countTransactions(this.context, () => this.transactions());
    watchOutboxes(this.context, () => this.outboxes());
  }

  onApplicationShutdown(): void {
    this.endIdempotency();
    for (const name of this.context.names) this.options.registry.removeSingleMetric(name);
  }

  /** Of the connections that have a `RocketTransactionModule`. */
  private transactions(): ConnectionTransactions[] {
    return this.ofConnections<RocketTransactions>(getTransactionsToken).map(
      ([connection, { stats }]) => ({ connection, stats }),
    );
  }

  /** Of the connections that have a `RocketOutboxModule`. */
  private outboxes(): ConnectionOutbox[] {
    return this.ofConnections<Outbox>(getOutboxToken).map(([connection, outbox]) => ({
      connection,
      outbox,
    }));
  }

  private ofConnections<T>(tokenOf: (connection: string) => string | Type<T>): [string, T][] {
    return [...this.lifecycle.parts.keys()].flatMap((connection): [string, T][] => {
      try {
        return [[connection, this.modules.get<T>(tokenOf(connection), { strict: false })]];
      } catch {
        return [];
      }
    });
  }
}
