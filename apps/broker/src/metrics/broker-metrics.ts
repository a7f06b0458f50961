import type { BrokerConfigBundle, BrokerController } from '@rocket-nest/broker';
import { loadMetrics, type MetricsExporter } from '@rocket-nest/hosting';
import type { StoreLatencyObserver } from '@rocket-nest/store';
import { brokerFamilies } from './broker-families';
import { isUp } from './health';
import { createStoreLatency } from './store-latency';

/** Metrics of a broker that is about to be made. */
export interface PreparedBrokerMetrics {
  readonly latency: StoreLatencyObserver;
  exporterOf(controller: BrokerController): MetricsExporter;
}

/** The metrics that the configuration asks for; undefined, and nothing loaded, when it asks for none. */
export function prepareBrokerMetrics({
  broker,
  server,
}: BrokerConfigBundle): PreparedBrokerMetrics | undefined {
  if (broker.metricsExporterType !== 'PROM') return undefined;
  const { Histogram, limitHits, MetricsExporter, Registry } = loadMetrics();
  const registry = new Registry();
  return {
    latency: createStoreLatency(Histogram, registry),
    exporterOf: (controller) =>
      new MetricsExporter({
        host: broker.metricsPromExporterHost || server.bindAddress,
        port: broker.metricsPromExporterPort,
        registry,
        families: [...brokerFamilies(controller), limitHits(controller.limits)],
        health: () => isUp(controller),
      }),
  };
}
