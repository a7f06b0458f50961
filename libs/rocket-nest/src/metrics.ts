export { RocketMetricsModule } from './operation/metrics/rocket-metrics.module';
export type { RocketMetricsOptions } from './operation/metrics/rocket-metrics-options';
