import type * as metrics from './metrics';

/** The metrics part with the libraries it needs, loaded only by servers that are to serve metrics. */
export function loadMetrics(): typeof metrics {
  // eslint-disable-next-line @typescript-eslint/no-require-imports
  return require('./metrics') as typeof metrics;
}
