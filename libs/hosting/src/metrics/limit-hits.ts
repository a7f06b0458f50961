import type { Limits } from '@rocket-nest/common/internal';
import type { MetricFamily } from './metric-family';

/** How often each named limit was reached. */
export function limitHits(limits: Limits): MetricFamily {
  return {
    name: 'rocket_nest_limit_hits_total',
    help: 'How often a named limit was reached.',
    type: 'counter',
    samples: () => limits.all().map(({ name, hits }) => ({ labels: { limit: name }, value: hits })),
  };
}
