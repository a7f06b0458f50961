import { continueStringHash } from '../bytes/java-string-hash';
import type { PropertyScanner } from '../commitlog/property-scanner';
import { indexKeyHash } from '../index-file/index-layout';
import type { TopicQueues } from '../queue/topic-queues';
import type { DelayLevelTable } from './delay-level-table';

const TRANSACTION_BITS = 12;
const TRANSACTION_ROLLBACK = 12;
const TRANSACTION_PREPARED = 4;

/** Prepared and rollback records get no consume queue unit. */
export function hasQueueUnit(sysFlag: number): boolean {
  const bits = sysFlag & TRANSACTION_BITS;
  return bits !== TRANSACTION_PREPARED && bits !== TRANSACTION_ROLLBACK;
}

/** Tags code of a unit: hash of the tags, in the delay topic the time of delivery. */
export function tagsCodeOf(
  topicQueues: TopicQueues,
  properties: PropertyScanner,
  storeTimestamp: number,
  levels: DelayLevelTable,
): number {
  if (topicQueues.isSchedule && properties.delayLevel > 0) {
    return storeTimestamp + levels.delayMs(properties.delayLevel);
  }
  return properties.tagsCode();
}

/**
 * Hands out the index hashes of a record: `topic#UNIQ_KEY`, `topic#key` for each key of KEYS, and
 * `topic#T#tags`. Returns how many.
 */
export function pushIndexHashes(
  topicQueues: TopicQueues,
  properties: PropertyScanner,
  bytes: Buffer,
  sysFlag: number,
  into: { push(hash: number): void; readonly length: number },
): number {
  if ((sysFlag & TRANSACTION_BITS) === TRANSACTION_ROLLBACK) return 0;
  const before = into.length;
  const { uniqueKeyStart, uniqueKeyEnd, tagsStart, tagsEnd } = properties;
  if (uniqueKeyEnd > uniqueKeyStart) {
    const hash = continueStringHash(topicQueues.keyPrefixHash, bytes, uniqueKeyStart, uniqueKeyEnd);
    into.push(indexKeyHash(hash));
  }
  properties.pushKeyHashes(topicQueues.keyPrefixHash, into);
  if (tagsEnd > tagsStart) {
    const hash = continueStringHash(topicQueues.tagPrefixHash, bytes, tagsStart, tagsEnd);
    into.push(indexKeyHash(hash));
  }
  return into.length - before;
}
