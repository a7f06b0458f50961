import type { Logger } from '@rocket-nest/common';
import { errorMessageOf } from '@rocket-nest/common';
import type { CommitLog } from '../commitlog/commit-log';
import { PropertyScanner } from '../commitlog/property-scanner';
import type { RecordParser } from '../commitlog/record-parser';
import type { DelayLevelTable } from '../put/delay-level-table';
import { hasQueueUnit, tagsCodeOf } from '../put/record-keys';
import type { ConsumeQueue } from '../queue/consume-queue';
import type { ConsumeQueueStore } from '../queue/consume-queue-store';
import { FILLER_SIZE, UNIT_BYTES, putUnit, unitSize } from '../queue/consume-queue-unit';
import type { MinOffsetCorrector } from '../queue/min-offset-corrector';
import { LogScanner } from './log-scanner';

/** Units made again at a time. */
const MAX_UNITS = 100_000;
/** Pulls that may wait for repairs; the others skip what they cannot read. */
const MAX_WAITING = 64;
/** Offsets remembered for which there is nothing to repair. */
const MAX_HOPELESS = 10_000;

interface Stretch {
  readonly from: number;
  readonly to: number;
  /** The log between these positions holds the records. */
  readonly logFrom: number;
  readonly logTo: number;
}

/**
 * Makes units of a queue again that are lost or point nowhere, from the records between their
 * neighbours: the commit log is the only truth. One repair runs at a time.
 */
export class QueueRepair {
  private last: Promise<unknown> = Promise.resolve();
  private waiting = 0;
  private readonly hopeless = new Set<string>();
  private readonly properties = new PropertyScanner();

  constructor(
    private readonly log: CommitLog,
    private readonly queues: ConsumeQueueStore,
    private readonly minOffsets: MinOffsetCorrector,
    private readonly levels: DelayLevelTable,
    private readonly visibleEnd: () => number,
    private readonly onRepaired: (queue: ConsumeQueue) => void,
    private readonly logger: Logger,
  ) {}

  /** Resolves when units at and around an offset are as good as the log allows. */
  async repair(queue: ConsumeQueue, offset: number): Promise<void> {
    if (this.waiting >= MAX_WAITING || this.isHopeless(queue, offset)) return;
    this.waiting++;
    const done = this.last.then(() => this.repairQuietly(queue, offset));
    this.last = done;
    await done;
    this.waiting--;
  }

  /** Whether a look into the log has shown that nothing can be done about an offset. */
  isHopeless(queue: ConsumeQueue, offset: number): boolean {
    return this.hopeless.has(keyOf(queue, offset));
  }

  private async repairQuietly(queue: ConsumeQueue, offset: number): Promise<void> {
    const isWritten = offset < queue.flushedOffset && !queue.isDeleted;
    if (!isWritten || this.isHopeless(queue, offset)) return;
    try {
      await this.repairStretch(queue, this.stretchAround(queue, offset), offset);
    } catch (error) {
      this.giveUp(queue, offset);
      this.logger.error('consume queue not repaired', {
        ...placeOf(queue),
        cause: errorMessageOf(error),
      });
    }
  }

  private async repairStretch(
    queue: ConsumeQueue,
    stretch: Stretch,
    offset: number,
  ): Promise<void> {
    const units = Buffer.alloc((stretch.to - stretch.from) * UNIT_BYTES);
    const found = await this.collect(queue, stretch, units);
    if (queue.isDeleted) return;
    let isFound = false;
    for (let index = 0; index < stretch.to - stretch.from; index++) {
      const at = stretch.from + index;
      if (unitSize(units, index * UNIT_BYTES) > 0) isFound ||= at === offset;
      else this.keepOrFill(queue, at, units, index * UNIT_BYTES, stretch.logFrom);
    }
    if (!isFound) this.giveUp(queue, offset);
    if (found === 0) return;
    this.queues.rewriteUnits(queue, stretch.from, units);
    this.onRepaired(queue);
    this.logger.error('damaged units of a consume queue made again from the commit log', {
      ...placeOf(queue),
      from: stretch.from,
      to: stretch.to,
      found,
    });
  }

  /** A unit whose record is damaged stays; one that is nothing at all stands for nothing. */
  private keepOrFill(
    queue: ConsumeQueue,
    offset: number,
    units: Buffer,
    at: number,
    logFrom: number,
  ): void {
    const known = this.queues.files.readUnit(queue, offset);
    if (!known) putUnit(units, at, logFrom, FILLER_SIZE, 0);
    else putUnit(units, at, known.physicalOffset, known.sizeBytes, known.tagsCode);
  }

  private async collect(queue: ConsumeQueue, stretch: Stretch, units: Buffer): Promise<number> {
    let found = 0;
    const scanner = new LogScanner(this.log.files, this.logger);
    const { logFrom, logTo } = stretch;
    const options = { fromOffset: logFrom, toOffset: logTo, durableEnd: logTo, checkCrc: true };
    await scanner.scan(options, {
      record: (buffer, _position, parser, isIntact) => {
        const { queueOffset } = parser;
        const isWanted = queueOffset >= stretch.from && queueOffset < stretch.to;
        if (!isIntact || !isWanted || !this.isOf(queue, buffer, parser)) return;
        found++;
        this.put(queue, buffer, parser, units, (queueOffset - stretch.from) * UNIT_BYTES);
      },
      quarantined: () => undefined,
      progress: () => Promise.resolve(),
    });
    return found;
  }

  private put(
    queue: ConsumeQueue,
    buffer: Buffer,
    parser: RecordParser,
    units: Buffer,
    at: number,
  ): void {
    const { properties } = this;
    const { physicalOffset, sizeBytes, storeTimestamp } = parser;
    properties.scan(buffer, parser.propertiesStart, parser.propertiesEnd);
    const tagsCode = tagsCodeOf(queue.topicQueues, properties, storeTimestamp, this.levels);
    putUnit(units, at, physicalOffset, sizeBytes, tagsCode);
  }

  private isOf(queue: ConsumeQueue, buffer: Buffer, parser: RecordParser): boolean {
    const { topicStart, topicEnd, queueId, sysFlag } = parser;
    return (
      queueId === queue.queueId &&
      hasQueueUnit(sysFlag) &&
      queue.topicQueues.topicBytes.compare(buffer, topicStart, topicEnd) === 0
    );
  }

  /** The offset and its neighbours as far as they make no sense either. */
  private stretchAround(queue: ConsumeQueue, offset: number): Stretch {
    const min = this.minOffsets.minOffset(queue);
    const end = this.visibleEnd();
    let from = offset;
    let lower = this.log.minOffset;
    while (from > min && offset - from < MAX_UNITS / 2) {
      const unit = this.minOffsets.unit(queue, from - 1);
      if (unit && unit.physicalOffset >= this.log.minOffset && unit.physicalOffset < end) {
        lower = unit.physicalOffset;
        break;
      }
      from--;
    }
    let to = offset + 1;
    let upper = end;
    while (to < queue.flushedOffset && to - offset < MAX_UNITS / 2) {
      const unit = this.minOffsets.unit(queue, to);
      if (unit && unit.physicalOffset > lower && unit.physicalOffset < end) {
        upper = unit.physicalOffset;
        break;
      }
      to++;
    }
    return { from, to, logFrom: lower, logTo: upper };
  }

  private giveUp(queue: ConsumeQueue, offset: number): void {
    if (this.hopeless.size >= MAX_HOPELESS) this.hopeless.clear();
    this.hopeless.add(keyOf(queue, offset));
  }
}

function keyOf({ topic, queueId }: ConsumeQueue, offset: number): string {
  return `${topic}@${queueId}:${offset}`;
}

function placeOf({ topic, queueId }: ConsumeQueue): { topic: string; queueId: number } {
  return { topic, queueId };
}
