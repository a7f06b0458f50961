import { monitorEventLoopDelay } from 'node:perf_hooks';
import { Gauge, type Registry } from 'prom-client';

const NANOS_PER_SECOND = 1e9;
const RESOLUTION_MS = 5;

/** Adds how long the event loop was held, worst and high quantiles since the last scrape. */
export function registerLoopStall(registry: Registry): () => void {
  const delays = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
  delays.enable();
  const stall = new Gauge({
    name: 'rocket_nest_event_loop_stall_seconds',
    help: 'Time the event loop was held since the last scrape, by quantile; 1 is the longest.',
    labelNames: ['quantile'],
    registers: [registry],
    collect() {
      const seconds = (nanos: number): number =>
        Math.max(0, nanos / NANOS_PER_SECOND - RESOLUTION_MS / 1000);
      stall.set({ quantile: '0.5' }, seconds(delays.percentile(50)));
      stall.set({ quantile: '0.99' }, seconds(delays.percentile(99)));
      stall.set({ quantile: '1' }, delays.count === 0 ? 0 : seconds(delays.max));
      delays.reset();
    },
  });
  return () => delays.disable();
}
