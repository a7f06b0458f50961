import type { OnApplicationShutdown } from '@nestjs/common';
import type { ListenerWrappers } from '../../listener/listener-wrappers';
import type { SendWrappers } from '../../producer/send-wrappers';
import type { ConsumerInspector } from '../consumer-inspector';
import { ListenerMetrics } from './listener-metrics';
import { metricContext, type MetricContext } from './metric-context';
import { QueueMetrics } from './queue-metrics';
import type { RocketMetricsOptions } from './rocket-metrics-options';
import { SendMetrics } from './send-metrics';

/** Where metrics stand among the wrappers of sends and listeners: within a trace's span. */
const METRICS_ORDER = 10;

/** The metrics of one application; at its end they leave the registry, so that a next one can start. */
export class RocketMetrics implements OnApplicationShutdown {
  private readonly context: MetricContext;

  constructor(
    private readonly options: RocketMetricsOptions,
    listeners: ListenerWrappers,
    sends: SendWrappers,
    inspector: ConsumerInspector,
  ) {
    this.context = metricContext(options);
    listeners.add(new ListenerMetrics(this.context), METRICS_ORDER);
    sends.add(new SendMetrics(this.context), METRICS_ORDER);
    new QueueMetrics(this.context, inspector);
  }

  onApplicationShutdown(): void {
    for (const name of this.context.names) this.options.registry.removeSingleMetric(name);
  }
}
