export { limitHits } from './limit-hits';
export type { MetricFamily, MetricSample } from './metric-family';
export { MetricsExporter } from './metrics-exporter';
export type { HealthReport, MetricsExporterOptions } from './metrics-exporter';
export { Histogram, Registry } from 'prom-client';
