import { continueStringHash } from '../bytes/java-string-hash';
import { getInt32, getInt64 } from '../bytes/integers';
import { PropertyScanner } from '../commitlog/property-scanner';
import { RecordLayout, storeTimestampAt } from '../commitlog/record-layout';
import { RecordParser } from '../commitlog/record-parser';
import type { MessageStoreConfig } from '../config/message-store-config';
import type { ConsumeQueue } from '../queue/consume-queue';
import { FILLER_SIZE } from '../queue/consume-queue-unit';
import type { MinOffsetCorrector } from '../queue/min-offset-corrector';
import { indexKeyHash } from '../index-file/index-layout';
import type { IndexService } from '../index-file/index-service';
import type { CommitLogReader } from '../read/commit-log-reader';
import { IndexType, type BoundaryType, type QueryMessageResult } from './query-message-result';

/** Read first when the size of a record is not known. */
const FIRST_READ_BYTES = 4096;
/** Enough of a record for its store timestamp. */
const HEADER_BYTES = 80;
/** Index items looked at in one file before a query gives up on it. */
const MAX_INDEX_STEPS = 200_000;

/** Finds single messages: by commit log position, by key, by time. */
export class MessageQueryService {
  private readonly parser = new RecordParser();
  private readonly properties = new PropertyScanner();

  constructor(
    private readonly config: MessageStoreConfig,
    private readonly reader: CommitLogReader,
    private readonly index: IndexService,
    private readonly minOffsets: MinOffsetCorrector,
    /** Only what lies between these two positions is there for readers. */
    private readonly visibleStart: () => number,
    private readonly visibleEnd: () => number,
  ) {}

  /** Undefined when no intact record begins at the position. */
  async record(physicalOffset: number, sizeBytes?: number): Promise<Buffer | undefined> {
    const isVisible = physicalOffset >= this.visibleStart() && physicalOffset < this.visibleEnd();
    if (!Number.isSafeInteger(physicalOffset) || !isVisible) return undefined;
    const wanted = sizeBytes !== undefined && sizeBytes > 0 ? sizeBytes : FIRST_READ_BYTES;
    let bytes = await this.reader.readRange(physicalOffset, wanted);
    if (bytes.length < 8) return undefined;
    const size = RecordParser.sizeAt(bytes, 0);
    if (size === 0 || physicalOffset + size > this.visibleEnd()) return undefined;
    if (size > bytes.length) bytes = await this.reader.readRange(physicalOffset, size);
    const kind = this.parser.parse(bytes, 0, bytes.length, physicalOffset, true);
    return kind === 'record' ? bytes.subarray(0, size) : undefined;
  }

  async query(
    topic: string,
    key: string,
    maxNum: number,
    beginMs: number,
    endMs: number,
    indexType: IndexType | undefined,
  ): Promise<QueryMessageResult> {
    const isTag = indexType === IndexType.TAG;
    const text = Buffer.from(isTag ? `${topic}#T#${key}` : `${topic}#${key}`, 'utf8');
    const keyHash = indexKeyHash(continueStringHash(0, text, 0, text.length));
    const limit = Math.min(maxNum, this.config.maxMsgsNumBatch);
    const found = new Map<number, Buffer>();
    const query = { keyHash, beginMs, endMs, maxSteps: MAX_INDEX_STEPS };
    for await (const physicalOffset of this.index.find(query)) {
      if (found.size >= limit) break;
      if (found.has(physicalOffset)) continue;
      const record = await this.record(physicalOffset);
      if (record && this.matches(record, topic, key, isTag, beginMs, endMs)) {
        found.set(physicalOffset, record);
      }
    }
    const ascending = [...found].sort(([a], [b]) => a - b);
    return {
      records: ascending.map(([, record]) => record),
      indexLastUpdateTimestamp: this.index.endTimestamp,
      indexLastUpdatePhyoffset: Math.max(this.index.endOffset, 0),
    };
  }

  /** Store time of a queue's message, -1 when it is not there. */
  async storeTimestampOf(queue: ConsumeQueue, offset: number): Promise<number> {
    const unit = this.minOffsets.unit(queue, offset);
    if (!unit || unit.sizeBytes === FILLER_SIZE) return -1;
    return this.storeTimestampAt(unit.physicalOffset);
  }

  /** Store time of the record at a position, -1 when there is none. */
  async storeTimestampAt(physicalOffset: number): Promise<number> {
    if (physicalOffset < this.visibleStart() || physicalOffset >= this.visibleEnd()) return -1;
    const bytes = await this.reader.readRange(physicalOffset, HEADER_BYTES);
    if (bytes.length < HEADER_BYTES || RecordParser.sizeAt(bytes, 0) === 0) return -1;
    if (getInt64(bytes, RecordLayout.PHYSICAL_OFFSET) !== physicalOffset) return -1;
    return getInt64(bytes, storeTimestampAt(getInt32(bytes, RecordLayout.SYS_FLAG)));
  }

  /**
   * The original's search: `lower` gives the first message stored at or after a time, or the max
   * offset when there is none; `upper` the last one stored at or before it, 0 when there is none.
   */
  async offsetByTime(
    queue: ConsumeQueue,
    timestampMs: number,
    boundaryType: BoundaryType,
  ): Promise<number> {
    const min = this.minOffsets.minOffset(queue);
    const isLower = boundaryType === 'lower';
    const first = await this.firstOffset(queue, min, (time) =>
      isLower ? time >= timestampMs : time > timestampMs,
    );
    if (isLower) return first;
    return first > min ? first - 1 : 0;
  }

  private async firstOffset(
    queue: ConsumeQueue,
    min: number,
    isPast: (storeTimestamp: number) => boolean,
  ): Promise<number> {
    let low = min;
    let high = queue.maxOffset;
    while (low < high) {
      const middle = low + Math.floor((high - low) / 2);
      const time = await this.storeTimestampOf(queue, middle);
      if (time >= 0 && isPast(time)) high = middle;
      else low = middle + 1;
    }
    return low;
  }

  /** Hashes collide and index times are coarse, so the record itself decides. */
  private matches(
    record: Buffer,
    topic: string,
    key: string,
    isTag: boolean,
    beginMs: number,
    endMs: number,
  ): boolean {
    const { parser, properties } = this;
    if (parser.parse(record, 0, record.length, getPhysicalOffset(record), false) !== 'record') {
      return false;
    }
    if (parser.storeTimestamp < beginMs || parser.storeTimestamp > endMs) return false;
    if (record.toString('utf8', parser.topicStart, parser.topicEnd) !== topic) return false;
    properties.scan(record, parser.propertiesStart, parser.propertiesEnd);
    if (isTag) return record.toString('utf8', properties.tagsStart, properties.tagsEnd) === key;
    const { uniqueKeyStart, uniqueKeyEnd, keysStart, keysEnd } = properties;
    if (record.toString('utf8', uniqueKeyStart, uniqueKeyEnd) === key) return true;
    return record.toString('utf8', keysStart, keysEnd).split(' ').includes(key);
  }
}

function getPhysicalOffset(record: Buffer): number {
  return getInt64(record, RecordLayout.PHYSICAL_OFFSET);
}
