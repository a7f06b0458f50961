import type { GetMessageStatus } from './get-message-status';
import type { MessageFilter } from './message-filter';

export interface GetMessageRequest {
  /** Consumer group, for statistics and logs only. */
  group: string;
  topic: string;
  queueId: number;
  offset: number;
  /** Most messages to return. */
  maxMsgNums: number;
  /** Most bytes to return, default 128 MiB; the first message comes whatever its size. */
  maxTotalBytes?: number;
  filter?: MessageFilter;
}

export interface GetMessageResult {
  readonly status: GetMessageStatus;
  readonly nextBeginOffset: number;
  readonly minOffset: number;
  readonly maxOffset: number;
  /**
   * Bytes of whole records in queue order; one buffer may hold several records and a record may
   * span two buffers. They are views: hand them to a socket, never write to them.
   */
  readonly parts: readonly Buffer[];
  readonly messageCount: number;
  readonly bufferTotalBytes: number;
  /** Queue offset of every returned message, in order. */
  readonly messageQueueOffsets: readonly number[];
  /** The reader is so far behind that a slave should serve it. */
  readonly suggestPullingFromSlave: boolean;
  /** Bytes of the commit log between the last returned record and the end. */
  readonly diskFallBehindBytes: number;
  /**
   * To be called when nobody will look at `parts` again: their memory is used for other reads then.
   * Who does not call it leaves the memory to the garbage collector.
   */
  readonly release?: (() => void) | undefined;
}
