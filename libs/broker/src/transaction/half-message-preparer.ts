import { SystemTopic } from '@rocket-nest/common';
import type { LimitHits } from '@rocket-nest/remoting';
import { PutMessageStatus } from '@rocket-nest/store';
import type { MessageExtBrokerInner, MessageStore, PutMessageCallback } from '@rocket-nest/store';
import { HalfTargets } from './half-targets';
import { HALF_QUEUE_ID, TRANSACTION_BITS } from './transaction-messages';
import type { TransactionTable } from './transaction-table';

/** Half messages from the oldest that has not ended to the newest; past it new ones are refused. */
export const MAX_HALF_SPAN = 268_435_456;
/** What a record can hold, less what checks add (count of checks, first half message). */
const MAX_PROPERTIES_BYTES = 32_767 - 128;

const NO_BYTES = Buffer.alloc(0);

export interface HalfMessagePreparerDeps {
  readonly messageStore: Pick<MessageStore, 'putMessage' | 'maxOffsetInQueue'>;
  readonly table: TransactionTable;
  readonly limits: LimitHits;
}

/** Turns messages into half messages and stores them. */
export class HalfMessagePreparer {
  /** By the properties that the send path adds, of which there are few. */
  private readonly targets = new Map<Buffer, HalfTargets>();

  constructor(private readonly deps: HalfMessagePreparerDeps) {}

  prepare(message: MessageExtBrokerInner, callback: PutMessageCallback): void {
    const { messageStore, table, limits } = this.deps;
    const maxOffset = messageStore.maxOffsetInQueue(SystemTopic.TRANS_HALF_TOPIC, HALF_QUEUE_ID);
    if (maxOffset - table.halves.start >= MAX_HALF_SPAN) {
      limits.hit('maxHalfSpan');
      const problem = 'too many transactions wait for their end: send again later';
      return refuse(callback, PutMessageStatus.OS_PAGE_CACHE_BUSY, problem);
    }
    const extra = this.targetsBehind(message.extraProperties ?? NO_BYTES);
    const target = extra.get(message.topic, message.queueId);
    const bytes = message.propertiesText.length + target.length;
    if (bytes > MAX_PROPERTIES_BYTES) {
      const problem = `properties of ${bytes} bytes, a transactional message may have ${MAX_PROPERTIES_BYTES}`;
      return refuse(callback, PutMessageStatus.PROPERTIES_SIZE_EXCEEDED, problem);
    }
    message.extraProperties = target;
    message.topic = SystemTopic.TRANS_HALF_TOPIC;
    message.queueId = HALF_QUEUE_ID;
    message.sysFlag &= ~TRANSACTION_BITS;
    messageStore.putMessage(message, callback);
  }

  private targetsBehind(added: Buffer): HalfTargets {
    const key = added.length === 0 ? NO_BYTES : added;
    let targets = this.targets.get(key);
    if (!targets) {
      if (this.targets.size > 8) this.targets.clear();
      this.targets.set(key, (targets = new HalfTargets(key)));
    }
    return targets;
  }
}

function refuse(callback: PutMessageCallback, status: PutMessageStatus, problem: string): void {
  callback.onPut({
    status,
    queueOffset: 0,
    physicalOffset: 0,
    messageCount: 0,
    sizeBytes: 0,
    storeTimestamp: 0,
    problem,
  });
}
