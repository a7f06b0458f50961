import type { Clock, FileSystem, Logger } from '@rocket-nest/common';
import { errorMessageOf } from '@rocket-nest/common';
import { unlinkOffLoop } from '../files/file-io';
import { Slices } from '../flush/slices';
import type { ConsumeQueue } from '../queue/consume-queue';
import type { ConsumeQueueStore } from '../queue/consume-queue-store';
import type { MinOffsetCorrector } from '../queue/min-offset-corrector';

/** Removes consume queue files whose records are gone, a few at a time. */
export class ConsumeQueueCleaner {
  constructor(
    private readonly fileSystem: FileSystem,
    private readonly queues: ConsumeQueueStore,
    private readonly minOffsets: MinOffsetCorrector,
    private readonly clock: Clock,
    private readonly logger: Logger,
  ) {}

  /** Files that point below a commit log position only; the newest of a queue stays. */
  async removeBelow(logMinOffset: number): Promise<number> {
    const slices = new Slices(this.clock);
    let removed = 0;
    for (const queue of [...this.queues.allQueues()]) {
      await slices.pause();
      if (!this.isKnown(queue)) continue;
      try {
        for (const path of this.queues.files.filesBelow(queue, logMinOffset)) {
          this.queues.files.forget(path);
          await unlinkOffLoop(this.fileSystem, path);
          removed++;
        }
      } catch (error) {
        this.logger.warn('consume queue file not removed, will try again', {
          topic: queue.topic,
          queueId: queue.queueId,
          cause: errorMessageOf(error),
        });
      }
    }
    return removed;
  }

  /** Queues that hold files although every record of theirs is gone. */
  async emptiedQueues(): Promise<ConsumeQueue[]> {
    const slices = new Slices(this.clock);
    const found: ConsumeQueue[] = [];
    for (const queue of [...this.queues.allQueues()]) {
      await slices.pause();
      if (this.isEmptied(queue) && this.queues.files.fileStarts(queue).length > 0) {
        found.push(queue);
      }
    }
    return found;
  }

  /**
   * Removes all files of queues that are still empty. Their positions stay, so the next message
   * gets the next offset; they have to be durable in the table before.
   */
  async removeFilesOf(emptied: readonly ConsumeQueue[]): Promise<number> {
    const slices = new Slices(this.clock);
    let removed = 0;
    for (const queue of emptied) {
      await slices.pause();
      if (!this.isKnown(queue) || !this.isEmptied(queue)) continue;
      // At once: a unit written while the file is being removed would go with it.
      this.queues.files.removeQueue(queue);
      removed++;
    }
    return removed;
  }

  private isEmptied(queue: ConsumeQueue): boolean {
    const hasNothingToWrite = queue.flushedOffset === queue.nextOffset;
    return hasNothingToWrite && this.minOffsets.minOffset(queue) === queue.maxOffset;
  }

  /** The topic may have been deleted, or made again, meanwhile. */
  private isKnown(queue: ConsumeQueue): boolean {
    return this.queues.findQueue(queue.topic, queue.queueId) === queue;
  }
}
