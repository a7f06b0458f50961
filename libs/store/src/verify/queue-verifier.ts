import type { QueueOffsetTableState } from '../checkpoint/queue-offset-table';
import { PropertyScanner } from '../commitlog/property-scanner';
import type { RecordParser } from '../commitlog/record-parser';
import { folderNameToTopic } from '../files/file-name';
import { hasQueueUnit, tagsCodeOf } from '../put/record-keys';
import type { ConsumeQueue } from '../queue/consume-queue';
import { UNIT_BYTES, isRealUnit, unitPhysicalOffset } from '../queue/consume-queue-unit';
import type { StoreComponents } from '../store-components';
import type { ProblemList } from './problem-list';

const QUEUE_FOLDER = /^\d{1,9}$/;
const PIECE_UNITS = 4096;

/** Compares each record with its unit, and counts the units that no record answers for. */
export class QueueVerifier {
  private readonly properties = new PropertyScanner();
  private readonly counts = new Map<ConsumeQueue, number>();
  private readonly tableQueues = new Set<string>();

  constructor(
    private readonly parts: StoreComponents,
    private readonly found: ProblemList,
    table: QueueOffsetTableState | undefined,
    /** Units of records from here on are not there yet after an unclean stop. */
    private readonly judgedEnd: number,
  ) {
    for (const [topic, queues] of table?.topics ?? []) {
      for (const { queueId, minOffset, maxOffset } of queues) {
        if (maxOffset > minOffset) this.tableQueues.add(`${topic}@${queueId}`);
      }
    }
  }

  record(buffer: Buffer, parser: RecordParser): void {
    const { physicalOffset, queueId, queueOffset, sizeBytes, sysFlag } = parser;
    if (physicalOffset >= this.judgedEnd || !hasQueueUnit(sysFlag)) return;
    const { queues, levels } = this.parts;
    const topic = buffer.toString('utf8', parser.topicStart, parser.topicEnd);
    const topicQueues = queues.topicOf(topic);
    const queue = queues.queueOf(topicQueues, queueId);
    const place = { topic, queueId, queueOffset };
    const unit = queues.files.readUnit(queue, queueOffset);
    if (!unit) {
      // A deleted topic leaves its records, and no queue.
      if (this.tableQueues.has(`${topic}@${queueId}`) || this.hasFolder(queue)) {
        this.found.add('no unit for a record', { ...place, position: physicalOffset });
      }
      return;
    }
    this.properties.scan(buffer, parser.propertiesStart, parser.propertiesEnd);
    const { storeTimestamp } = parser;
    const tagsCode = tagsCodeOf(topicQueues, this.properties, storeTimestamp, levels);
    const isTrue = unit.physicalOffset === physicalOffset && unit.sizeBytes === sizeBytes;
    if (isTrue) this.counts.set(queue, (this.counts.get(queue) ?? 0) + 1);
    // Its topic was deleted, made again, and the offset given to another record.
    else if (unit.physicalOffset > physicalOffset) return;
    if (!isTrue) this.found.add('unit does not point at its record', place);
    else if (unit.tagsCode !== tagsCode) this.found.add('unit has another tags code', place);
  }

  /** Returns how many units there are. */
  async verifyFolders(logEnd: number, isClean: boolean): Promise<number> {
    const { queues, deps, escapeNames } = this.parts;
    const { folder } = queues.files;
    let units = 0;
    for (const folderName of deps.fileSystem.readdir(folder)) {
      const topicQueues = queues.topicOf(folderNameToTopic(folderName, escapeNames));
      for (const id of deps.fileSystem.readdir(`${folder}/${folderName}`)) {
        if (!QUEUE_FOLDER.test(id)) continue;
        const queue = queues.queueOf(topicQueues, Number(id));
        units += await this.verifyQueue(queue, isClean ? logEnd : Infinity);
      }
    }
    return units;
  }

  /** Units from `unitsEnd` on must not be there. */
  private async verifyQueue(queue: ConsumeQueue, unitsEnd: number): Promise<number> {
    const { queues, log } = this.parts;
    const { topic, queueId } = queue;
    let judged = 0;
    let all = 0;
    const piece = Buffer.alloc(PIECE_UNITS * UNIT_BYTES);
    for (const start of queues.files.fileStarts(queue)) {
      const end = start + queues.files.unitsPerFile;
      for (let offset = start; offset < end;) {
        const count = await queues.files.read(queue, offset, piece);
        if (count === 0) break;
        for (let index = 0; index < count; index++) {
          if (!isRealUnit(piece, index * UNIT_BYTES)) continue;
          const position = unitPhysicalOffset(piece, index * UNIT_BYTES);
          all++;
          if (position >= log.minOffset && position < this.judgedEnd) judged++;
          else if (position >= unitsEnd) {
            const queueOffset = offset + index;
            this.found.add('unit behind the end of the log', { topic, queueId, queueOffset });
          }
        }
        offset += count;
      }
    }
    const expected = this.counts.get(queue) ?? 0;
    if (judged > expected) {
      const fields = { topic, queueId, units: judged, records: expected };
      this.found.add('units without a record', fields);
    }
    return all;
  }

  private hasFolder(queue: ConsumeQueue): boolean {
    const { queues, deps } = this.parts;
    return deps.fileSystem.status(queues.files.queueFolder(queue)) !== undefined;
  }
}
