import type { Clock, FileSystem, Logger } from '@rocket-nest/common';
import { errorCodeOf, errorMessageOf } from '@rocket-nest/common';
import type { QueueOffsetSaver } from '../checkpoint/queue-offset-saver';
import { getInt32, getInt64 } from '../bytes/integers';
import type { CommitLog } from '../commitlog/commit-log';
import { RecordLayout, storeTimestampAt } from '../commitlog/record-layout';
import { RecordParser } from '../commitlog/record-parser';
import type { RecordDispatcher } from '../dispatch/record-dispatcher';
import type { MappedFile } from '../files/mapped-file';
import { Slices } from '../flush/slices';
import type { IndexService } from '../index-file/index-service';
import type { CommitService } from '../put/commit-service';
import type { ConsumeQueueStore } from '../queue/consume-queue-store';
import type { MinOffsetCorrector } from '../queue/min-offset-corrector';
import type { ConsumeQueueCleaner } from './consume-queue-cleaner';

/** Bytes at the head of a file that hold its first record's store time. */
const HEAD_BYTES = 80;

export interface CleanOrder {
  /** Files go whose newest record was stored before this time. */
  readonly beforeMs: number;
  /** Asked before every other file: whether it goes although it is younger. */
  readonly mayDeleteUnexpired: () => boolean;
  readonly maxFiles: number;
  /** Pause between two files. */
  readonly intervalMs: number;
  readonly isCancelled: () => boolean;
}

export interface CleanResult {
  readonly expired: number;
  readonly unexpired: number;
}

export interface CommitLogCleanerDeps {
  readonly fileSystem: FileSystem;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly log: CommitLog;
  readonly commitService: CommitService;
  readonly dispatcher: RecordDispatcher;
  readonly queues: ConsumeQueueStore;
  readonly minOffsets: MinOffsetCorrector;
  readonly index: IndexService;
  readonly offsetSaver: QueueOffsetSaver;
  readonly queueCleaner: ConsumeQueueCleaner;
}

/**
 * Deletes commit log files from the front, one after another and off the event loop, with the
 * consume queue and index files that only point into them. The newest file with records stays.
 */
export class CommitLogCleaner {
  constructor(private readonly deps: CommitLogCleanerDeps) {}

  async clean(order: CleanOrder): Promise<CleanResult> {
    const { log, dispatcher, commitService } = this.deps;
    const result = { expired: 0, unexpired: 0 };
    // Queue positions are saved once, so only what is visible by now may go.
    const end = dispatcher.dispatchedOffset;
    if (!(await this.choose(end, order))) return result;
    if (log.flushedOffset < end) await commitService.sync();
    const maxFiles = Math.min(order.maxFiles, await this.saveQueueOffsets());
    const maxEnd = Math.min(end, log.flushedOffset);
    while (result.expired + result.unexpired < maxFiles && !order.isCancelled()) {
      const kind = await this.choose(maxEnd, order);
      if (!kind || !(await this.removeFirst(kind))) break;
      result[kind]++;
      await this.pause(order.intervalMs);
    }
    if (result.expired + result.unexpired > 0) await this.cleanDerived();
    return result;
  }

  /** What the oldest file is deleted as; undefined when it stays. */
  private async choose(maxEnd: number, order: CleanOrder): Promise<keyof CleanResult | undefined> {
    const [first, second] = this.deps.log.files.all;
    if (!first || !second || first.endOffset > maxEnd) return undefined;
    if ((await this.newestTimeIn(first, second)) < order.beforeMs) return 'expired';
    return order.mayDeleteUnexpired() ? 'unexpired' : undefined;
  }

  /**
   * The first record of the next file is as old as the newest of this one, or younger. (The time of
   * the file would be lost by a copy, and knows nothing of a test's clock.)
   */
  private async newestTimeIn(file: MappedFile, next: MappedFile): Promise<number> {
    const head = Buffer.alloc(HEAD_BYTES);
    await next.readAsync(head, 0, head.length, next.fileFromOffset);
    if (RecordParser.sizeAt(head, 0) > 0) {
      const storeTime = getInt64(head, storeTimestampAt(getInt32(head, RecordLayout.SYS_FLAG)));
      if (storeTime > 0) return storeTime;
    }
    return this.deps.fileSystem.status(file.path)?.modifiedMs ?? Infinity;
  }

  /**
   * Queues whose records all go must know their next offset after any restart. On a full disk the
   * table cannot be written; then a file may go that no queue ends in. Returns how many files may go.
   */
  private async saveQueueOffsets(): Promise<number> {
    try {
      await this.deps.offsetSaver.save();
      return Infinity;
    } catch (error) {
      if (errorCodeOf(error) === 'ENOSPC' && !(await this.doesQueueEndInFirstFile())) return 1;
      const cause = errorMessageOf(error);
      this.deps.logger.warn('no commit log file deleted: queue offsets not saved', { cause });
      return 0;
    }
  }

  private async doesQueueEndInFirstFile(): Promise<boolean> {
    const { log, queues, minOffsets, clock } = this.deps;
    const first = log.files.first;
    const slices = new Slices(clock);
    for (const queue of [...queues.allQueues()]) {
      await slices.pause();
      const newest = minOffsets.unit(queue, queue.maxOffset - 1);
      if (newest && log.files.find(newest.physicalOffset) === first) return true;
    }
    return false;
  }

  private async removeFirst(kind: keyof CleanResult): Promise<boolean> {
    const { log, logger, fileSystem } = this.deps;
    const file = log.files.detachFirst();
    if (!file) return false;
    const fields = { path: file.path, from: file.fileFromOffset, to: file.endOffset };
    try {
      await file.removeOffLoop();
    } catch (error) {
      if (fileSystem.status(file.path)) log.files.attachFirst(file);
      const cause = errorMessageOf(error);
      logger.warn('commit log file not deleted, will try again', { ...fields, cause });
      return false;
    }
    if (kind === 'expired') logger.info('expired commit log file deleted', fields);
    else logger.warn('unexpired commit log file deleted to make room', fields);
    return true;
  }

  private async cleanDerived(): Promise<void> {
    const { log, index, queueCleaner, logger } = this.deps;
    try {
      await log.files.syncFolder();
      log.checksums.removeBelow(log.minOffset);
      await index.removeBelow(log.minOffset);
      await queueCleaner.removeBelow(log.minOffset);
    } catch (error) {
      logger.warn('files of deleted messages are left', { cause: errorMessageOf(error) });
    }
  }

  private pause(intervalMs: number): Promise<void> {
    if (intervalMs <= 0) return Promise.resolve();
    return new Promise((resolve) => this.deps.clock.after(intervalMs, resolve));
  }
}
