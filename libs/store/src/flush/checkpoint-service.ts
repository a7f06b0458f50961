import type { Clock, Logger, Timer } from '@rocket-nest/common';
import { errorMessageOf } from '@rocket-nest/common';
import type { StoreCheckpoint } from '../checkpoint/store-checkpoint';
import type { CommitLog } from '../commitlog/commit-log';
import type { RecordDispatcher } from '../dispatch/record-dispatcher';
import type { IndexService } from '../index-file/index-service';
import type { CommitService } from '../put/commit-service';
import type { ConsumeQueueStore } from '../queue/consume-queue-store';
import { Slices } from './slices';

export interface CheckpointIntervals {
  readonly flushIntervalMs: number;
  readonly thoroughIntervalMs: number;
}

/**
 * Background writing of what is derived from the commit log. Every flush interval units and index
 * items are written; every thorough interval all of it is synced and the checkpoint moves up, so
 * that a start after a crash reads the log from there only.
 */
export class CheckpointService {
  private timer: Timer | undefined;
  private running: Promise<void> | undefined;
  private checkpointedMs = 0;
  private checkpointedOffset = -1;
  private isClosed = false;
  /** Set once a sync failed: the checkpoint stays where it is, the next start repairs from there. */
  private brokenReason: string | undefined;

  constructor(
    private readonly intervals: CheckpointIntervals,
    private readonly commitLog: CommitLog,
    private readonly commitService: CommitService,
    private readonly dispatcher: RecordDispatcher,
    private readonly queues: ConsumeQueueStore,
    private readonly index: IndexService,
    private readonly checkpoint: StoreCheckpoint,
    private readonly clock: Clock,
    private readonly logger: Logger,
  ) {}

  start(): void {
    this.checkpointedMs = this.clock.monotonicNow();
    this.arm();
  }

  /** Stops the timer and waits for the round that runs. */
  async stop(): Promise<void> {
    this.isClosed = true;
    this.timer?.cancel();
    await this.running;
  }

  /** Writes what waits; returns false when something could not be written. */
  async flush(): Promise<boolean> {
    const slices = new Slices(this.clock);
    let isDone = this.index.flushItems();
    for (const queue of this.queues.takeDirty()) {
      if (!this.queues.flushQueue(queue)) isDone = false;
      await slices.pause();
    }
    return isDone;
  }

  /**
   * Makes consume queues and index durable up to what is visible now, then the checkpoint. With
   * `isFinal` the index gets its slots too. Returns whether the checkpoint was written.
   */
  async persist(isFinal: boolean): Promise<boolean> {
    if (this.brokenReason !== undefined) return false;
    const position = this.dispatcher.dispatchedOffset;
    const timestamp = this.dispatcher.lastStoreTimestamp;
    const indexTimestamp = this.index.endTimestamp;
    const indexSnapshot = this.index.snapshot();
    const isFlushed = await this.flush();
    await this.commitService.sync();
    if (!isFlushed || this.commitLog.flushedOffset < position) return false;
    const slices = new Slices(this.clock);
    const unsynced = this.queues.takeUnsynced();
    try {
      for (const path of unsynced) {
        await this.queues.files.sync(path);
      }
      await this.index.sync(indexSnapshot, isFinal, () => slices.pause());
    } catch (error) {
      // The system may have dropped the pages, so a later sync that succeeds would prove nothing.
      this.brokenReason = `a sync failed (${errorMessageOf(error)})`;
      this.logger.error('no checkpoint until restart', { reason: this.brokenReason });
      return false;
    }
    await this.checkpoint.write({
      physicMsgTimestamp: timestamp,
      logicsMsgTimestamp: timestamp,
      indexMsgTimestamp: indexTimestamp,
      consumeQueuePosition: position,
      flushedPosition: this.commitLog.flushedOffset,
      indexPosition: position,
    });
    this.checkpointedOffset = position;
    return true;
  }

  private arm(): void {
    this.timer = this.clock.after(this.intervals.flushIntervalMs, () => {
      this.running = this.round().finally(() => {
        this.running = undefined;
        if (!this.isClosed) this.arm();
      });
    });
  }

  private async round(): Promise<void> {
    try {
      const nowMs = this.clock.monotonicNow();
      const isDue = nowMs - this.checkpointedMs >= this.intervals.thoroughIntervalMs;
      if (isDue && this.checkpointedOffset !== this.dispatcher.dispatchedOffset) {
        this.checkpointedMs = nowMs;
        await this.persist(false);
      } else {
        await this.flush();
      }
      this.queues.releaseResting();
    } catch (error) {
      this.logger.warn('checkpoint not written, will try again', { cause: errorMessageOf(error) });
    }
  }
}
