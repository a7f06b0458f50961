import type { ConsumeQueue } from '../queue/consume-queue';
import type { PutMessageCallback } from './put-message-result';

/** A put that is encoded but not yet answered or not yet visible. */
export class PendingPut {
  /** Answered before it became visible: by a time-out, or because the sender does not wait. */
  isAnswered = false;
  /** Monotonic time since which it waits for a sync. */
  awaitingSinceMs = 0;
  /** Batches only: position and tags code of every record. */
  physicalOffsets: number[] | undefined;
  tagsCodes: number[] | undefined;

  constructor(
    readonly topic: string,
    readonly queueId: number,
    /** Undefined for prepared and rollback records, which no queue shows. */
    readonly queue: ConsumeQueue | undefined,
    readonly queueOffset: number,
    readonly messageCount: number,
    readonly physicalOffset: number,
    readonly sizeBytes: number,
    readonly buffer: Buffer,
    readonly position: number,
    readonly tagsCode: number,
    readonly storeTimestamp: number,
    readonly sysFlag: number,
    readonly preparedTransactionOffset: number,
    readonly indexItems: number,
    readonly waitsForSync: boolean,
    readonly callback: PutMessageCallback,
  ) {}

  get endOffset(): number {
    return this.physicalOffset + this.sizeBytes;
  }
}
