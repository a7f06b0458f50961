import { monitorEventLoopDelay } from 'node:perf_hooks';
import type { MetricFamily, MetricSample } from './metric-family';

const NANOS_PER_SECOND = 1e9;
const RESOLUTION_MS = 5;

/** How long the event loop was held since the last scrape. Costs a timer of 5 ms while it runs. */
export class LoopStall implements MetricFamily {
  readonly name = 'rocket_nest_event_loop_stall_seconds';
  readonly help = 'Time the event loop was held since the last scrape; quantile 1 is the longest.';
  readonly type = 'gauge';
  private readonly delays = monitorEventLoopDelay({ resolution: RESOLUTION_MS });

  start(): void {
    this.delays.enable();
  }

  stop(): void {
    this.delays.disable();
  }

  samples(): MetricSample[] {
    const { delays } = this;
    const quantiles = [
      { labels: { quantile: '0.5' }, value: seconds(delays.percentile(50)) },
      { labels: { quantile: '0.99' }, value: seconds(delays.percentile(99)) },
      { labels: { quantile: '1' }, value: delays.count === 0 ? 0 : seconds(delays.max) },
    ];
    delays.reset();
    return quantiles;
  }
}

/** What was measured includes the timer's own interval. */
function seconds(nanos: number): number {
  return Math.max(0, nanos / NANOS_PER_SECOND - RESOLUTION_MS / 1000);
}
