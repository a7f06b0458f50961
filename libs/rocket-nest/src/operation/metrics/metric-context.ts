import type { Registry } from 'prom-client';
import type { RocketMetricsOptions } from './rocket-metrics-options';

const DEFAULT_BUCKETS = [0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30];

/** What all metrics are made with. */
export interface MetricContext {
  /** Puts the prefix before a name, and remembers it. */
  readonly nameOf: (name: string) => string;
  readonly registers: Registry[];
  readonly buckets: number[];
  /** Every name that was made. */
  readonly names: readonly string[];
}

export function metricContext(options: RocketMetricsOptions): MetricContext {
  const { prefix = 'rocket_nest_', registry, durationBuckets = DEFAULT_BUCKETS } = options;
  const names: string[] = [];
  const nameOf = (name: string): string => {
    names.push(prefix + name);
    return prefix + name;
  };
  return { nameOf, registers: [registry], buckets: durationBuckets, names };
}
