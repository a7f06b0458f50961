import { MessageConst, SystemTopic, endOfPropertyValue, findProperty } from '@rocket-nest/common';
import type { LimitHits } from '@rocket-nest/remoting';
import { PutMessageStatus, refusePut } from '@rocket-nest/store';
import type { MessageExtBrokerInner, MessageStore, PutMessageCallback } from '@rocket-nest/store';
import type { BrokerCounters } from '../broker-counters';
import { HalfPut } from './half-put';
import { HalfTargets } from './half-targets';
import { HALF_QUEUE_ID, TRANSACTION_BITS } from './transaction-messages';
import type { TransactionTable } from './transaction-table';

/** Half messages from the oldest that has not ended to the newest; past it new ones are refused. */
export const MAX_HALF_SPAN = 268_435_456;
/** What a record can hold, less what checks add (count of checks, first half message). */
const MAX_PROPERTIES_BYTES = 32_767 - 128;

const NO_BYTES = Buffer.alloc(0);
const PROPERTY_END = 2;
const UNIQ_KEY = Buffer.from(MessageConst.PROPERTY_UNIQ_CLIENT_MESSAGE_ID_KEYIDX);
/** The transaction's id is the message's unique key. */
const TRANSACTION_ID = Buffer.from(`${MessageConst.PROPERTY_TRANSACTION_ID}\u0001`);

export interface HalfMessagePreparerDeps {
  readonly messageStore: Pick<MessageStore, 'putMessage' | 'maxOffsetInQueue'>;
  readonly table: TransactionTable;
  readonly limits: LimitHits;
  readonly counters: BrokerCounters;
}

/** Turns messages into half messages and stores them. */
export class HalfMessagePreparer {
  private readonly targets = new HalfTargets();

  constructor(private readonly deps: HalfMessagePreparerDeps) {}

  prepare(message: MessageExtBrokerInner, callback: PutMessageCallback): void {
    const { messageStore, table, limits } = this.deps;
    const maxOffset = messageStore.maxOffsetInQueue(SystemTopic.TRANS_HALF_TOPIC, HALF_QUEUE_ID);
    if (maxOffset - table.halves.start >= MAX_HALF_SPAN) {
      limits.hit('maxHalfSpan');
      const problem = 'too many transactions wait for their end: send again later';
      return refusePut(callback, PutMessageStatus.OS_PAGE_CACHE_BUSY, problem);
    }
    const extra = this.extraPropertiesOf(message);
    const bytes = message.propertiesText.length + extra.length;
    if (bytes > MAX_PROPERTIES_BYTES) {
      const problem = `properties of ${bytes} bytes, a transactional message may have ${MAX_PROPERTIES_BYTES}`;
      return refusePut(callback, PutMessageStatus.PROPERTIES_SIZE_EXCEEDED, problem);
    }
    const put = new HalfPut(this.deps.counters, message.topic, callback);
    message.extraProperties = extra;
    message.topic = SystemTopic.TRANS_HALF_TOPIC;
    message.queueId = HALF_QUEUE_ID;
    message.sysFlag &= ~TRANSACTION_BITS;
    messageStore.putMessage(message, put);
  }

  /** What the send path adds, then the transaction id, then at the end where it belongs. */
  private extraPropertiesOf(message: MessageExtBrokerInner): Buffer {
    const { propertiesText: own, extraProperties: added = NO_BYTES } = message;
    const target = this.targets.get(message.topic, message.queueId);
    const keyStart = findProperty(own, 0, own.length, UNIQ_KEY);
    const keyEnd = keyStart < 0 ? keyStart : endOfPropertyValue(own, keyStart, own.length);
    const idBytes = TRANSACTION_ID.length + (keyEnd - keyStart) + 1;
    const extra = Buffer.allocUnsafe(added.length + idBytes + target.length);
    extra.set(added, 0);
    let at = added.length;
    extra.set(TRANSACTION_ID, at);
    at += TRANSACTION_ID.length;
    if (keyStart >= 0) at += own.copy(extra, at, keyStart, keyEnd);
    extra[at++] = PROPERTY_END;
    extra.set(target, at);
    return extra;
  }
}
