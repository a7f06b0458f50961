import type { Registry } from 'prom-client';

export const ROCKET_METRICS_OPTIONS = Symbol('ROCKET_METRICS_OPTIONS');

export interface RocketMetricsOptions {
  /** Where the metrics are registered, as the application's own are: `register` of prom-client, say. */
  registry: Registry;
  /** Put before every name. Default `rocket_nest_`. */
  prefix?: string;
  /** Upper bounds of the duration histograms, in seconds. Default 1 ms to 30 s. */
  durationBuckets?: number[];
}
