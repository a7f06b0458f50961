import { strict as assert } from 'node:assert';
import { BLANK_BYTES, BLANK_MAGIC } from './record-layout';
import { putInt32 } from '../bytes/integers';

/**
 * A stretch of the newest commit log in memory: the write buffer first, then a source for pulls.
 * It lies within one file, and a record lies within one chunk.
 */
export class WriteChunk {
  /** Bytes filled. */
  used = 0;
  /** Bytes of `used` that are in the file. */
  written = 0;
  /** A view of it left for a reader, so its memory must not be used again. */
  lent = false;
  /** Bytes of records, without an end mark. */
  recordsEnd = 0;

  constructor(
    readonly buffer: Buffer,
    /** Commit log position of the first byte. */
    public startOffset: number,
  ) {}

  get endOffset(): number {
    return this.startOffset + this.used;
  }

  /** Whether a record fits and leaves room for an end mark. */
  fits(sizeBytes: number): boolean {
    return this.used + sizeBytes + BLANK_BYTES <= this.buffer.length;
  }

  grow(sizeBytes: number): void {
    this.used += sizeBytes;
    this.recordsEnd = this.used;
  }

  /** Writes the mark that tells readers to go on in the next file. */
  markEndOfFile(bytesLeftInFile: number): void {
    assert(this.used + BLANK_BYTES <= this.buffer.length, 'no room for the end mark');
    putInt32(this.buffer, this.used, bytesLeftInFile);
    putInt32(this.buffer, this.used + 4, BLANK_MAGIC);
    this.used += BLANK_BYTES;
  }

  /** Forgets what was not written. */
  rollback(): void {
    this.used = this.written;
    if (this.recordsEnd > this.used) this.recordsEnd = this.used;
  }

  /** Takes the chunk into use for another stretch. */
  reuse(startOffset: number): void {
    assert(!this.lent, 'a chunk that readers hold is never reused');
    this.startOffset = startOffset;
    this.used = this.written = this.recordsEnd = 0;
  }
}
