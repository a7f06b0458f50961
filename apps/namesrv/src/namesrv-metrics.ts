import { loadMetrics, type MetricsExporter } from '@rocket-nest/hosting';
import type { NamesrvController } from '@rocket-nest/namesrv';

/** The metrics that the configuration asks for; undefined, and nothing loaded, when it asks for none. */
export function createNamesrvMetrics(controller: NamesrvController): MetricsExporter | undefined {
  const { config } = controller;
  if (config.metricsExporterType !== 'PROM') return undefined;
  const { MetricsExporter, registerLimits, registerSizes } = loadMetrics();
  return new MetricsExporter({
    host: config.metricsPromExporterHost || config.bindAddress,
    port: config.metricsPromExporterPort,
    register(registry) {
      registerLimits(registry, controller.limits);
      registerSizes(registry, 'rocket_nest_namesrv', () => controller.routeInfoManager.sizes);
    },
    health: () => ({ remoting: controller.remotingServer.ports.length > 0 ? 'up' : 'down' }),
  });
}
