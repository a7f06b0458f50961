import { isBodyIntact } from '../bytes/crc32';
import { getInt32, getInt64, getUint16 } from '../bytes/integers';
import {
  BLANK_MAGIC,
  MESSAGE_MAGIC_V1,
  MESSAGE_MAGIC_V2,
  RecordLayout,
  bodyLengthAt,
  storeTimestampAt,
} from './record-layout';

/** What a device writes as a whole, or a divisor of it. */
const SECTOR_BYTES = 512;

/** What stands at a position of the commit log. */
export type RecordKind = 'record' | 'blank' | 'empty' | 'bad';

/**
 * Reads the fixed positions of one stored record; reused for record after record. `parse` accepts
 * only a record whose lengths add up, which lies where it says, and (when asked) whose body's CRC
 * is right.
 */
export class RecordParser {
  sizeBytes = 0;
  queueId = 0;
  queueOffset = 0;
  physicalOffset = 0;
  sysFlag = 0;
  storeTimestamp = 0;
  preparedTransactionOffset = 0;
  topicStart = 0;
  topicEnd = 0;
  propertiesStart = 0;
  propertiesEnd = 0;
  bodyStart = 0;
  bodyEnd = 0;
  reconsumeTimes = 0;

  /** `end` bounds what may be read. A record that ends behind it is `bad`. */
  parse(bytes: Buffer, at: number, end: number, atOffset: number, checkCrc: boolean): RecordKind {
    if (end - at < 8) return isZero(bytes, at, end) ? 'empty' : 'bad';
    const sizeBytes = getInt32(bytes, at);
    const magic = getInt32(bytes, at + RecordLayout.MAGIC);
    if (magic === BLANK_MAGIC) {
      this.sizeBytes = sizeBytes;
      return sizeBytes >= 8 ? 'blank' : 'bad';
    }
    if (sizeBytes === 0 && magic === 0) return 'empty';
    if (magic !== MESSAGE_MAGIC_V1 && magic !== MESSAGE_MAGIC_V2) return 'bad';
    if (sizeBytes < RecordLayout.FIXED_BYTES || at + sizeBytes > end) return 'bad';
    if (!this.readFields(bytes, at, sizeBytes, magic === MESSAGE_MAGIC_V2)) return 'bad';
    if (this.physicalOffset !== atOffset) return 'bad';
    return !checkCrc || this.isBodyIntact(bytes, at) ? 'record' : 'bad';
  }

  /** Whether the CRC of the record that was parsed last is right. */
  isBodyIntact(bytes: Buffer, at: number): boolean {
    const { bodyStart, bodyEnd } = this;
    return isBodyIntact(bytes, at + RecordLayout.BODY_CRC, bodyStart, bodyEnd - bodyStart);
  }

  /**
   * Whether the parsed record may have lost sectors that its CRC does not cover: a stretch of topic
   * or properties up to a sector's border that is nothing but zeros, or zeros at their end, where a
   * killed process stopped. Asked only for records that were never synced; no put takes properties
   * with a zero. The length field between the two is left out: it is zero in a record without
   * properties, and when it was lost the sizes do not add up.
   */
  hasHole(bytes: Buffer, at: number, fileFromOffset: number): boolean {
    const toFileOffset = this.physicalOffset - fileFromOffset - at;
    const { topicEnd, propertiesStart, propertiesEnd } = this;
    return (
      bytes[topicEnd - 1] === 0 ||
      (propertiesEnd > propertiesStart && bytes[propertiesEnd - 1] === 0) ||
      hasZeroStretch(bytes, this.topicStart, topicEnd, toFileOffset) ||
      hasZeroStretch(bytes, propertiesStart, propertiesEnd, toFileOffset)
    );
  }

  /** The record's size field, for deciding how much must be read; 0 when no record can be there. */
  static sizeAt(bytes: Buffer, at: number): number {
    const magic = getInt32(bytes, at + RecordLayout.MAGIC);
    if (magic !== MESSAGE_MAGIC_V1 && magic !== MESSAGE_MAGIC_V2) return 0;
    const sizeBytes = getInt32(bytes, at);
    return sizeBytes < RecordLayout.FIXED_BYTES ? 0 : sizeBytes;
  }

  private readFields(bytes: Buffer, at: number, sizeBytes: number, isV2: boolean): boolean {
    this.sizeBytes = sizeBytes;
    this.queueId = getInt32(bytes, at + RecordLayout.QUEUE_ID);
    this.queueOffset = getInt64(bytes, at + RecordLayout.QUEUE_OFFSET);
    this.physicalOffset = getInt64(bytes, at + RecordLayout.PHYSICAL_OFFSET);
    this.sysFlag = getInt32(bytes, at + RecordLayout.SYS_FLAG);
    this.storeTimestamp = getInt64(bytes, at + storeTimestampAt(this.sysFlag));
    const end = at + sizeBytes;
    const lengthAt = at + bodyLengthAt(this.sysFlag);
    if (lengthAt + 4 > end) return false;
    this.reconsumeTimes = getInt32(bytes, lengthAt - 12);
    this.preparedTransactionOffset = getInt64(bytes, lengthAt - 8);
    const bodyLength = getInt32(bytes, lengthAt);
    this.bodyStart = lengthAt + 4;
    this.bodyEnd = this.bodyStart + bodyLength;
    const topicFieldBytes = isV2 ? 2 : 1;
    if (bodyLength < 0 || this.bodyEnd + topicFieldBytes + 2 > end) return false;
    const topicBytes = isV2 ? getUint16(bytes, this.bodyEnd) : bytes[this.bodyEnd];
    this.topicStart = this.bodyEnd + topicFieldBytes;
    this.topicEnd = this.topicStart + topicBytes;
    if (topicBytes === 0 || this.topicEnd + 2 > end) return false;
    this.propertiesStart = this.topicEnd + 2;
    this.propertiesEnd = this.propertiesStart + getUint16(bytes, this.topicEnd);
    return this.propertiesEnd === end && this.queueId >= 0 && this.queueOffset >= 0;
  }
}

/** Whether a stretch between sector borders, cut to `start` and `end`, holds only zeros. */
function hasZeroStretch(bytes: Buffer, start: number, end: number, toFileOffset: number): boolean {
  for (let from = start; from < end;) {
    const to = Math.min(end, from + SECTOR_BYTES - ((from + toFileOffset) % SECTOR_BYTES));
    if (isZero(bytes, from, to)) return true;
    from = to;
  }
  return false;
}

function isZero(bytes: Buffer, start: number, end: number): boolean {
  for (let at = start; at < end; at++) if (bytes[at] !== 0) return false;
  return true;
}
