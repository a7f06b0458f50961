import type { Clock } from '@rocket-nest/common';
import type { CommitLog } from '../commitlog/commit-log';
import type { RecordDispatcher } from '../dispatch/record-dispatcher';
import { Slices } from '../flush/slices';
import type { IndexService } from '../index-file/index-service';
import type { ConsumeQueueStore } from '../queue/consume-queue-store';
import type { MinOffsetCorrector } from '../queue/min-offset-corrector';
import type { QueueOffsets, QueueOffsetTable } from './queue-offset-table';

/** Writes the table of all queues' positions, one write at a time. */
export class QueueOffsetSaver {
  private last: Promise<void> = Promise.resolve();

  constructor(
    private readonly table: QueueOffsetTable,
    private readonly log: CommitLog,
    private readonly dispatcher: RecordDispatcher,
    private readonly queues: ConsumeQueueStore,
    private readonly index: IndexService,
    private readonly minOffsets: MinOffsetCorrector,
    private readonly clock: Clock,
  ) {}

  /**
   * Durable when it resolves; positions may have moved on by then, unless nothing is stored. With a
   * `bootHash` the table also vouches, within that boot, for the files that are not synced yet.
   */
  save(bootHash = 0): Promise<void> {
    this.last = this.last.catch(() => undefined).then(() => this.write(bootHash));
    return this.last;
  }

  private async write(bootHash: number): Promise<void> {
    const slices = new Slices(this.clock);
    const topics = new Map<string, QueueOffsets[]>();
    for (const [topic, { queues }] of [...this.queues.topics]) {
      const offsets: QueueOffsets[] = [];
      for (const queue of queues.values()) {
        const minOffset = this.minOffsets.minOffset(queue);
        offsets.push({ queueId: queue.queueId, minOffset, maxOffset: queue.maxOffset });
      }
      if (offsets.length > 0) topics.set(topic, offsets);
      await slices.pause();
    }
    // After the queues, so that the log up to here holds all that they count.
    await this.table.write({
      logMinOffset: this.log.minOffset,
      logMaxOffset: this.dispatcher.dispatchedOffset,
      indexFiles: this.index.fileNames,
      topics,
      unsyncedFiles: bootHash === 0 ? [] : this.queues.unsyncedFileNames,
      bootHash,
    });
  }
}
