import {
  FILLER_SIZE,
  UNIT_BYTES,
  unitPhysicalOffset,
  unitSize,
  unitTagsCode,
} from './consume-queue-unit';
import type { ConsumeQueue } from './consume-queue';
import type { ConsumeQueueFiles, ReadUnit } from './consume-queue-files';

/**
 * Works out a queue's first offset: that of the first unit whose record still exists. Done when
 * asked for and remembered until the commit log's start moves again, so deleting a file costs
 * nothing for queues that nobody reads.
 */
export class MinOffsetCorrector {
  constructor(
    private readonly files: ConsumeQueueFiles,
    private readonly logMinOffset: () => number,
  ) {}

  minOffset(queue: ConsumeQueue): number {
    const logMin = this.logMinOffset();
    if (queue.minForPhysicalOffset < logMin) {
      // Filler at the front of a file points at 0 and stands for messages that are long gone.
      queue.minOffset = this.firstOffset(
        queue,
        ({ physicalOffset, sizeBytes }) =>
          physicalOffset >= logMin && !(sizeBytes === FILLER_SIZE && physicalOffset === 0),
      );
      queue.minForPhysicalOffset = logMin;
    }
    return queue.minOffset;
  }

  /**
   * First offset of a queue whose unit satisfies a test that is false for the older and true for
   * the newer units; the max offset when there is none.
   */
  firstOffset(queue: ConsumeQueue, isPast: (unit: ReadUnit) => boolean): number {
    let low = queue.minOffset;
    let high = queue.maxOffset;
    while (low < high) {
      const middle = low + Math.floor((high - low) / 2);
      const unit = this.unit(queue, middle);
      // A unit that cannot be read belongs to a file that is gone, so it is an old one.
      if (unit && isPast(unit)) high = middle;
      else low = middle + 1;
    }
    return low;
  }

  /** A visible unit, from memory or from the file. */
  unit(queue: ConsumeQueue, offset: number): ReadUnit | undefined {
    if (offset < 0 || offset >= queue.maxOffset) return undefined;
    const { tail } = queue;
    if (tail === undefined || offset < queue.tailBase) return this.files.readUnit(queue, offset);
    const at = (offset - queue.tailBase) * UNIT_BYTES;
    return {
      physicalOffset: unitPhysicalOffset(tail, at),
      sizeBytes: unitSize(tail, at),
      tagsCode: unitTagsCode(tail, at),
    };
  }
}
