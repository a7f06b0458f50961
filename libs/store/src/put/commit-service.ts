import { strict as assert } from 'node:assert';
import type { Clock, Logger, Timer } from '@rocket-nest/common';
import { errorMessageOf } from '@rocket-nest/common';
import type { EventLoopTurn, TurnTask } from '@rocket-nest/common/internal';
import type { CommitLog } from '../commitlog/commit-log';
import type { RecordDispatcher } from '../dispatch/record-dispatcher';
import type { PendingIndexKeys } from './pending-index-keys';
import type { PendingPut } from './pending-put';
import type { PutMessageResult } from './put-message-result';
import { PutMessageStatus } from './put-message-status';

export interface CommitOptions {
  readonly isSyncFlush: boolean;
  readonly syncFlushTimeoutMs: number;
}

/**
 * Ends every put. Once per turn all that the turn brought is written at once. Under ASYNC_FLUSH it
 * is then visible and answered; under SYNC_FLUSH it first waits for a sync, one for all that wait,
 * so that neither senders nor consumers ever learn of a message that a power cut could take back.
 */
export class CommitService implements TurnTask {
  /** Counted for the runtime table. */
  failedPuts = 0;
  private pending: PendingPut[] = [];
  private awaiting: PendingPut[] = [];
  private awaitingHead = 0;
  private syncing: Promise<void> | undefined;
  private timeoutTimer: Timer | undefined;
  private isClosed = false;

  constructor(
    private readonly options: CommitOptions,
    private readonly commitLog: CommitLog,
    private readonly dispatcher: RecordDispatcher,
    private readonly indexKeys: PendingIndexKeys,
    private readonly turn: EventLoopTurn,
    private readonly clock: Clock,
    private readonly logger: Logger,
  ) {}

  add(put: PendingPut): void {
    if (this.pending.length === 0) this.turn.deferCommit(this);
    this.pending.push(put);
  }

  /** Bytes that are not answered yet. */
  get pendingBytes(): number {
    return this.commitLog.appendOffset - this.dispatcher.dispatchedOffset;
  }

  runAtTurnEnd(): void {
    this.commit();
  }

  /** Writes what is pending now. */
  commit(): void {
    const puts = this.pending;
    if (puts.length === 0 || this.isClosed) return;
    this.pending = [];
    try {
      this.commitLog.write();
    } catch (error) {
      this.refuseUnwritten(puts, error);
      return;
    }
    if (this.options.isSyncFlush) this.awaitSync(puts);
    else this.finish(puts, 0, puts.length);
    this.commitLog.prepareNextFile();
  }

  /**
   * Syncs until everything written before the call is durable. One sync runs at a time; what is
   * written meanwhile shares the next one. Never rejects: a failure makes the store read-only.
   */
  sync(): Promise<void> {
    if (this.isClosed || this.isDurable) return this.syncing ?? Promise.resolve();
    this.syncing ??= this.syncAll();
    return this.syncing;
  }

  private get isDurable(): boolean {
    return this.commitLog.flushedOffset >= this.commitLog.writtenOffset;
  }

  /** Forgets what is pending, as a crash would. */
  close(): void {
    this.isClosed = true;
    this.timeoutTimer?.cancel();
    this.pending = [];
    this.awaiting = [];
    this.awaitingHead = 0;
  }

  private async syncAll(): Promise<void> {
    try {
      while (!this.isClosed && !this.isDurable) {
        await this.commitLog.sync();
        if (!this.isClosed) this.finishDurable();
      }
    } catch (error) {
      if (!this.isClosed) this.refuseAwaiting(errorMessageOf(error));
    } finally {
      // In the same step as the loop's last look, or a write in between would wait for ever.
      this.syncing = undefined;
    }
  }

  private awaitSync(puts: readonly PendingPut[]): void {
    const sinceMs = this.clock.monotonicNow();
    for (const put of puts) {
      put.awaitingSinceMs = sinceMs;
      this.awaiting.push(put);
      if (!put.waitsForSync) this.answer(put, PutMessageStatus.PUT_OK);
    }
    this.armTimeout();
    void this.sync();
  }

  private finishDurable(): void {
    const { flushedOffset } = this.commitLog;
    let end = this.awaitingHead;
    while (end < this.awaiting.length && this.awaitingAt(end).endOffset <= flushedOffset) end++;
    if (end === this.awaitingHead) return;
    const from = this.awaitingHead;
    this.awaitingHead = end;
    this.finish(this.awaiting, from, end);
    if (this.awaitingHead === this.awaiting.length) {
      this.awaiting = [];
      this.awaitingHead = 0;
    } else if (this.awaitingHead > 4096 && this.awaitingHead * 2 > this.awaiting.length) {
      this.awaiting.splice(0, this.awaitingHead);
      this.awaitingHead = 0;
    }
  }

  /** All become visible before anyone is told, so that a woken pull takes all of them at once. */
  private finish(puts: readonly PendingPut[], from: number, to: number): void {
    const limit = this.options.isSyncFlush
      ? this.commitLog.flushedOffset
      : this.commitLog.writtenOffset;
    for (let index = from; index < to; index++) {
      const put = puts[index];
      assert(put.endOffset <= limit, 'I1, I2: visible and acknowledged only what is stored');
      this.dispatcher.dispatch(put);
    }
    for (let index = from; index < to; index++) this.dispatcher.arrive(puts[index]);
    for (let index = from; index < to; index++) {
      this.answer(puts[index], PutMessageStatus.PUT_OK);
    }
  }

  /** What could not be written never happened: offsets and positions are free again. */
  private refuseUnwritten(puts: readonly PendingPut[], error: unknown): void {
    for (let index = puts.length - 1; index >= 0; index--) {
      const put = puts[index];
      put.queue?.rollback(put.queueOffset);
      this.indexKeys.drop(put.indexItems);
    }
    const problem = `not written: ${errorMessageOf(error)}`;
    this.logger.error('commit log write failed', { messages: puts.length, cause: problem });
    for (const put of puts) this.answer(put, PutMessageStatus.SERVICE_NOT_AVAILABLE, problem);
  }

  /** After a failed sync nobody knows what is on the disk: no acknowledgement, no visibility. */
  private refuseAwaiting(problem: string): void {
    const refused = this.awaiting.slice(this.awaitingHead);
    this.awaiting = [];
    this.awaitingHead = 0;
    for (const put of refused) {
      this.answer(put, PutMessageStatus.SERVICE_NOT_AVAILABLE, problem);
    }
  }

  private answer(put: PendingPut, status: PutMessageStatus, problem?: string): void {
    if (put.isAnswered) return;
    put.isAnswered = true;
    if (status !== PutMessageStatus.PUT_OK) this.failedPuts++;
    const result: PutMessageResult = {
      status,
      queueOffset: put.queueOffset,
      physicalOffset: put.physicalOffset,
      physicalOffsets: put.physicalOffsets,
      messageCount: put.messageCount,
      sizeBytes: put.sizeBytes,
      storeTimestamp: put.storeTimestamp,
      problem,
    };
    try {
      put.callback.onPut(result);
    } catch (error) {
      this.logger.error('put callback failed', { cause: errorMessageOf(error) });
    }
  }

  private awaitingAt(index: number): PendingPut {
    return this.awaiting[index];
  }

  /** One timer for the oldest put that waits; puts time out in order. */
  private armTimeout(): void {
    if (this.timeoutTimer !== undefined) return;
    this.timeoutTimer = this.clock.after(this.options.syncFlushTimeoutMs, () => {
      this.timeoutTimer = undefined;
      this.answerOverdue();
    });
  }

  private answerOverdue(): void {
    const dueMs = this.clock.monotonicNow() - this.options.syncFlushTimeoutMs;
    let isWaiting = false;
    for (let index = this.awaitingHead; index < this.awaiting.length; index++) {
      const put = this.awaitingAt(index);
      if (put.awaitingSinceMs > dueMs) {
        isWaiting = true;
        break;
      }
      const problem = `not synced within syncFlushTimeout ${this.options.syncFlushTimeoutMs} ms`;
      this.answer(put, PutMessageStatus.FLUSH_DISK_TIMEOUT, problem);
    }
    if (isWaiting) this.armTimeout();
  }
}
