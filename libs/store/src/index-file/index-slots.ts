import { getInt32, putInt32 } from '../bytes/integers';

export const PAGE_SLOTS = 1024;
export const PAGE_BYTES = PAGE_SLOTS * 4;

/** Reads one page of the slot table from the file; undefined when the file holds none yet. */
export type ReadSlotPage = (pageIndex: number) => Buffer | undefined;

/** The slot table of the file that is being written, in pages made when first needed. */
export class IndexSlots {
  private readonly pages: (Int32Array | undefined)[];
  private readonly dirty = new Set<number>();

  constructor(
    private readonly slotNum: number,
    private readonly readPage: ReadSlotPage,
  ) {
    this.pages = new Array<Int32Array | undefined>(Math.ceil(slotNum / PAGE_SLOTS));
  }

  get(slot: number): number {
    return this.page(Math.floor(slot / PAGE_SLOTS))[slot % PAGE_SLOTS];
  }

  set(slot: number, item: number): void {
    const pageIndex = Math.floor(slot / PAGE_SLOTS);
    this.page(pageIndex)[slot % PAGE_SLOTS] = item;
    this.dirty.add(pageIndex);
  }

  get dirtyPages(): IterableIterator<number> {
    return this.dirty.values();
  }

  /** Bytes of a page as the file holds them. */
  encodePage(pageIndex: number): Buffer {
    const page = this.page(pageIndex);
    const slots = Math.min(PAGE_SLOTS, this.slotNum - pageIndex * PAGE_SLOTS);
    const bytes = Buffer.allocUnsafe(slots * 4);
    for (let index = 0; index < slots; index++) putInt32(bytes, index * 4, page[index]);
    return bytes;
  }

  markClean(pageIndex: number): void {
    this.dirty.delete(pageIndex);
  }

  /** For a file whose slots may not be those of its items. */
  markAllDirty(): void {
    for (let page = 0; page < this.pages.length; page++) this.dirty.add(page);
  }

  private page(pageIndex: number): Int32Array {
    const known = this.pages[pageIndex];
    if (known) return known;
    const page = new Int32Array(PAGE_SLOTS);
    const bytes = this.readPage(pageIndex);
    if (bytes) {
      for (let at = 0; at + 4 <= bytes.length; at += 4) page[at >> 2] = getInt32(bytes, at);
    }
    this.pages[pageIndex] = page;
    return page;
  }
}
