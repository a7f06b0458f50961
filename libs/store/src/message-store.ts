import { strict as assert } from 'node:assert';
import type { Timer } from '@rocket-nest/common';
import { errorMessageOf } from '@rocket-nest/common';
import { continueStringHash } from './bytes/java-string-hash';
import { AbortFile } from './checkpoint/abort-file';
import { LockFile } from './checkpoint/lock-file';
import { SystemProcessProbe, type ProcessProbe } from './checkpoint/process-probe';
import type { MessageStoreConfig } from './config/message-store-config';
import type { CommitLogDispatcher } from './dispatch/commit-log-dispatcher';
import type { MessageArrivingListener } from './dispatch/message-arriving-listener';
import { SyncWatchingFileSystem } from './files/sync-watching-file-system';
import { Slices } from './flush/slices';
import type { ConsumeQueueUnit } from './get/consume-queue-query-service';
import type { GetMessageRequest, GetMessageResult } from './get/get-message';
import type { BoundaryType, IndexType, QueryMessageResult } from './get/query-message-result';
import type { MessageExtBatch, MessageExtBrokerInner } from './put/message-ext-broker-inner';
import { PendingPut } from './put/pending-put';
import type { PutMessageCallback, PutMessageResult } from './put/put-message-result';
import { PutMessageStatus } from './put/put-message-status';
import { refusePut } from './put/refuse-put';
import { StoreRecovery, type RecoveryResult } from './recovery/store-recovery';
import {
  createStoreComponents,
  type MessageStoreDeps,
  type StoreComponents,
} from './store-components';
import { storeRuntimeInfo } from './store-runtime-info';

/** A queue that the store knows. */
export interface StoredQueue {
  readonly topic: string;
  readonly queueId: number;
  readonly minOffset: number;
  readonly maxOffset: number;
}

type StoreState = 'new' | 'loaded' | 'running' | 'stopping' | 'closed';

/**
 * Messages on disk: `load` (recovers what is there), `start` (accepts messages), `shutdown` (leaves
 * a clean store). Positions are bytes of the commit log, offsets count messages of a queue.
 */
export class MessageStore {
  private readonly parts: StoreComponents;
  private readonly abortFile: AbortFile;
  private readonly lockFile: LockFile;
  /** Tells this boot of the machine from others, 0 where that cannot be told. */
  private readonly bootHash: number;
  private state: StoreState = 'new';
  private flushTimer: Timer | undefined;
  private recovery: RecoveryResult | undefined;

  constructor(
    readonly config: MessageStoreConfig,
    private readonly deps: MessageStoreDeps,
    processProbe: ProcessProbe = new SystemProcessProbe(),
  ) {
    const fileSystem = new SyncWatchingFileSystem(deps.fileSystem);
    this.parts = createStoreComponents(config, { ...deps, fileSystem });
    const { log, paths } = this.parts;
    fileSystem.onFailure = (reason) => log.becomeReadOnly(reason);
    this.abortFile = new AbortFile(fileSystem, paths.root, processProbe.pid);
    this.lockFile = new LockFile(fileSystem, paths.root, processProbe);
    this.bootHash = hashOfBoot(processProbe.bootMark());
  }

  /**
   * Locks the folder and brings its files into a consistent state. Rejects with STORE_LOCKED when
   * another process has it, with STORE_BAD_FILE when files do not fit the configured sizes.
   */
  async load(): Promise<void> {
    assert(this.state === 'new', 'a store is loaded once');
    this.deps.fileSystem.mkdir(this.parts.paths.root);
    this.lockFile.acquire();
    try {
      this.recovery = await new StoreRecovery(this.parts, this.abortFile, this.bootHash).run();
    } catch (error) {
      this.abandon();
      throw error;
    }
    this.state = 'loaded';
  }

  /** Accepts messages and begins to write in the background. */
  start(): void {
    assert(this.state === 'loaded', 'a store is loaded before it is started');
    this.state = 'running';
    this.parts.checkpointService.start();
    this.parts.cleanService.start();
    this.parts.indexRepair.start();
    if (this.config.flushDiskType === 'SYNC_FLUSH') return;
    this.flushTimer = this.deps.clock.every(
      this.config.flushIntervalCommitLog,
      () => void this.parts.commitService.sync(),
    );
  }

  /**
   * Writes and syncs everything and leaves a store that the next start need not check. What cannot
   * be written is left to the next start's recovery, and logged.
   */
  async shutdown(): Promise<void> {
    if (this.state === 'stopping' || this.state === 'closed') return;
    const wasOpen = this.state === 'running' || this.state === 'loaded';
    this.state = 'stopping';
    this.flushTimer?.cancel();
    await this.parts.cleanService.stop();
    await this.parts.indexRepair.stop();
    await this.parts.checkpointService.stop();
    if (wasOpen) await this.closeCleanly();
    this.abandon();
  }

  /** Lets go of files and timers without a clean stop, as a crash would. */
  abandon(): void {
    this.state = 'closed';
    this.flushTimer?.cancel();
    this.parts.cleanService.close();
    this.parts.indexRepair.close();
    void this.parts.checkpointService.stop();
    this.parts.commitService.close();
    this.parts.recordReader.clear();
    try {
      for (const file of this.parts.log.files.all) file.unpin();
      this.parts.pool.closeAll();
      this.lockFile.release();
    } catch (error) {
      this.deps.logger.warn('store not let go of cleanly', { cause: errorMessageOf(error) });
    }
  }

  /**
   * Stores a message. The callback is told at the end of the turn (ASYNC_FLUSH) or after the sync
   * (SYNC_FLUSH); a refusal is told before this returns.
   */
  putMessage(message: MessageExtBrokerInner, callback: PutMessageCallback): void {
    if (!this.mayPut(callback)) return;
    this.accept(this.parts.appender.append(message, callback), callback);
  }

  /** Stores a client batch, each item as a record of its own with consecutive queue offsets. */
  putMessages(batch: MessageExtBatch, callback: PutMessageCallback): void {
    if (!this.mayPut(callback)) return;
    this.accept(this.parts.appender.appendBatch(batch, callback), callback);
  }

  putMessageAsync(message: MessageExtBrokerInner): Promise<PutMessageResult> {
    return new Promise((resolve) => this.putMessage(message, { onPut: resolve }));
  }

  putMessagesAsync(batch: MessageExtBatch): Promise<PutMessageResult> {
    return new Promise((resolve) => this.putMessages(batch, { onPut: resolve }));
  }

  /**
   * At once when everything asked for is in memory, else a promise, which rejects with
   * STORE_READ_BUSY when too many reads of old messages wait already.
   */
  getMessage(request: GetMessageRequest): GetMessageResult | Promise<GetMessageResult> {
    return this.parts.reader.getMessage(request);
  }

  /** 0 for a queue that the store does not know. */
  minOffsetInQueue(topic: string, queueId: number): number {
    const queue = this.parts.queues.findQueue(topic, queueId);
    return queue ? this.parts.minOffsets.minOffset(queue) : 0;
  }

  /** Offset of the next message that becomes visible; 0 for an unknown queue. */
  maxOffsetInQueue(topic: string, queueId: number): number {
    return this.parts.queues.findQueue(topic, queueId)?.maxOffset ?? 0;
  }

  minPhyOffset(): number {
    return this.parts.log.minOffset;
  }

  /** End of what readers can see. */
  maxPhyOffset(): number {
    return this.parts.dispatcher.dispatchedOffset;
  }

  /** Everything of the commit log below this position survives a power cut. */
  flushedWhere(): number {
    return this.parts.log.flushedOffset;
  }

  /** Why nothing can be written, undefined when writes are accepted. */
  readOnlyReason(): string | undefined {
    if (this.state !== 'running') return `the store is ${this.state}`;
    const { log, cleanService } = this.parts;
    return log.readOnlyReason ?? (cleanService.isDiskFull ? this.diskFullProblem() : undefined);
  }

  isWriteable(): boolean {
    return this.readOnlyReason() === undefined;
  }

  /**
   * `lower` (default): first message stored at or after a time, the max offset when there is none.
   * `upper`: last message stored at or before it, 0 when there is none. 0 for an unknown queue.
   */
  async offsetInQueueByTime(
    topic: string,
    queueId: number,
    timestampMs: number,
    boundaryType: BoundaryType = 'lower',
  ): Promise<number> {
    const queue = this.parts.queues.findQueue(topic, queueId);
    return queue ? this.parts.queries.offsetByTime(queue, timestampMs, boundaryType) : 0;
  }

  /** Store time of the message at an offset, -1 when it is not there. */
  async messageStoreTimestamp(topic: string, queueId: number, offset: number): Promise<number> {
    const queue = this.parts.queues.findQueue(topic, queueId);
    return queue ? this.parts.queries.storeTimestampOf(queue, offset) : -1;
  }

  /** Store time of the first message of a queue, or of the whole store; -1 when there is none. */
  async earliestMessageTime(topic?: string, queueId = 0): Promise<number> {
    if (topic === undefined) return this.parts.queries.storeTimestampAt(this.minPhyOffset());
    return this.messageStoreTimestamp(topic, queueId, this.minOffsetInQueue(topic, queueId));
  }

  /** The whole record at a commit log position; undefined when there is no valid record. */
  lookMessageByOffset(physicalOffset: number, sizeBytes?: number): Promise<Buffer | undefined> {
    return this.parts.queries.record(physicalOffset, sizeBytes);
  }

  /** Messages of a topic by key (KEYS or UNIQ_KEY) or tags, stored between two times. */
  queryMessage(
    topic: string,
    key: string,
    maxNum: number,
    beginMs: number,
    endMs: number,
    indexType?: IndexType,
  ): Promise<QueryMessageResult> {
    return this.parts.queries.query(topic, key, maxNum, beginMs, endMs, indexType);
  }

  hasQueue(topic: string, queueId: number): boolean {
    return this.parts.queues.findQueue(topic, queueId) !== undefined;
  }

  /** At most `count` units of a queue from an offset on, fewer at its end; for looking at it. */
  async consumeQueueUnits(
    topic: string,
    queueId: number,
    offset: number,
    count: number,
  ): Promise<ConsumeQueueUnit[]> {
    const queue = this.parts.queues.findQueue(topic, queueId);
    return queue ? this.parts.unitQueries.units(queue, offset, count) : [];
  }

  /** Whether so much was stored since that the message is probably not in memory any more. */
  isInDisk(physicalOffset: number): boolean {
    return this.parts.reader.isInDisk(physicalOffset);
  }

  setMessageArrivingListener(listener: MessageArrivingListener): void {
    this.parts.dispatcher.listener = listener;
  }

  /** To be called before `load`, which shows records again after an unclean stop. */
  addDispatcher(dispatcher: CommitLogDispatcher): void {
    this.parts.dispatcher.dispatchers.push(dispatcher);
  }

  /** Every queue that ever got a message and was not deleted. */
  *queues(): IterableIterator<StoredQueue> {
    for (const queue of this.parts.queues.allQueues()) {
      const { topic, queueId, maxOffset } = queue;
      yield { topic, queueId, minOffset: this.parts.minOffsets.minOffset(queue), maxOffset };
    }
  }

  /** Forgets topics and removes their consume queues; returns how many were known. */
  deleteTopics(topics: ReadonlySet<string>): number {
    const deleted = [...topics].filter((topic) => this.parts.queues.removeTopic(topic));
    if (deleted.length > 0) void this.saveQueueOffsets();
    return deleted.length;
  }

  /** Like `deleteTopics` for every topic that is not in `retain`, a few at a time. */
  async cleanUnusedTopics(retain: ReadonlySet<string>): Promise<number> {
    const slices = new Slices(this.deps.clock);
    const unused = [...this.parts.queues.topics.keys()].filter((topic) => !retain.has(topic));
    let deleted = 0;
    for (const topic of unused) {
      if (this.parts.queues.removeTopic(topic)) deleted++;
      await slices.pause();
    }
    if (deleted > 0) await this.saveQueueOffsets();
    return deleted;
  }

  /**
   * Deletes whole commit log files whose newest message was stored before a time, with the consume
   * queue and index files that only point into them. The newest file stays. Returns how many.
   */
  async deleteExpiredFiles(beforeMs: number): Promise<number> {
    return (await this.parts.cleanService.deleteBefore(beforeMs)).expired;
  }

  /** Deletes what `fileReservedTime` allows at whatever hour, in the background. */
  executeDeleteFilesManually(): void {
    this.parts.cleanService.executeDeleteFilesManually();
  }

  /**
   * Removes the files of consume queues whose messages are all gone; their next offsets stay.
   * Returns how many queues.
   */
  async cleanExpiredConsumeQueues(): Promise<number> {
    const { queueCleaner, offsetSaver } = this.parts;
    const emptied = await queueCleaner.emptiedQueues();
    if (emptied.length === 0) return 0;
    await offsetSaver.save();
    return queueCleaner.removeFilesOf(emptied);
  }

  /** The store's part of the broker's runtime table. */
  runtimeInfo(): Map<string, string> {
    return storeRuntimeInfo(this.parts, this.recovery);
  }

  private mayPut(callback: PutMessageCallback): boolean {
    const reason = this.state === 'running' ? this.parts.log.readOnlyReason : this.state;
    if (reason !== undefined) {
      refusePut(callback, PutMessageStatus.SERVICE_NOT_AVAILABLE, `no writes: ${reason}`);
      return false;
    }
    if (this.parts.cleanService.isDiskFull) {
      this.deps.limits?.hit('diskSpaceWarningLevelRatio');
      refusePut(callback, PutMessageStatus.SERVICE_NOT_AVAILABLE, this.diskFullProblem());
      return false;
    }
    if (this.parts.commitService.pendingBytes > this.config.maxPendingPutBytes) {
      this.deps.limits?.hit('maxPendingPutBytes');
      refusePut(callback, PutMessageStatus.OS_PAGE_CACHE_BUSY, 'the disk cannot keep up');
      return false;
    }
    const { queues, index } = this.parts;
    if (queues.memory.bytes > this.config.maxConsumeQueueMemoryBytes || index.isStuck) {
      this.deps.limits?.hit('maxConsumeQueueMemoryBytes');
      const problem = 'consume queues or index cannot be written: is the disk full?';
      refusePut(callback, PutMessageStatus.OS_PAGE_CACHE_BUSY, problem);
      return false;
    }
    return true;
  }

  private accept(
    appended: ReturnType<StoreComponents['appender']['append']>,
    callback: PutMessageCallback,
  ): void {
    if (appended instanceof PendingPut) this.parts.commitService.add(appended);
    else refusePut(callback, appended.status, appended.problem);
  }

  private diskFullProblem(): string {
    const { usedPercent } = this.parts.cleanService;
    return (
      `the broker's disk is ${usedPercent}% used, above diskSpaceWarningLevelRatio ` +
      `${this.config.diskSpaceWarningLevelRatio}: make room, or raise it`
    );
  }

  private async saveQueueOffsets(): Promise<void> {
    try {
      await this.parts.offsetSaver.save();
    } catch (error) {
      this.deps.logger.warn('queue offsets not saved', { cause: errorMessageOf(error) });
    }
  }

  private async closeCleanly(): Promise<void> {
    const { commitService, checkpointService, offsetSaver, log, pool } = this.parts;
    commitService.commit();
    // What waits for its sync becomes visible first, or the last checkpoint would miss it.
    await commitService.sync();
    try {
      const outcome = await checkpointService.persistFinally(this.bootHash !== 0);
      if (outcome === 'failed' || log.readOnlyReason !== undefined) {
        this.deps.logger.error('not a clean stop, the next start will check the store', {});
        return;
      }
      await offsetSaver.save(outcome === 'written' ? this.bootHash : 0);
      for (const file of log.files.all) file.unpin();
      pool.closeAll();
      // The abort file stays with files that only the running system vouches for.
      if (outcome === 'durable') this.abortFile.remove();
    } catch (error) {
      const cause = errorMessageOf(error);
      this.deps.logger.error('not a clean stop, the next start will check the store', { cause });
    }
  }
}

function hashOfBoot(mark: string): number {
  const bytes = Buffer.from(mark);
  return continueStringHash(0, bytes, 0, bytes.length);
}
