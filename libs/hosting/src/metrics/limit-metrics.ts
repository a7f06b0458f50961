import type { Limits } from '@rocket-nest/common/internal';
import { Counter, type Registry } from 'prom-client';

/** Adds how often each named limit was reached. */
export function registerLimits(registry: Registry, limits: Limits): void {
  const hits = new Counter({
    name: 'rocket_nest_limit_hits_total',
    help: 'How often a named limit was reached.',
    labelNames: ['limit'],
    registers: [registry],
    collect() {
      hits.reset();
      for (const limit of limits.all()) hits.inc({ limit: limit.name }, limit.hits);
    },
  });
}
