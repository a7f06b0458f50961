import { loadMetrics, type MetricFamily, type MetricsExporter } from '@rocket-nest/hosting';
import type { NamesrvConfig, NamesrvController, RouteInfoManager } from '@rocket-nest/namesrv';
import { RequestCode, ResponseCode, type RpcObserver } from '@rocket-nest/remoting';

/** Metrics of a name server that is about to be made. */
export interface PreparedNamesrvMetrics {
  readonly rpcObserver: RpcObserver;
  exporterOf(controller: NamesrvController): MetricsExporter;
}

/** The metrics that the configuration asks for; undefined, and nothing loaded, when it asks for none. */
export function prepareNamesrvMetrics(config: NamesrvConfig): PreparedNamesrvMetrics | undefined {
  if (config.metricsExporterType !== 'PROM') return undefined;
  const { MetricsExporter, limitHits, RpcLatency } = loadMetrics();
  const rpcObserver = new RpcLatency({
    labels: { node_type: 'nameserver' },
    requestCodes: RequestCode,
    responseCodes: ResponseCode,
  });
  return {
    rpcObserver,
    exporterOf: (controller) =>
      new MetricsExporter({
        host: config.metricsPromExporterHost || config.bindAddress,
        port: config.metricsPromExporterPort,
        families: [
          rpcObserver.family,
          routeTableSizes(controller.routeInfoManager),
          limitHits(controller.limits),
        ],
        health: () => ({ remoting: controller.remotingServer.ports.length > 0 ? 'up' : 'down' }),
      }),
  };
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
