import { crc32 } from '../bytes/crc32';
import type { IndexChecksums } from './index-checksums';

/** Reads the bytes of a block; returns how many there are. */
export type ReadBlock = (target: Buffer) => Promise<number>;

/** Checksums of a file that does not grow. */
export interface IndexChecksumEntries {
  /** Of a page of slots, or behind those of a block of items; undefined when it is not known. */
  entry(number: number): Promise<number | undefined>;
  /** Whether the checksums themselves are whole. */
  areWhole(): boolean;
}

/** Compares blocks of one index file with its checksums, each of them once. */
export class IndexFileGuard {
  /** A bit for every page of slots, then for every block of items. */
  private readonly checked: Uint8Array;
  private isWithoutChecksums = false;

  constructor(
    private readonly entries: IndexChecksumEntries,
    private readonly slotPages: number,
    itemBlocks: number,
    private readonly onDamage: (what: string) => void,
  ) {
    this.checked = new Uint8Array(Math.ceil((slotPages + itemBlocks) / 8));
  }

  checkSlotPage(page: number, sizeBytes: number, read: ReadBlock): Promise<void> {
    return this.check(page, sizeBytes, read);
  }

  checkItemBlock(block: number, sizeBytes: number, read: ReadBlock): Promise<void> {
    return this.check(this.slotPages + block, sizeBytes, read);
  }

  /** Compares what was read with checksums in memory. */
  compareSlotPage(checksums: IndexChecksums, page: number, bytes: Buffer): void {
    this.judge(page, checksums.isSlotPageTrue(page, bytes));
  }

  compareItemBlock(checksums: IndexChecksums, block: number, bytes: Buffer): void {
    this.judge(this.slotPages + block, checksums.isItemBlockTrue(block, bytes));
  }

  isItemBlockChecked(block: number): boolean {
    return this.isChecked(this.slotPages + block);
  }

  private isChecked(number: number): boolean {
    return (this.checked[number >> 3] & (1 << (number & 7))) !== 0;
  }

  private async check(number: number, sizeBytes: number, read: ReadBlock): Promise<void> {
    if (this.isWithoutChecksums || this.isChecked(number)) return;
    const expected = await this.entries.entry(number);
    if (expected === undefined) {
      this.isWithoutChecksums = true;
      return;
    }
    const bytes = Buffer.alloc(sizeBytes);
    await read(bytes);
    const isTrue = crc32(bytes, 0, bytes.length) === expected;
    if (isTrue || this.entries.areWhole()) this.judge(number, isTrue);
    else this.isWithoutChecksums = true;
  }

  private judge(number: number, isTrue: boolean): void {
    if (isTrue) this.checked[number >> 3] |= 1 << (number & 7);
    else if (number < this.slotPages) this.onDamage(`page ${number} of its slots`);
    else this.onDamage(`block ${number - this.slotPages} of its items`);
  }
}
