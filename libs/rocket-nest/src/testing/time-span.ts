import { RocketConfigError } from '../errors/rocket-config-error';

/** Milliseconds, or a number with its unit: `'250ms'`, `'30s'`, `'5m'`, `'2h'`, `'1d'`. */
export type TimeSpan = number | `${number}${'ms' | 's' | 'm' | 'h' | 'd'}`;

const UNIT_MS = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const;

/** The span in milliseconds; throws a RocketConfigError for anything else, and for negative ones. */
export function timeSpanMs(span: TimeSpan): number {
  if (typeof span === 'number' && Number.isFinite(span) && span >= 0) return span;
  const [, amount, unit] = /^(\d+(?:\.\d+)?)(ms|s|m|h|d)$/.exec(String(span)) ?? [];
  if (amount !== undefined && unit !== undefined) {
    return Number(amount) * UNIT_MS[unit as keyof typeof UNIT_MS];
  }
  throw new RocketConfigError(
    `'${span}' is no span of time; give milliseconds or a text like '250ms', '30s', '5m', '2h'`,
  );
}
