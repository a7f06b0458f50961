import { memberOf, readNumber } from './attributes';

/** The delay before each further delivery, in ms, when a group names no policy of its own. */
export const DEFAULT_RETRY_DELAYS_MS: readonly number[] = [
  1_000, 5_000, 10_000, 30_000, 60_000, 120_000, 180_000, 240_000, 300_000, 360_000, 420_000,
  480_000, 540_000, 600_000, 1_200_000, 1_800_000, 3_600_000, 7_200_000,
];

/** The first two delays are for pulls; a first retry waits for the third. */
const CUSTOMIZED_FIRST = 2;
/** Beyond this the exponential policy's factor no longer grows. */
const EXPONENTIAL_LAST = 32;

export type GroupRetryPolicyType = 'EXPONENTIAL' | 'CUSTOMIZED';

export interface ExponentialRetryPolicy {
  /** First delay in ms. Default 5000. */
  initial: number;
  /** Longest delay in ms. Default 7200000. */
  max: number;
  /** Default 2. */
  multiplier: number;
}

export interface CustomizedRetryPolicy {
  /** Delays in ms. */
  next: number[];
}

/** How long a group waits before it consumes a message again. */
export interface GroupRetryPolicy {
  type: GroupRetryPolicyType;
  exponentialRetryPolicy?: ExponentialRetryPolicy;
  customizedRetryPolicy?: CustomizedRetryPolicy;
}

/** Milliseconds until the delivery after one that was number `reconsumeTimes` (0 = the first). */
export function nextRetryDelayMs(policy: GroupRetryPolicy, reconsumeTimes: number): number {
  const times = Math.max(0, reconsumeTimes);
  if (policy.type === 'EXPONENTIAL') {
    const { initial, max, multiplier } = policy.exponentialRetryPolicy ?? {
      initial: 5_000,
      max: 7_200_000,
      multiplier: 2,
    };
    return Math.min(max, initial * multiplier ** Math.min(times, EXPONENTIAL_LAST));
  }
  const delays = policy.customizedRetryPolicy?.next ?? DEFAULT_RETRY_DELAYS_MS;
  if (delays.length === 0) return 0;
  return delays[Math.min(times + CUSTOMIZED_FIRST, delays.length - 1)];
}

export function groupRetryPolicyToJson(policy: GroupRetryPolicy): Record<string, unknown> {
  const json: Record<string, unknown> = {};
  if (policy.customizedRetryPolicy) {
    json.customizedRetryPolicy = { next: policy.customizedRetryPolicy.next };
  }
  if (policy.exponentialRetryPolicy) {
    const { initial, max, multiplier } = policy.exponentialRetryPolicy;
    json.exponentialRetryPolicy = { initial, max, multiplier };
  }
  json.type = policy.type;
  return json;
}

export function groupRetryPolicyFromJson(json: unknown): GroupRetryPolicy {
  const type = memberOf(json, 'type') === 'EXPONENTIAL' ? 'EXPONENTIAL' : 'CUSTOMIZED';
  const policy: GroupRetryPolicy = { type };
  const exponential = memberOf(json, 'exponentialRetryPolicy');
  if (exponential) {
    policy.exponentialRetryPolicy = {
      initial: readNumber(memberOf(exponential, 'initial'), 5_000),
      max: readNumber(memberOf(exponential, 'max'), 7_200_000),
      multiplier: readNumber(memberOf(exponential, 'multiplier'), 2),
    };
  }
  const next = memberOf(memberOf(json, 'customizedRetryPolicy'), 'next');
  if (Array.isArray(next)) {
    policy.customizedRetryPolicy = { next: next.map((delay) => readNumber(delay, 0)) };
  }
  return policy;
}
