import type { loadMetrics } from '@rocket-nest/hosting';
import type { StoreLatencyObserver } from '@rocket-nest/store';

type Metrics = ReturnType<typeof loadMetrics>;

const MS_PER_SECOND = 1000;
/** From the page cache (20 us) to a disk in trouble (5 s). */
const BUCKETS_SECONDS = [
  0.000_02, 0.000_05, 0.000_1, 0.000_25, 0.000_5, 0.001, 0.002_5, 0.005, 0.01, 0.025, 0.05, 0.1,
  0.25, 0.5, 1, 5,
];

/** Histograms of how long the commit log's writes and syncs take. */
export function createStoreLatency(
  Histogram: Metrics['Histogram'],
  registry: InstanceType<Metrics['Registry']>,
): StoreLatencyObserver {
  const histogram = (name: string, help: string) =>
    new Histogram({ name, help, buckets: BUCKETS_SECONDS, registers: [registry] });
  const pwrite = histogram(
    'rocket_nest_store_pwrite_seconds',
    'Duration of the commit log writes, one for all messages of an event-loop turn.',
  );
  const fsync = histogram('rocket_nest_store_fsync_seconds', 'Duration of the commit log syncs.');
  return {
    onPwrite: (durationMs) => pwrite.observe(durationMs / MS_PER_SECOND),
    onFsync: (durationMs) => fsync.observe(durationMs / MS_PER_SECOND),
  };
}
