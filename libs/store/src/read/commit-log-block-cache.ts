import type { DamagedRange } from '../checksum/commit-log-checksums';

/** An aligned stretch of a commit log file, as far as it was written when it was read. */
export interface CommitLogBlock {
  readonly startOffset: number;
  readonly endOffset: number;
  readonly buffer: Buffer;
  /** Stretches that are not what was written. */
  readonly damaged: readonly DamagedRange[];
  /** All of it was compared with its checksums, so that CRCs of bodies need no check. */
  readonly isVerified: boolean;
}

/** Blocks of old commit log kept for readers that go on; the least recently used leaves first. */
export class CommitLogBlockCache {
  private readonly blocks = new Map<number, CommitLogBlock>();
  private bytes = 0;

  constructor(private readonly maxBytes: number) {}

  get(startOffset: number): CommitLogBlock | undefined {
    const block = this.blocks.get(startOffset);
    if (!block) return undefined;
    this.blocks.delete(startOffset);
    this.blocks.set(startOffset, block);
    return block;
  }

  put(block: CommitLogBlock): void {
    this.remove(block.startOffset);
    this.blocks.set(block.startOffset, block);
    this.bytes += block.buffer.length;
    for (const startOffset of this.blocks.keys()) {
      if (this.bytes <= this.maxBytes || this.blocks.size === 1) return;
      this.remove(startOffset);
    }
  }

  clear(): void {
    this.blocks.clear();
    this.bytes = 0;
  }

  private remove(startOffset: number): void {
    const block = this.blocks.get(startOffset);
    if (!block) return;
    this.blocks.delete(startOffset);
    this.bytes -= block.buffer.length;
  }
}
