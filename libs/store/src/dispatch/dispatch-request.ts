/**
 * A record that has just become visible. The object is reused: read what you need during the call,
 * keep nothing of it.
 */
export interface DispatchRequest {
  readonly topic: string;
  readonly queueId: number;
  /** Offset in its queue; meaningless for prepared and rollback records. */
  readonly queueOffset: number;
  /** Position of the record in the commit log. */
  readonly physicalOffset: number;
  /** The record's bytes are `buffer[position .. position + sizeBytes)`. */
  readonly buffer: Buffer;
  readonly position: number;
  readonly sizeBytes: number;
  readonly tagsCode: number;
  readonly storeTimestamp: number;
  readonly sysFlag: number;
  readonly preparedTransactionOffset: number;
}
