import { MessageConst, MessageSysFlag, SystemTopic, decodeProperties } from '@rocket-nest/common';
import { IndexType } from '@rocket-nest/store';
import type { MessageStore } from '@rocket-nest/store';
import { readStoredMessage } from '../messages/stored-message';
import type { StoredMessage } from '../messages/stored-message';
import { readHalfMessage } from './half-message';
import type { HalfMessage } from './half-message';
import { TRANSACTION_BITS } from './transaction-messages';

/** How far the wall clock may have been set back between a half message and its commit. */
const CLOCK_SLACK_MS = 3_600_000;
/** The store answers at most so many messages of one key. */
const MAX_RECORDS = 64;

export type FinderStore = Pick<MessageStore, 'queryMessage' | 'lookMessageByOffset'>;

/**
 * Finds out from the commit log whether a transaction was committed: between the committed message
 * and the op message that says so a broker can die. The committed message is looked up by its
 * unique key and must name one of the transaction's half messages.
 */
export class CommittedMessageFinder {
  constructor(private readonly messageStore: FinderStore) {}

  async isCommitted(half: HalfMessage): Promise<boolean> {
    for (const stored of await this.committedOf(half)) {
      if (await this.belongsTo(stored, half)) return true;
    }
    return false;
  }

  /** Whether any transaction with the same message was committed, in whichever half message. */
  async isAnyCommitted(half: HalfMessage): Promise<boolean> {
    const committed = await this.committedOf(half);
    return committed.some((stored) => stored.bornTimestamp === half.stored.bornTimestamp);
  }

  /** Whether it was given up already, by a broker that died before it noted that. */
  async isDiscarded(half: HalfMessage, discardTopic: string): Promise<boolean> {
    if (half.uniqKey === '') return false;
    for (const record of await this.recordsOf(half, discardTopic)) {
      const stored = readStoredMessage(record);
      if (stored.preparedTransactionOffset === half.stored.physicalOffset) return true;
    }
    return false;
  }

  /** Committed messages with the same key, those that wait in the delay topic too. */
  private async committedOf(half: HalfMessage): Promise<StoredMessage[]> {
    if (half.realTopic === undefined || half.uniqKey === '') return [];
    const topics = [half.realTopic];
    if (half.hasDelay) topics.push(SystemTopic.SCHEDULE_TOPIC);
    const found: StoredMessage[] = [];
    for (const topic of topics) {
      for (const record of await this.recordsOf(half, topic)) {
        const stored = readStoredMessage(record);
        const bits = stored.sysFlag & TRANSACTION_BITS;
        if (bits === MessageSysFlag.TRANSACTION_COMMIT_TYPE) found.push(stored);
      }
    }
    return found;
  }

  private async recordsOf(half: HalfMessage, topic: string): Promise<readonly Buffer[]> {
    const { bornTimestamp, storeTimestamp } = half.stored;
    const { records } = await this.messageStore.queryMessage(
      topic,
      half.uniqKey,
      MAX_RECORDS,
      Math.max(0, Math.min(bornTimestamp, storeTimestamp) - CLOCK_SLACK_MS),
      Number.MAX_SAFE_INTEGER,
      IndexType.UNIQUE,
    );
    return records;
  }

  /** A message object that is sent again keeps its key, so the key alone proves nothing. */
  private async belongsTo(committed: StoredMessage, half: HalfMessage): Promise<boolean> {
    const { preparedTransactionOffset } = committed;
    if (preparedTransactionOffset === half.stored.physicalOffset) return true;
    const isAsOld = committed.bornTimestamp === half.stored.bornTimestamp;
    const record = await this.messageStore.lookMessageByOffset(preparedTransactionOffset);
    if (!record) return isAsOld;
    const other = readHalfMessage(record);
    if (other.root === half.root) return true;
    return isAsOld && (hasUnknownRoot(half) || hasUnknownRoot(other));
  }
}

/** The original does not write down where a half message that it wrote again comes from. */
function hasUnknownRoot(half: HalfMessage): boolean {
  return half.isPutBack && half.root === half.stored.queueOffset;
}

/** True for records that were transactional messages when they were sent. */
export function isTransactional(stored: StoredMessage): boolean {
  const properties = decodeProperties(stored.propertiesText);
  const text = properties.get(MessageConst.PROPERTY_TRANSACTION_PREPARED);
  return text !== undefined && text.toLowerCase() === 'true';
}
