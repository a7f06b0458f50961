import { loadMetrics, type MetricFamily, type MetricsExporter } from '@rocket-nest/hosting';
import type { NamesrvController, RouteInfoManager } from '@rocket-nest/namesrv';

/** The metrics that the configuration asks for; undefined, and nothing loaded, when it asks for none. */
export function createNamesrvMetrics(controller: NamesrvController): MetricsExporter | undefined {
  const { config } = controller;
  if (config.metricsExporterType !== 'PROM') return undefined;
  const { MetricsExporter, limitHits } = loadMetrics();
  return new MetricsExporter({
    host: config.metricsPromExporterHost || config.bindAddress,
    port: config.metricsPromExporterPort,
    families: [routeTableSizes(controller.routeInfoManager), limitHits(controller.limits)],
    health: () => ({ remoting: controller.remotingServer.ports.length > 0 ? 'up' : 'down' }),
  });
}

function routeTableSizes(routes: RouteInfoManager): MetricFamily {
  return {
    name: 'rocket_nest_namesrv_route_entries',
    help: 'Entries of the route tables.',
    type: 'gauge',
    samples: () =>
      Object.entries(routes.sizes).map(([table, value]) => ({ labels: { table }, value })),
  };
}
