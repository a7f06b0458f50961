export { registerLimits } from './limit-metrics';
export { registerSizes } from './size-metrics';
export { MetricsExporter } from './metrics-exporter';
export type { HealthReport, MetricsExporterOptions } from './metrics-exporter';
