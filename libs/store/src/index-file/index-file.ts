import { strict as assert } from 'node:assert';
import type { FileSystem } from '@rocket-nest/common';
import { getInt32, getInt64, putInt32, putInt64 } from '../bytes/integers';
import type { FileHandlePool, PooledFile } from '../files/file-handle-pool';
import { readUpTo, readUpToAsync, unlinkOffLoop, writeFully } from '../files/file-io';
import { IndexLayout } from './index-layout';
import { IndexSlots, PAGE_BYTES } from './index-slots';

/** Items are written to the file when so many wait, or in the background. */
const ITEM_BUFFER_ITEMS = 3276;
/** Slot pages written before the event loop gets its turn. */
const PAGES_PER_SLICE = 64;
/** Items read at once while the slots are made again. */
const REBUILD_ITEMS = 50_000;

/** An item as a lookup sees it. */
export interface IndexItem {
  readonly keyHash: number;
  readonly physicalOffset: number;
  readonly secondsSinceBegin: number;
  readonly previous: number;
}

export interface IndexFileSize {
  readonly slotNum: number;
  readonly itemNum: number;
}

/** One index file. New items and the slots are in memory until they are written. */
export class IndexFile {
  beginTimestamp = 0;
  endTimestamp = 0;
  beginOffset = 0;
  endOffset = 0;
  usedSlots = 0;
  /** Number of the next item. */
  nextItem = 1;
  /** Items below are in the file. */
  private writtenItems = 1;
  private items = Buffer.alloc(0);
  private slots: IndexSlots | undefined;
  private isFresh = true;
  /** The header in the file says that the slots in the file are up to date. */
  private vouchesForSlots = false;
  private readonly itemsAt: number;

  constructor(
    private readonly fileSystem: FileSystem,
    private readonly pool: FileHandlePool,
    readonly path: string,
    private readonly size: IndexFileSize,
    private readonly preallocated: boolean,
  ) {
    this.itemsAt = IndexLayout.HEADER_BYTES + size.slotNum * IndexLayout.SLOT_BYTES;
  }

  get name(): string {
    return this.path.slice(this.path.lastIndexOf('/') + 1);
  }

  hasRoomFor(items: number): boolean {
    return this.nextItem + items <= this.size.itemNum;
  }

  get unwrittenItems(): number {
    return this.nextItem - this.writtenItems;
  }

  /** Reads the header of an existing file; false when it makes no sense. */
  load(): boolean {
    const header = Buffer.alloc(IndexLayout.HEADER_BYTES);
    const bytes = this.withFile((file) =>
      readUpTo(this.fileSystem, file, header, 0, header.length, 0),
    );
    if (bytes < header.length) return false;
    this.beginTimestamp = getInt64(header, IndexLayout.BEGIN_TIMESTAMP);
    this.endTimestamp = getInt64(header, IndexLayout.END_TIMESTAMP);
    this.beginOffset = getInt64(header, IndexLayout.BEGIN_OFFSET);
    this.endOffset = getInt64(header, IndexLayout.END_OFFSET);
    this.usedSlots = getInt32(header, IndexLayout.SLOT_COUNT);
    this.nextItem = this.writtenItems = Math.max(1, getInt32(header, IndexLayout.ITEM_COUNT));
    this.isFresh = false;
    this.vouchesForSlots = this.usedSlots > 0;
    return this.nextItem <= this.size.itemNum && this.beginOffset <= this.endOffset;
  }

  /** Whether the slots in the file do not match its items. */
  get needsSlots(): boolean {
    return this.usedSlots === 0 && this.nextItem > 1;
  }

  /** Adds an item; `keyHash` is not negative. */
  put(keyHash: number, physicalOffset: number, storeTimestamp: number): void {
    assert(this.hasRoomFor(1), 'index file is full');
    const slots = this.openSlots();
    const slot = keyHash % this.size.slotNum;
    const previous = slots.get(slot);
    if (this.nextItem === 1) {
      this.beginTimestamp = storeTimestamp;
      this.beginOffset = physicalOffset;
    }
    const seconds = Math.max(0, Math.floor((storeTimestamp - this.beginTimestamp) / 1000));
    this.appendItem(keyHash, physicalOffset, Math.min(seconds, 0x7fffffff), previous);
    slots.set(slot, this.nextItem);
    if (previous === 0) this.usedSlots++;
    this.nextItem++;
    this.endOffset = physicalOffset;
    this.endTimestamp = storeTimestamp;
  }

  /** Writes the items that are only in memory. */
  flushItems(): void {
    const count = this.unwrittenItems;
    if (count === 0) return;
    const length = count * IndexLayout.ITEM_BYTES;
    const position = this.itemsAt + this.writtenItems * IndexLayout.ITEM_BYTES;
    this.withFile((file) => writeFully(this.fileSystem, file, this.items, 0, length, position));
    this.writtenItems = this.nextItem;
    if (this.items.length > ITEM_BUFFER_ITEMS * IndexLayout.ITEM_BYTES) {
      this.items = Buffer.alloc(0);
    }
  }

  async sync(): Promise<void> {
    const pooled = this.open();
    try {
      await this.fileSystem.fdatasync(pooled.file);
    } finally {
      this.pool.release(pooled);
    }
  }

  /** Whether the header must be written without its word for the slots before these change. */
  get mustDisownSlots(): boolean {
    return this.vouchesForSlots;
  }

  /** Writes the header for the items that are in the file, which must be durable by now. */
  writeHeader(state: IndexHeaderState, slotsAreWritten: boolean): void {
    const header = Buffer.alloc(IndexLayout.HEADER_BYTES);
    putInt64(header, IndexLayout.BEGIN_TIMESTAMP, this.beginTimestamp);
    putInt64(header, IndexLayout.END_TIMESTAMP, state.endTimestamp);
    putInt64(header, IndexLayout.BEGIN_OFFSET, this.beginOffset);
    putInt64(header, IndexLayout.END_OFFSET, state.endOffset);
    putInt32(header, IndexLayout.SLOT_COUNT, slotsAreWritten ? this.usedSlots : 0);
    putInt32(header, IndexLayout.ITEM_COUNT, state.nextItem);
    this.withFile((file) => writeFully(this.fileSystem, file, header, 0, header.length, 0));
    this.vouchesForSlots = slotsAreWritten;
  }

  headerState(): IndexHeaderState {
    const { endTimestamp, endOffset, nextItem } = this;
    return { endTimestamp, endOffset, nextItem };
  }

  /** Writes the slots that changed, in slices. */
  async writeSlots(pause: () => Promise<void>): Promise<void> {
    const { slots } = this;
    if (!slots) return;
    let pages = 0;
    for (const pageIndex of [...slots.dirtyPages]) {
      const bytes = slots.encodePage(pageIndex);
      const position = IndexLayout.HEADER_BYTES + pageIndex * PAGE_BYTES;
      this.withFile((file) => writeFully(this.fileSystem, file, bytes, 0, bytes.length, position));
      slots.markClean(pageIndex);
      if (++pages % PAGES_PER_SLICE === 0) await pause();
    }
  }

  /** Frees the slots; lookups read them from the file from now on. */
  dropSlots(): void {
    assert(this.unwrittenItems === 0, 'items wait to be written');
    this.slots = undefined;
    this.items = Buffer.alloc(0);
  }

  /** Makes the slots again from the items. */
  async rebuildSlots(): Promise<void> {
    const slots = new IndexSlots(this.size.slotNum, () => undefined);
    this.usedSlots = 0;
    const pieceItems = Math.min(REBUILD_ITEMS, this.nextItem);
    const piece = Buffer.allocUnsafe(pieceItems * IndexLayout.ITEM_BYTES);
    for (let first = 1; first < this.nextItem; first += pieceItems) {
      const count = Math.min(pieceItems, this.nextItem - first);
      await this.readItems(first, count, piece);
      for (let index = 0; index < count; index++) {
        const hash = getInt32(piece, index * IndexLayout.ITEM_BYTES);
        const slot = (hash < 0 ? 0 : hash) % this.size.slotNum;
        if (slots.get(slot) === 0) this.usedSlots++;
        slots.set(slot, first + index);
      }
    }
    this.slots = slots;
  }

  /** Number of the newest item of a key's slot, 0 = none. */
  async newestItem(keyHash: number): Promise<number> {
    const slot = keyHash % this.size.slotNum;
    if (this.slots) return this.slots.get(slot);
    const bytes = Buffer.alloc(IndexLayout.SLOT_BYTES);
    const position = IndexLayout.HEADER_BYTES + slot * IndexLayout.SLOT_BYTES;
    await this.readAt(bytes, bytes.length, position);
    return getInt32(bytes, 0);
  }

  async item(number: number): Promise<IndexItem | undefined> {
    if (number <= 0 || number >= this.nextItem) return undefined;
    let bytes = this.items;
    let at = (number - this.writtenItems) * IndexLayout.ITEM_BYTES;
    if (number < this.writtenItems) {
      bytes = Buffer.alloc(IndexLayout.ITEM_BYTES);
      at = 0;
      await this.readItems(number, 1, bytes);
    }
    return {
      keyHash: getInt32(bytes, at),
      physicalOffset: getInt64(bytes, at + 4),
      secondsSinceBegin: getInt32(bytes, at + 12),
      previous: getInt32(bytes, at + 16),
    };
  }

  remove(): void {
    this.pool.forget(this.path);
    if (this.fileSystem.status(this.path)) this.fileSystem.unlink(this.path);
  }

  /** Like `remove`, on the thread pool. */
  async removeOffLoop(): Promise<void> {
    await this.pool.forgetAndWait(this.path);
    await unlinkOffLoop(this.fileSystem, this.path);
  }

  private appendItem(
    keyHash: number,
    physicalOffset: number,
    seconds: number,
    previous: number,
  ): void {
    const at = this.unwrittenItems * IndexLayout.ITEM_BYTES;
    if (at + IndexLayout.ITEM_BYTES > this.items.length) this.growItems();
    const { items } = this;
    putInt32(items, at, keyHash);
    putInt64(items, at + 4, physicalOffset);
    putInt32(items, at + 12, seconds);
    putInt32(items, at + 16, previous);
  }

  private growItems(): void {
    const first = 64 * IndexLayout.ITEM_BYTES;
    const larger = Buffer.allocUnsafeSlow(Math.max(first, this.items.length * 2));
    this.items.copy(larger);
    this.items = larger;
  }

  private openSlots(): IndexSlots {
    this.slots ??= new IndexSlots(this.size.slotNum, (page) => this.readSlotPage(page));
    return this.slots;
  }

  private readSlotPage(pageIndex: number): Buffer | undefined {
    if (this.isFresh) return undefined;
    const bytes = Buffer.alloc(PAGE_BYTES);
    const position = IndexLayout.HEADER_BYTES + pageIndex * PAGE_BYTES;
    const left = IndexLayout.HEADER_BYTES + this.size.slotNum * IndexLayout.SLOT_BYTES - position;
    const length = Math.min(PAGE_BYTES, left);
    this.withFile((file) => readUpTo(this.fileSystem, file, bytes, 0, length, position));
    return bytes;
  }

  private readItems(first: number, count: number, target: Buffer): Promise<number> {
    const position = this.itemsAt + first * IndexLayout.ITEM_BYTES;
    return this.readAt(target, count * IndexLayout.ITEM_BYTES, position);
  }

  private async readAt(target: Buffer, length: number, position: number): Promise<number> {
    const pooled = this.open();
    try {
      const { file } = pooled;
      return await readUpToAsync(this.fileSystem, file, target, 0, length, position);
    } finally {
      this.pool.release(pooled);
    }
  }

  private withFile<T>(use: (file: number) => T): T {
    const pooled = this.open();
    try {
      return use(pooled.file);
    } finally {
      this.pool.release(pooled);
    }
  }

  private open(): PooledFile {
    const bytes = this.itemsAt + this.size.itemNum * IndexLayout.ITEM_BYTES;
    return this.pool.acquireOrCreate(this.path, this.preallocated ? bytes : 0);
  }
}

/** The part of the header that changes with every item. */
export interface IndexHeaderState {
  readonly endTimestamp: number;
  readonly endOffset: number;
  readonly nextItem: number;
}
