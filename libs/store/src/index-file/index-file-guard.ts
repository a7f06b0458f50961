import type { IndexChecksums } from './index-checksums';

/** Reads the bytes of a block; returns how many there are. */
export type ReadBlock = (target: Buffer) => Promise<number>;

/** Compares blocks of one index file with its checksums, each of them once. */
export class IndexFileGuard {
  /** A bit for every page of slots, then for every block of items. */
  private readonly checked: Uint8Array;

  constructor(
    private readonly checksums: () => IndexChecksums | undefined,
    private readonly slotPages: number,
    itemBlocks: number,
    private readonly onDamage: (what: string) => void,
  ) {
    this.checked = new Uint8Array(Math.ceil((slotPages + itemBlocks) / 8));
  }

  async checkSlotPage(page: number, sizeBytes: number, read: ReadBlock): Promise<void> {
    if (this.isChecked(page)) return;
    const checksums = this.checksums();
    if (!checksums) return;
    const bytes = Buffer.alloc(sizeBytes);
    await read(bytes);
    this.compareSlotPage(checksums, page, bytes);
  }

  compareSlotPage(checksums: IndexChecksums, page: number, bytes: Buffer): void {
    if (checksums.isSlotPageTrue(page, bytes)) this.setChecked(page);
    else this.onDamage(`page ${page} of its slots`);
  }

  async checkItemBlock(block: number, read: ReadBlock): Promise<void> {
    if (this.isChecked(this.slotPages + block)) return;
    const checksums = this.checksums();
    const length = checksums?.coveredBytes(block) ?? 0;
    if (!checksums || length === 0) return;
    const bytes = Buffer.alloc(length);
    await read(bytes);
    this.compareItemBlock(checksums, block, bytes);
  }

  compareItemBlock(checksums: IndexChecksums, block: number, bytes: Buffer): void {
    if (checksums.isItemBlockTrue(block, bytes)) this.setChecked(this.slotPages + block);
    else this.onDamage(`block ${block} of its items`);
  }

  private isChecked(index: number): boolean {
    return (this.checked[index >> 3] & (1 << (index & 7))) !== 0;
  }

  private setChecked(index: number): void {
    this.checked[index >> 3] |= 1 << (index & 7);
  }
}
