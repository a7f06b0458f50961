import type { Clock, Logger, Timer } from '@rocket-nest/common';
import { errorMessageOf } from '@rocket-nest/common';
import type { StoreCheckpoint } from '../checkpoint/store-checkpoint';
import type { CommitLog } from '../commitlog/commit-log';
import type { RecordDispatcher } from '../dispatch/record-dispatcher';
import type { IndexService } from '../index-file/index-service';
import type { CommitService } from '../put/commit-service';
import type { ConsumeQueueStore } from '../queue/consume-queue-store';
import { OneAtATime } from './one-at-a-time';
import { Slices } from './slices';

/** How long the last sync may hold up a stop; after that the next start checks the queues. */
const FINAL_SYNC_BUDGET_MS = 8000;
const FINAL_SYNC_WORKERS = 4;
const LOG_BYTES_PER_FILE = 256 * 1024;
const MAX_LOG_BYTES = 1024 * 1024 * 1024;
const FEW_FILES = 1000;
const LONG_INTERVALS = 6;

/**
 * What the last `persist` reached: everything is durable and the checkpoint says so; everything is
 * written, which lasts as long as the machine runs; or not even that.
 */
export type PersistOutcome = 'durable' | 'written' | 'failed';

export interface CheckpointIntervals {
  readonly flushIntervalMs: number;
  readonly thoroughIntervalMs: number;
}

/**
 * Background writing of what is derived from the commit log. Every flush interval units and index
 * items are written; now and then, at most every thorough interval, all of it is synced and the
 * checkpoint moves up, so that a start after a crash reads the log from there only.
 */
export class CheckpointService {
  private timer: Timer | undefined;
  private running: Promise<void> = Promise.resolve();
  /** One at a time: what one has taken and not written yet, another must not count as done. */
  private readonly flushes = new OneAtATime();
  private readonly checkpoints = new OneAtATime();
  private persisting: Promise<void> | undefined;
  private checkpointedMs = 0;
  private checkpointedOffset = -1;
  private isClosed = false;

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
    this.checkpointedOffset = this.dispatcher.dispatchedOffset;
    this.arm();
  }

  /** Stops the timer and waits for what runs. */
  async stop(): Promise<void> {
    this.isClosed = true;
    this.timer?.cancel();
    await this.running;
    await this.persisting;
  }

  /** Writes what waits; returns false when something could not be written. */
  flush(): Promise<boolean> {
    return this.flushes.run(() => this.flushAll());
  }

  /** Makes consume queues and index durable up to what is visible now, then the checkpoint. */
  async persist(): Promise<void> {
    await this.checkpoints.run(() => this.persistAs(false, false));
  }

  /**
   * The last `persist`: the index gets its slots too, and syncing gives up when it takes too long.
   * With `mayLeaveUnsynced` many files are not synced at all. Returns what holds then.
   */
  persistFinally(mayLeaveUnsynced: boolean): Promise<PersistOutcome> {
    return this.checkpoints.run(() => this.persistAs(true, mayLeaveUnsynced));
  }

  private async persistAs(isFinal: boolean, mayLeaveUnsynced: boolean): Promise<PersistOutcome> {
    if (this.commitLog.readOnlyReason !== undefined) return 'failed';
    const position = this.dispatcher.dispatchedOffset;
    const timestamp = this.dispatcher.lastStoreTimestamp;
    const indexTimestamp = this.index.endTimestamp;
    const indexSnapshot = this.index.snapshot();
    const isFlushed = await this.flush();
    await this.commitService.sync();
    if (!isFlushed || this.commitLog.flushedOffset < position) return 'failed';
    const slices = new Slices(this.clock);
    try {
      await this.index.sync(indexSnapshot, isFinal, () => slices.pause());
      if (isFinal) await this.commitLog.checksums.sync();
      if (mayLeaveUnsynced && this.queues.unsyncedFiles > FEW_FILES) return 'written';
      if (!(await this.syncQueues(isFinal))) return 'failed';
      await this.checkpoint.write({
        physicMsgTimestamp: timestamp,
        logicsMsgTimestamp: timestamp,
        indexMsgTimestamp: indexTimestamp,
        consumeQueuePosition: position,
        flushedPosition: this.commitLog.flushedOffset,
        indexPosition: position,
      });
    } catch (error) {
      // A failed sync has made the store read-only; anything else, as a full disk, may pass.
      this.logger.warn('no checkpoint, will try again', { cause: errorMessageOf(error) });
      return 'failed';
    }
    this.checkpointedOffset = position;
    return 'durable';
  }

  /** For recovery: whether a checkpoint now costs less than reading the log again would. */
  get isPersistWorthwhile(): boolean {
    const bytes = this.dispatcher.dispatchedOffset - Math.max(this.checkpointedOffset, 0);
    return this.queues.unsyncedFiles <= FEW_FILES || this.isWorthwhile(bytes);
  }

  private async flushAll(): Promise<boolean> {
    const slices = new Slices(this.clock);
    this.commitLog.checksums.flush();
    let isDone = this.index.flushItems();
    for (const queue of this.queues.takeDirty()) {
      if (!this.queues.flushQueue(queue)) isDone = false;
      await slices.pause();
    }
    return isDone;
  }

  /** Files first, then their folders: by then those have little left to write. */
  private async syncQueues(isFinal: boolean): Promise<boolean> {
    const untilMs = isFinal ? this.clock.monotonicNow() + FINAL_SYNC_BUDGET_MS : Infinity;
    const unsynced = this.queues.takeUnsynced();
    const left = unsynced.keys();
    let isDone = true;
    const syncNext = async (): Promise<void> => {
      for (const path of left) {
        if (this.clock.monotonicNow() > untilMs) isDone = false;
        if (!isDone) return;
        await this.queues.files.sync(path);
      }
    };
    const workers = isFinal ? FINAL_SYNC_WORKERS : 1;
    try {
      await Promise.all(Array.from({ length: workers }, syncNext));
      const slices = new Slices(this.clock);
      for (const queue of unsynced.values()) {
        if (!isDone) break;
        this.queues.files.syncNames(queue);
        await slices.pause();
      }
    } catch (error) {
      this.queues.restoreUnsynced(unsynced);
      throw error;
    }
    if (!isDone) this.logger.warn('consume queues not synced in time', { files: unsynced.size });
    return isDone;
  }

  private arm(): void {
    this.timer = this.clock.after(this.intervals.flushIntervalMs, () => {
      this.running = this.round().finally(() => {
        if (!this.isClosed) this.arm();
      });
    });
  }

  private async round(): Promise<void> {
    try {
      await this.flush();
      this.queues.releaseResting();
    } catch (error) {
      this.logger.warn('consume queues not written, will try again', {
        cause: errorMessageOf(error),
      });
    }
    if (this.isClosed || this.persisting !== undefined || !this.isCheckpointDue()) return;
    this.checkpointedMs = this.clock.monotonicNow();
    this.persisting = this.persistQuietly().finally(() => (this.persisting = undefined));
  }

  private async persistQuietly(): Promise<void> {
    try {
      await this.persist();
    } catch (error) {
      this.logger.warn('checkpoint not written, will try again', { cause: errorMessageOf(error) });
    }
  }

  private isCheckpointDue(): boolean {
    const elapsedMs = this.clock.monotonicNow() - this.checkpointedMs;
    const bytes = this.dispatcher.dispatchedOffset - this.checkpointedOffset;
    const { thoroughIntervalMs } = this.intervals;
    if (bytes === 0 || elapsedMs < thoroughIntervalMs) return false;
    if (this.isWorthwhile(bytes)) return true;
    const hasFewFiles = this.queues.unsyncedFiles <= FEW_FILES;
    return hasFewFiles && elapsedMs >= thoroughIntervalMs * LONG_INTERVALS;
  }

  /**
   * Every file to sync costs a disk about as much as reading 256 KiB of log again would cost the
   * next start, so the more queues got messages, the further the log goes on before.
   */
  private isWorthwhile(bytes: number): boolean {
    const files = this.queues.unsyncedFiles;
    return bytes >= Math.min(files * LOG_BYTES_PER_FILE, MAX_LOG_BYTES);
  }
}
