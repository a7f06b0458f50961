const SLAB_BYTES = 256 * 1024;
/** What is left of a slab that is still worth using. */
const WORTH_KEEPING_BYTES = 32 * 1024;

/**
 * Memory that frames are encoded into, shared by all connections of a server or client. What was
 * written since the last `reuse` or `release` is one contiguous piece.
 */
export class WriteBuffer {
  bytes: Buffer = Buffer.allocUnsafeSlow(0);
  /** Where the current piece begins. */
  start = 0;
  /** Where the next byte goes. */
  at = 0;

  /** Makes room for `count` bytes after `at`; the piece may move. */
  reserve(count: number): void {
    if (this.bytes.length - this.at < count) this.grow(count);
  }

  /** The piece written so far. */
  piece(): Buffer {
    return this.bytes.subarray(this.start, this.at);
  }

  /** The piece has left: its memory is written again. */
  reuse(): void {
    this.at = this.start;
  }

  /** The piece belongs to somebody else now: its memory is not touched again. */
  release(): void {
    this.start = this.at;
    if (this.bytes.length - this.at < WORTH_KEEPING_BYTES) this.drop();
  }

  private drop(): void {
    this.bytes = Buffer.allocUnsafeSlow(0);
    this.start = 0;
    this.at = 0;
  }

  private grow(count: number): void {
    const piece = this.piece();
    const needed = piece.length + count;
    const bytes = Buffer.allocUnsafeSlow(Math.max(SLAB_BYTES, needed + (needed >> 1)));
    piece.copy(bytes);
    this.bytes = bytes;
    this.start = 0;
    this.at = piece.length;
  }
}
