import { ClientError } from '../errors/client-error';
import type { ConsumerSettings } from './consumer-options';

/** Smallest and largest value of each numeric option. */
const ranges: readonly (readonly [keyof ConsumerSettings, number, number])[] = [
  ['concurrency', 1, 10_000],
  ['consumeMessageBatchMaxSize', 1, 1024],
  ['pullBatchSize', 1, 1024],
  ['pullBatchSizeBytes', 1, 16 * 1024 * 1024],
  ['pullIntervalMs', 0, 65_535],
  ['pullThresholdForQueue', 1, 65_535],
  ['pullThresholdSizeForQueueMiB', 1, 1024],
  ['pullThresholdForTopic', -1, 6_553_500],
  ['pullThresholdSizeForTopicMiB', -1, 102_400],
  ['consumeConcurrentlyMaxSpan', 1, 65_535],
  ['consumeTimeoutMs', 1, 24 * 3_600_000],
  ['maxReconsumeTimes', -1, 0x7fffffff],
  ['suspendCurrentQueueTimeMs', 0, 24 * 3_600_000],
  ['persistConsumerOffsetIntervalMs', 10, 3_600_000],
  ['rebalanceIntervalMs', 10, 3_600_000],
  ['awaitTerminationMsWhenShutdown', 0, 24 * 3_600_000],
];

/** Throws OPTION_ILLEGAL, naming the option, for a number out of range. */
export function checkConsumerSettings(settings: ConsumerSettings): void {
  for (const [name, least, most] of ranges) {
    const value = settings[name] as number;
    if (!Number.isFinite(value) || value < least || value > most) {
      throw new ClientError('OPTION_ILLEGAL', `${name} is ${value}: give ${least} to ${most}`);
    }
  }
}
