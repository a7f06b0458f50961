import type { CommitLogBlock } from './commit-log-block';
import { MemoryPool } from './memory-pool';

/**
 * Blocks of old commit log kept for readers that go on; the least recently used leaves first. The
 * memory of one that left is used again once all who borrowed it have given it back.
 */
export class CommitLogBlockCache {
  readonly pool: MemoryPool;
  private readonly blocks = new Map<number, CommitLogBlock>();
  private bytes = 0;

  constructor(
    private readonly maxBytes: number,
    blockBytes: number,
  ) {
    this.pool = new MemoryPool(blockBytes, Math.ceil(maxBytes / blockBytes));
  }

  get(startOffset: number): CommitLogBlock | undefined {
    const block = this.blocks.get(startOffset);
    if (!block) return undefined;
    this.blocks.delete(startOffset);
    this.blocks.set(startOffset, block);
    return block;
  }

  put(block: CommitLogBlock): void {
    const { startOffset } = block;
    if (this.get(startOffset) === block) return;
    this.remove(startOffset);
    this.blocks.set(startOffset, block);
    this.bytes += block.buffer.length;
    block.isCached = true;
    for (const oldest of this.blocks.keys()) {
      if (this.bytes <= this.maxBytes || this.blocks.size === 1) return;
      this.remove(oldest);
    }
  }

  /** To be called once for every loan. */
  giveBack(block: CommitLogBlock): void {
    block.loans--;
    this.recycleUnused(block);
  }

  clear(): void {
    for (const startOffset of [...this.blocks.keys()]) this.remove(startOffset);
  }

  private remove(startOffset: number): void {
    const block = this.blocks.get(startOffset);
    if (!block) return;
    this.blocks.delete(startOffset);
    this.bytes -= block.buffer.length;
    block.isCached = false;
    this.recycleUnused(block);
  }

  private recycleUnused(block: CommitLogBlock): void {
    if (block.isCached || block.loans > 0 || block.isRecycled || !block.memory) return;
    block.isRecycled = true;
    this.pool.give(block.memory);
  }
}
