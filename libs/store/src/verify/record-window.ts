import { RecordParser } from '../commitlog/record-parser';
import type { MappedFileQueue } from '../files/mapped-file-queue';

const WINDOW_BYTES = 1024 * 1024;
const HEAD_BYTES = 8;

/** Records of the commit log, read many at a time when they are asked for in their order. */
export class RecordWindow {
  bytes: Buffer = Buffer.alloc(0);
  /** Where what was read ends in `bytes`. */
  end = 0;
  private startOffset = 0;

  constructor(private readonly files: MappedFileQueue) {}

  /** Where in `bytes` the record at a position of the log begins; undefined when there is none. */
  hold(physicalOffset: number): number | undefined {
    if (!this.read(physicalOffset, HEAD_BYTES)) return undefined;
    const sizeBytes = RecordParser.sizeAt(this.bytes, physicalOffset - this.startOffset);
    if (sizeBytes === 0 || !this.read(physicalOffset, sizeBytes)) return undefined;
    return physicalOffset - this.startOffset;
  }

  private read(from: number, length: number): boolean {
    const isHeld = from >= this.startOffset && from + length <= this.startOffset + this.end;
    if (isHeld) return true;
    const file = this.files.find(from);
    if (!file || from + length > file.endOffset) return false;
    const wanted = Math.min(Math.max(WINDOW_BYTES, length), file.endOffset - from);
    if (this.bytes.length < wanted) this.bytes = Buffer.allocUnsafeSlow(wanted);
    this.startOffset = from;
    this.end = file.read(this.bytes, 0, wanted, from);
    return this.end >= length;
  }
}
