import { RocketConfigError } from '../errors/rocket-config-error';
import type { TransactionSettings } from './rocket-transaction-options';

const HOUR_MS = 3_600_000;
const DEFAULT_GRACE_MS = 10_000;
const DEFAULT_RETENTION_MS = 7 * 24 * HOUR_MS;
const DEFAULT_BROKER_RETENTION_MS = 72 * HOUR_MS;
/** Brokers give up asking long before: 15 checks, a minute apart at most. */
const CHECK_TIME_MS = HOUR_MS;

export interface CheckedSettings {
  readonly producerGroup: string;
  readonly graceMs: number;
  readonly retentionMs: number;
  readonly topics: readonly string[];
  readonly checkConcurrency: number | undefined;
}

/**
 * Fills in what is not set.
 *
 * @param plainGroup group of the connection's plain producer
 * @throws RocketConfigError that names the key and the fix
 */
export function checkTransactionSettings(
  settings: TransactionSettings,
  plainGroup: string,
): CheckedSettings {
  const {
    producerGroup = `${plainGroup}_tx`,
    graceMs = DEFAULT_GRACE_MS,
    retentionMs = DEFAULT_RETENTION_MS,
    brokerRetentionMs = DEFAULT_BROKER_RETENTION_MS,
    topics = [],
    checkConcurrency,
  } = settings;
  if (producerGroup === plainGroup) {
    throw new RocketConfigError(
      `RocketTransactionModule: producerGroup '${producerGroup}' is that of the plain producer, which ` +
        'cannot answer checks; give transactions a group of their own',
    );
  }
  if (!(graceMs >= 0)) {
    throw new RocketConfigError(
      `RocketTransactionModule: graceMs must be 0 or more, not ${graceMs}`,
    );
  }
  const least = brokerRetentionMs + CHECK_TIME_MS;
  if (!(retentionMs >= least)) {
    throw new RocketConfigError(
      `RocketTransactionModule: retentionMs ${retentionMs} is shorter than the brokers keep messages ` +
        `(brokerRetentionMs ${brokerRetentionMs}) plus an hour of checks; use ${least} or more`,
    );
  }
  return { producerGroup, graceMs, retentionMs, topics, checkConcurrency };
}
