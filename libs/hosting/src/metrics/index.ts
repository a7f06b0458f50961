export { limitHits } from './limit-hits';
export { LabelledHistogram } from './labelled-histogram';
export type { MetricFamily, MetricSample } from './metric-family';
export { MetricsExporter } from './metrics-exporter';
export type { HealthReport, MetricsExporterOptions } from './metrics-exporter';
export { RpcLatency } from './rpc-latency';
export type { RpcLatencyOptions } from './rpc-latency';
export { Histogram, Registry } from 'prom-client';
