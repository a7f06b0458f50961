import { crc32 as nativeCrc32 } from 'node:zlib';
import { crc32 } from '../bytes/crc32';
import { getInt32, putInt32 } from '../bytes/integers';
import { IndexLayout } from './index-layout';
import { PAGE_SLOTS } from './index-slots';

/** Items that one checksum covers, counted from item 0: about 4 KiB. */
export const ITEMS_PER_BLOCK = 200;
const MAGIC = 0x524e4958;
const ENTRIES_CRC_AT = 12;
const INDEX_HEADER_AT = 16;
const HEADER_CRC_AT = INDEX_HEADER_AT + IndexLayout.HEADER_BYTES;
/** What stands before the entries. */
export const CHECKSUMS_HEADER_BYTES = HEADER_CRC_AT + 4;
export const CHECKSUM_ENTRY_BYTES = 4;

/**
 * CRCs of one index file, made from memory as its items and slots are written. As bytes:
 *
 *      0  4  magic                 4  4  pages of slots
 *      8  4  blocks of items      12  4  CRC-32 of the entries
 *     16 40  header of the index file as of then
 *     56  4  CRC-32 of bytes 0-55
 *     60  4  per page of 1024 slots, then per block of 200 items: its CRC-32
 *
 * The last block is covered as far as the header counts items. Items are only ever added to a file,
 * so what is told of them holds even when the file has grown since.
 */
export class IndexChecksums {
  /** Items with a number below are covered. */
  coveredItems = 0;
  private readonly items: number[] = [];

  private constructor(private readonly slotPages: Uint32Array) {}

  /** Of a file that holds nothing yet: zeros. */
  static ofNewFile(slotNum: number): IndexChecksums {
    const pages = new Uint32Array(Math.ceil(slotNum / PAGE_SLOTS));
    const lastSlots = slotNum - (pages.length - 1) * PAGE_SLOTS;
    pages.fill(nativeCrc32(Buffer.alloc(PAGE_SLOTS * IndexLayout.SLOT_BYTES)));
    pages[pages.length - 1] = nativeCrc32(Buffer.alloc(lastSlots * IndexLayout.SLOT_BYTES));
    const checksums = new IndexChecksums(pages);
    checksums.addItems(Buffer.alloc(IndexLayout.ITEM_BYTES), IndexLayout.ITEM_BYTES);
    return checksums;
  }

  /** The index file's header that the bytes begin with; undefined when they are damaged. */
  static headerIn(bytes: Buffer): Buffer | undefined {
    const isGood =
      bytes.length >= CHECKSUMS_HEADER_BYTES &&
      getInt32(bytes, 0) === MAGIC &&
      getInt32(bytes, HEADER_CRC_AT) >>> 0 === crc32(bytes, 0, HEADER_CRC_AT);
    return isGood ? bytes.subarray(INDEX_HEADER_AT, HEADER_CRC_AT) : undefined;
  }

  static decode(bytes: Buffer, slotNum: number): IndexChecksums | undefined {
    const header = IndexChecksums.headerIn(bytes);
    if (!header) return undefined;
    const pages = getInt32(bytes, 4);
    const blocks = getInt32(bytes, 8);
    const coveredItems = getInt32(header, IndexLayout.ITEM_COUNT);
    const entries = bytes.subarray(CHECKSUMS_HEADER_BYTES);
    const isGood =
      pages === Math.ceil(slotNum / PAGE_SLOTS) &&
      blocks === Math.ceil(coveredItems / ITEMS_PER_BLOCK) &&
      entries.length === (pages + blocks) * CHECKSUM_ENTRY_BYTES &&
      getInt32(bytes, ENTRIES_CRC_AT) >>> 0 === crc32(entries, 0, entries.length);
    if (!isGood) return undefined;
    const checksums = new IndexChecksums(new Uint32Array(pages));
    for (let page = 0; page < pages; page++) {
      checksums.slotPages[page] = getInt32(entries, page * CHECKSUM_ENTRY_BYTES);
    }
    for (let block = 0; block < blocks; block++) {
      checksums.items.push(getInt32(entries, (pages + block) * CHECKSUM_ENTRY_BYTES) >>> 0);
    }
    checksums.coveredItems = coveredItems;
    return checksums;
  }

  /** With the header that the index file has now. */
  encode(indexHeader: Buffer): Buffer {
    const pages = this.slotPages.length;
    const blocks = this.items.length;
    const bytes = Buffer.alloc(CHECKSUMS_HEADER_BYTES + (pages + blocks) * CHECKSUM_ENTRY_BYTES);
    const entries = bytes.subarray(CHECKSUMS_HEADER_BYTES);
    this.slotPages.forEach((crc, page) => putInt32(entries, page * CHECKSUM_ENTRY_BYTES, crc));
    this.items.forEach((crc, block) =>
      putInt32(entries, (pages + block) * CHECKSUM_ENTRY_BYTES, crc),
    );
    putInt32(bytes, 0, MAGIC);
    putInt32(bytes, 4, pages);
    putInt32(bytes, 8, blocks);
    putInt32(bytes, ENTRIES_CRC_AT, crc32(entries, 0, entries.length));
    indexHeader.copy(bytes, INDEX_HEADER_AT);
    putInt32(bytes, HEADER_CRC_AT, crc32(bytes, 0, HEADER_CRC_AT));
    return bytes;
  }

  setSlotPage(page: number, bytes: Buffer): void {
    this.slotPages[page] = nativeCrc32(bytes);
  }

  isSlotPageTrue(page: number, bytes: Buffer): boolean {
    return nativeCrc32(bytes) === this.slotPages[page];
  }

  /** Takes in the next items, as the file holds them now. */
  addItems(bytes: Buffer, length: number): void {
    for (let at = 0; at < length;) {
      const inBlock = this.coveredItems % ITEMS_PER_BLOCK;
      const block = Math.floor(this.coveredItems / ITEMS_PER_BLOCK);
      const left = (ITEMS_PER_BLOCK - inBlock) * IndexLayout.ITEM_BYTES;
      const end = Math.min(at + left, length);
      const before = inBlock === 0 ? 0 : this.items[block];
      this.items[block] = nativeCrc32(bytes.subarray(at, end), before);
      this.coveredItems += (end - at) / IndexLayout.ITEM_BYTES;
      at = end;
    }
  }

  /** Bytes at the start of a block of items that are covered. */
  coveredBytes(block: number): number {
    const items = Math.min(ITEMS_PER_BLOCK, this.coveredItems - block * ITEMS_PER_BLOCK);
    return Math.max(0, items) * IndexLayout.ITEM_BYTES;
  }

  /** Whether a block of items begins with what was written; what is not covered counts as true. */
  isItemBlockTrue(block: number, bytes: Buffer): boolean {
    const length = this.coveredBytes(block);
    return length === 0 || nativeCrc32(bytes.subarray(0, length)) === this.items[block];
  }
}
