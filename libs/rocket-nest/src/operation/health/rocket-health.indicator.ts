import { Inject, Injectable } from '@nestjs/common';
import { ConsumerInspector } from '../consumer-inspector';
import type { LiveConsumer, QueueWithLag } from '../live-consumer';
import type { RocketHealthOptions } from './rocket-health-options';

const DEFAULT_MAX_PULL_AGE_MS = 120_000;
const DEFAULT_TIMEOUT_MS = 3000;

/** How one consumer group stands. */
export interface ConsumerGroupHealth {
  readonly listeners: readonly string[];
  readonly paused: boolean;
  readonly assignedQueues: number;
  /** Messages not yet consumed; undefined when a broker did not answer. */
  readonly lag: number | undefined;
  /** Of the queue that waited longest; undefined without queues. */
  readonly lastPullAgeMs: number | undefined;
  /** Why the group counts as unhealthy. */
  readonly problem?: string;
}

/** Terminus' form of a result. */
export type RocketHealthResult<Key extends string> = Record<
  Key,
  {
    status: 'up' | 'down';
    groups: Record<string, ConsumerGroupHealth>;
    message?: string;
  }
>;

/**
 * Health of the running listeners, for `HealthCheckService.check` of @nestjs/terminus. A group is
 * unhealthy when a queue was not pulled for long, when it is too far behind, or when a broker does
 * not say how far its queues are. A group without queues is healthy: other members have them.
 */
@Injectable()
export class RocketHealthIndicator {
  constructor(@Inject(ConsumerInspector) private readonly inspector: ConsumerInspector) {}

  /** `health.check([() => rocket.isHealthy('rocketmq')])` */
  async isHealthy<Key extends string>(
    key: Key,
    options: RocketHealthOptions = {},
  ): Promise<RocketHealthResult<Key>> {
    const consumers = this.inspector.consumers();
    const timeoutMs = options.timeoutMs ?? DEFAULT_TIMEOUT_MS;
    const groups: Record<string, ConsumerGroupHealth> = {};
    await Promise.all(
      consumers.map(async (consumer) => {
        const queues = await this.inspector.lags(consumer, timeoutMs);
        groups[consumer.consumerGroup] = healthOf(consumer, queues, options);
      }),
    );
    const problems = Object.entries(groups).flatMap(([group, { problem }]) =>
      problem === undefined ? [] : [`${group}: ${problem}`],
    );
    const body =
      problems.length === 0
        ? { status: 'up' as const, groups }
        : { status: 'down' as const, groups, message: problems.join('; ') };
    return { [key]: body } as RocketHealthResult<Key>;
  }
}

function healthOf(
  { listenerIds, paused }: LiveConsumer,
  queues: readonly QueueWithLag[],
  options: RocketHealthOptions,
): ConsumerGroupHealth {
  const ages = queues.map(({ status }) => status.lastPullAgeMs);
  const lastPullAgeMs = ages.length > 0 ? Math.round(Math.max(...ages)) : undefined;
  const unknown = queues.filter(({ lag }) => lag === undefined);
  const lag =
    unknown.length > 0 ? undefined : queues.reduce((sum, queue) => sum + (queue.lag ?? 0), 0);
  const maxPullAgeMs = options.maxPullAgeMs ?? DEFAULT_MAX_PULL_AGE_MS;
  const problems: string[] = [];
  if (unknown.length > 0) {
    const brokers = new Set(unknown.map(({ status }) => status.messageQueue.brokerName));
    problems.push(`no answer from broker ${[...brokers].join(', ')}`);
  }
  if (!paused && (lastPullAgeMs ?? 0) > maxPullAgeMs) {
    problems.push(`a queue was not pulled for ${lastPullAgeMs} ms (maxPullAgeMs ${maxPullAgeMs})`);
  }
  if (options.maxLag !== undefined && (lag ?? 0) > options.maxLag) {
    problems.push(`${lag} messages behind (maxLag ${options.maxLag})`);
  }
  const health = {
    listeners: listenerIds,
    paused,
    assignedQueues: queues.length,
    lag,
    lastPullAgeMs,
  };
  return problems.length === 0 ? health : { ...health, problem: problems.join(', ') };
}
