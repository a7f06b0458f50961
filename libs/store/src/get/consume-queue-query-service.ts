import type { ConsumeQueue } from '../queue/consume-queue';
import {
  FILLER_SIZE,
  UNIT_BYTES,
  unitPhysicalOffset,
  unitSize,
  unitTagsCode,
} from '../queue/consume-queue-unit';
import type { MinOffsetCorrector } from '../queue/min-offset-corrector';
import type { ConsumeQueueReader } from '../read/consume-queue-reader';
import type { MessageQueryService } from './message-query-service';

/** A unit of a consume queue as an administrator looks at it. */
export interface ConsumeQueueUnit {
  readonly queueOffset: number;
  /** Position of the record in the commit log. */
  readonly physicalOffset: number;
  readonly sizeBytes: number;
  /** Hash of the tags; the delivery time in the delay topic. */
  readonly tagsCode: number;
  /** -1 when the record is gone. */
  readonly storeTimestamp: number;
}

/** Lists the units of a queue. */
export class ConsumeQueueQueryService {
  constructor(
    private readonly reader: ConsumeQueueReader,
    private readonly minOffsets: MinOffsetCorrector,
    private readonly queries: MessageQueryService,
  ) {}

  /** From an offset, or the queue's first one when that is higher. */
  async units(queue: ConsumeQueue, fromOffset: number, count: number): Promise<ConsumeQueueUnit[]> {
    const units: ConsumeQueueUnit[] = [];
    let at = Math.max(fromOffset, this.minOffsets.minOffset(queue));
    while (units.length < count && at < queue.maxOffset) {
      const unit = await this.unit(queue, at);
      if (!unit) break;
      if (unit.sizeBytes !== FILLER_SIZE) units.push(unit);
      at++;
    }
    return units;
  }

  private async unit(queue: ConsumeQueue, offset: number): Promise<ConsumeQueueUnit | undefined> {
    const { reader } = this;
    if (!reader.locate(queue, offset)) {
      const isLoaded = await reader.load(queue, offset);
      if (!isLoaded || !reader.locate(queue, offset)) return undefined;
    }
    const { buffer, position } = reader;
    if (position + UNIT_BYTES > buffer.length) return undefined;
    const physicalOffset = unitPhysicalOffset(buffer, position);
    const sizeBytes = unitSize(buffer, position);
    const tagsCode = unitTagsCode(buffer, position);
    const storeTimestamp = await this.queries.storeTimestampAt(physicalOffset);
    return { queueOffset: offset, physicalOffset, sizeBytes, tagsCode, storeTimestamp };
  }
}
