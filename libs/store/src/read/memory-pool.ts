/**
 * Pieces of memory of one size that are used again. Every piece that is allocated for a single read
 * brings the next full garbage collection nearer, and those hold up sends (measured).
 */
export class MemoryPool {
  private readonly free: Buffer[] = [];

  constructor(
    readonly pieceBytes: number,
    /** Pieces kept at most; what is given back past that is left to the garbage collector. */
    private readonly maxFree: number,
  ) {}

  take(): Buffer {
    return this.free.pop() ?? Buffer.allocUnsafeSlow(this.pieceBytes);
  }

  /** Nobody may look at the piece any more. */
  give(piece: Buffer): void {
    if (this.free.length < this.maxFree) this.free.push(piece);
  }
}
