import type { Clock, FileSystem, Logger, Random } from '@rocket-nest/common';
import type { EventLoopTurn } from '@rocket-nest/common/internal';
import type { MessageStoreConfig } from './config/message-store-config';
import type { CommitLogDispatcher } from './dispatch/commit-log-dispatcher';
import type { MessageArrivingListener } from './dispatch/message-arriving-listener';
import type { GetMessageRequest, GetMessageResult } from './get/get-message';
import type { BoundaryType, IndexType, QueryMessageResult } from './get/query-message-result';
import type { MessageExtBatch, MessageExtBrokerInner } from './put/message-ext-broker-inner';
import type { PutMessageCallback, PutMessageResult } from './put/put-message-result';

export interface MessageStoreDeps {
  readonly fileSystem: FileSystem;
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
  readonly turn: EventLoopTurn;
  /** Told how long writes and syncs of the commit log took, in milliseconds. */
  readonly latency?: StoreLatencyObserver;
  /** Told when a named limit is hit. */
  readonly limits?: { hit(name: string): void };
}

export interface StoreLatencyObserver {
  onPwrite(durationMs: number, bytes: number): void;
  onFsync(durationMs: number): void;
}

/** A queue that the store knows. */
export interface StoredQueue {
  readonly topic: string;
  readonly queueId: number;
  readonly minOffset: number;
  readonly maxOffset: number;
}

export class MessageStore {
  constructor(
    readonly config: MessageStoreConfig,
    protected readonly deps: MessageStoreDeps,
  ) {}

  load(): Promise<void> {
    throw new Error('not yet');
  }
  start(): void {
    throw new Error('not yet');
  }
  shutdown(): Promise<void> {
    throw new Error('not yet');
  }
  /** Lets go of files and timers without a clean stop, as a crash would. */
  abandon(): void {
    throw new Error('not yet');
  }

  putMessage(_message: MessageExtBrokerInner, _callback: PutMessageCallback): void {
    throw new Error('not yet');
  }
  putMessages(_batch: MessageExtBatch, _callback: PutMessageCallback): void {
    throw new Error('not yet');
  }
  putMessageAsync(_message: MessageExtBrokerInner): Promise<PutMessageResult> {
    throw new Error('not yet');
  }
  putMessagesAsync(_batch: MessageExtBatch): Promise<PutMessageResult> {
    throw new Error('not yet');
  }

  /** At once when everything asked for is in memory, else a promise. */
  getMessage(_request: GetMessageRequest): GetMessageResult | Promise<GetMessageResult> {
    throw new Error('not yet');
  }

  /** 0 for a queue that the store does not know. */
  minOffsetInQueue(_topic: string, _queueId: number): number {
    throw new Error('not yet');
  }
  /** Offset of the next message that becomes visible; 0 for an unknown queue. */
  maxOffsetInQueue(_topic: string, _queueId: number): number {
    throw new Error('not yet');
  }
  minPhyOffset(): number {
    throw new Error('not yet');
  }
  maxPhyOffset(): number {
    throw new Error('not yet');
  }
  /** Everything of the commit log below this position survives a power cut. */
  flushedWhere(): number {
    throw new Error('not yet');
  }
  /** Why nothing can be written, undefined when writes are accepted. */
  readOnlyReason(): string | undefined {
    throw new Error('not yet');
  }
  isWriteable(): boolean {
    throw new Error('not yet');
  }

  offsetInQueueByTime(
    _topic: string,
    _queueId: number,
    _timestampMs: number,
    _boundaryType?: BoundaryType,
  ): Promise<number> {
    throw new Error('not yet');
  }
  /** Store time of the message at an offset, -1 when it is not there. */
  messageStoreTimestamp(_topic: string, _queueId: number, _offset: number): Promise<number> {
    throw new Error('not yet');
  }
  /** Store time of the first message of a queue, or of the whole store; -1 when there is none. */
  earliestMessageTime(_topic?: string, _queueId?: number): Promise<number> {
    throw new Error('not yet');
  }
  /** The whole record at a commit log position; undefined when there is no valid record. */
  lookMessageByOffset(_physicalOffset: number, _sizeBytes?: number): Promise<Buffer | undefined> {
    throw new Error('not yet');
  }
  queryMessage(
    _topic: string,
    _key: string,
    _maxNum: number,
    _beginMs: number,
    _endMs: number,
    _indexType?: IndexType,
  ): Promise<QueryMessageResult> {
    throw new Error('not yet');
  }
  /** Whether a message at this position would have to come from the disk. */
  isInDisk(_physicalOffset: number): boolean {
    throw new Error('not yet');
  }

  setMessageArrivingListener(_listener: MessageArrivingListener): void {
    throw new Error('not yet');
  }
  addDispatcher(_dispatcher: CommitLogDispatcher): void {
    throw new Error('not yet');
  }

  queues(): Iterable<StoredQueue> {
    throw new Error('not yet');
  }
  /** Forgets topics and removes their consume queue folders; returns how many topics were known. */
  deleteTopics(_topics: ReadonlySet<string>): number {
    throw new Error('not yet');
  }
  /** Like `deleteTopics` for every topic that is not in `retain`. */
  cleanUnusedTopics(_retain: ReadonlySet<string>): number {
    throw new Error('not yet');
  }
  /** Deletes whole commit log files last written before a time; returns how many. */
  deleteExpiredFiles(_beforeMs: number): Promise<number> {
    throw new Error('not yet');
  }
  /** The store's part of the broker's runtime table. */
  runtimeInfo(): Map<string, string> {
    throw new Error('not yet');
  }
}
