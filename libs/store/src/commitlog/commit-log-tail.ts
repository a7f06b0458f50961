import { BLANK_BYTES } from './record-layout';
import { WriteChunk } from './write-chunk';

/** Chunks kept for reuse once no reader can hold a view of them. */
const MAX_FREE_CHUNKS = 4;

/**
 * The newest stretch of the commit log in memory, as chunks in ascending order (a hole between two
 * chunks is the rest of a file behind its end mark). Old chunks leave when `maxBytes` is passed.
 */
export class CommitLogTail {
  private readonly chunks: WriteChunk[] = [];
  private readonly free: WriteChunk[] = [];
  private bytes = 0;

  constructor(
    private readonly chunkBytes: number,
    private readonly maxBytes: number,
  ) {}

  get current(): WriteChunk | undefined {
    return this.chunks[this.chunks.length - 1];
  }

  /** Position from which everything written is in memory; `fallback` when nothing is. */
  startOffset(fallback: number): number {
    return this.chunks[0]?.startOffset ?? fallback;
  }

  /** Starts a new chunk that has room for a record of `sizeBytes` and an end mark. */
  add(startOffset: number, sizeBytes: number): WriteChunk {
    const needed = sizeBytes + BLANK_BYTES;
    const chunk =
      needed <= this.chunkBytes
        ? this.takeFree(startOffset)
        : new WriteChunk(Buffer.allocUnsafeSlow(needed), startOffset);
    this.chunks.push(chunk);
    this.bytes += chunk.buffer.length;
    return chunk;
  }

  /** The chunk that holds the record at a position; undefined when it is not in memory. */
  find(offset: number): WriteChunk | undefined {
    const { chunks } = this;
    let low = 0;
    let high = chunks.length - 1;
    while (low <= high) {
      const middle = (low + high + 1) >> 1;
      const chunk = chunks[middle];
      if (offset < chunk.startOffset) high = middle - 1;
      else if (low === high) return offset < chunk.endOffset ? chunk : undefined;
      else low = middle;
    }
    return undefined;
  }

  /** Chunks with bytes that are not in the file, oldest first. */
  unwritten(): WriteChunk[] {
    const { chunks } = this;
    let first = chunks.length;
    while (first > 0) {
      const chunk = chunks[first - 1];
      if (chunk.written === chunk.used && chunk.used > 0) break;
      first--;
    }
    return first === chunks.length ? [] : chunks.slice(first);
  }

  /** Forgets everything from `offset` on. */
  rollback(offset: number): void {
    let chunk = this.current;
    while (chunk && chunk.startOffset >= offset) {
      this.chunks.pop();
      this.retire(chunk);
      chunk = this.current;
    }
    if (!chunk || chunk.endOffset <= offset) return;
    chunk.written = offset - chunk.startOffset;
    chunk.rollback();
  }

  /** Lets the oldest chunks go, none that reaches behind `keepFrom`. */
  trim(keepFrom: number): void {
    while (this.bytes > this.maxBytes && this.chunks.length > 1) {
      const oldest = this.chunks[0];
      if (oldest.endOffset > keepFrom) return;
      this.chunks.shift();
      this.retire(oldest);
    }
  }

  private takeFree(startOffset: number): WriteChunk {
    const chunk = this.free.pop();
    if (!chunk) return new WriteChunk(Buffer.allocUnsafeSlow(this.chunkBytes), startOffset);
    chunk.reuse(startOffset);
    return chunk;
  }

  private retire(chunk: WriteChunk): void {
    this.bytes -= chunk.buffer.length;
    if (chunk.lent || chunk.buffer.length !== this.chunkBytes) return;
    if (this.free.length < MAX_FREE_CHUNKS) this.free.push(chunk);
  }
}
