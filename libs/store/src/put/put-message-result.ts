import type { PutMessageStatus } from './put-message-status';

/** What became of one put. Offsets are meaningful when the record was written. */
export interface PutMessageResult {
  readonly status: PutMessageStatus;
  /** Offset of the (first) message in its queue; 0 for prepared and rollback records. */
  readonly queueOffset: number;
  /** Position of the (first) record in the commit log. */
  readonly physicalOffset: number;
  /** Position of every record in the commit log, batches only, in order. */
  readonly physicalOffsets?: readonly number[];
  readonly messageCount: number;
  /** Bytes of all records of this put. */
  readonly sizeBytes: number;
  readonly storeTimestamp: number;
  /** Why it was refused, and what to do; absent on success. */
  readonly problem?: string;
}

/** Told once of the result, at the end of the turn or after the sync. Must not throw. */
export interface PutMessageCallback {
  onPut(result: PutMessageResult): void;
}
