import { strict as assert } from 'node:assert';
import type { FileSystem } from '@rocket-nest/common';
import { getInt32, getInt64, putInt32, putInt64 } from '../bytes/integers';
import type { FileHandlePool } from '../files/file-handle-pool';
import { IndexChecksums, ITEMS_PER_BLOCK } from './index-checksums';
import { IndexFileGuard, type IndexChecksumEntries } from './index-file-guard';
import { IndexFileStorage } from './index-file-storage';
import { IndexLayout } from './index-layout';
import { IndexSlots, PAGE_BYTES, PAGE_SLOTS } from './index-slots';

const { HEADER_BYTES, SLOT_BYTES, ITEM_BYTES } = IndexLayout;
/** Items are written to the file when so many wait, or in the background. */
const ITEM_BUFFER_ITEMS = 3276;
/** Slot pages written before the event loop gets its turn. */
const PAGES_PER_SLICE = 64;
/** Blocks of items read at once while the slots are made again. */
const REBUILD_BLOCKS = 250;

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

export interface IndexFileDeps {
  readonly fileSystem: FileSystem;
  readonly pool: FileHandlePool;
  readonly size: IndexFileSize;
  readonly preallocated: boolean;
  checksumsOf(name: string): IndexChecksumEntries;
  /** Told once of a file that is not what was written. */
  onDamage(file: IndexFile, what: string): void;
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
  /** What of the file is not as it was written; it takes no more items then. */
  damage: string | undefined;
  /** Counts how often the file was made again: item numbers are others then. */
  generation = 0;
  /** Header as the file has it. */
  header: Buffer = Buffer.alloc(0);
  /** The file holds all there is, and its checksums, if it has any, are true. */
  isSettled = false;
  /** Items below are in the file. */
  private writtenItems = 1;
  private items = Buffer.alloc(0);
  private slots: IndexSlots | undefined;
  /** What the checksums will be, while the file grows. */
  private growing: IndexChecksums | undefined;
  private isFresh = true;
  private isSealed = false;
  /** The header in the file says that the slots in the file are up to date. */
  private vouchesForSlots = false;
  private readonly size: IndexFileSize;
  private readonly storage: IndexFileStorage;
  private guard: IndexFileGuard;
  private readonly itemsAt: number;

  constructor(
    readonly path: string,
    private readonly deps: IndexFileDeps,
  ) {
    const { fileSystem, pool, size, preallocated } = deps;
    this.size = size;
    this.itemsAt = HEADER_BYTES + size.slotNum * SLOT_BYTES;
    const bytes = this.itemsAt + size.itemNum * ITEM_BYTES;
    this.storage = new IndexFileStorage(fileSystem, pool, path, preallocated ? bytes : 0);
    this.guard = this.newGuard();
  }

  get name(): string {
    return this.path.slice(this.path.lastIndexOf('/') + 1);
  }

  hasRoomFor(items: number): boolean {
    if (this.isSealed || this.damage !== undefined) return false;
    return this.nextItem + items <= this.size.itemNum;
  }

  get unwrittenItems(): number {
    return this.nextItem - this.writtenItems;
  }

  /** Whether so many items wait that they are written at once instead of in the background. */
  get hasManyUnwritten(): boolean {
    return this.unwrittenItems >= ITEM_BUFFER_ITEMS;
  }

  /** Reads the header of an existing file; false when it makes no sense. */
  load(): boolean {
    const header = Buffer.alloc(HEADER_BYTES);
    if (this.storage.read(header, HEADER_BYTES, 0) < HEADER_BYTES) return false;
    const itemCount = getInt32(header, IndexLayout.ITEM_COUNT);
    const usedSlots = getInt32(header, IndexLayout.SLOT_COUNT);
    const beginOffset = getInt64(header, IndexLayout.BEGIN_OFFSET);
    const endOffset = getInt64(header, IndexLayout.END_OFFSET);
    if (itemCount > this.size.itemNum || itemCount < 0 || usedSlots < 0) return false;
    // A header that counts no item may have been written while the first one was put.
    if (itemCount > 1 && (beginOffset > endOffset || beginOffset < 0)) return false;
    this.beginTimestamp = getInt64(header, IndexLayout.BEGIN_TIMESTAMP);
    this.endTimestamp = getInt64(header, IndexLayout.END_TIMESTAMP);
    this.beginOffset = beginOffset;
    this.endOffset = endOffset;
    this.usedSlots = usedSlots;
    this.nextItem = this.writtenItems = Math.max(1, itemCount);
    this.header = header;
    this.isFresh = false;
    this.vouchesForSlots = usedSlots > 0;
    this.isSettled = true;
    return true;
  }

  /** Whether the slots in the file do not match its items. */
  get needsSlots(): boolean {
    return this.usedSlots === 0 && this.nextItem > 1;
  }

  /** Whether the file is smaller than the items that its header counts. */
  get isShort(): boolean {
    return this.nextItem > 1 && this.storage.sizeBytes < this.positionOf(this.nextItem);
  }

  /** For a header that cannot be believed: as good as no item. */
  disownHeader(): void {
    this.nextItem = this.writtenItems = 1;
    this.beginTimestamp = this.endTimestamp = this.beginOffset = this.usedSlots = 0;
    this.endOffset = Infinity;
    this.isSettled = true;
  }

  get sizeBytes(): number {
    return this.storage.sizeBytes;
  }

  slotOf(keyHash: number): number {
    return keyHash % this.size.slotNum;
  }

  /** To be told what of the file was noticed to be other than what was written. */
  markDamaged(what: string): void {
    if (this.damage !== undefined) return;
    this.damage = what;
    this.deps.onDamage(this, what);
  }

  /** The file goes on growing, and these are what it is compared with from now on. */
  growFrom(checksums: IndexChecksums): void {
    this.growing = checksums;
  }

  /** Adds an item; `keyHash` is not negative. */
  put(keyHash: number, physicalOffset: number, storeTimestamp: number): void {
    assert(this.nextItem < this.size.itemNum, 'index file is full');
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
    this.isSettled = false;
  }

  /** Writes the items that are only in memory. */
  flushItems(): void {
    const count = this.unwrittenItems;
    if (count === 0) return;
    const length = count * ITEM_BYTES;
    this.storage.write(this.items, length, this.positionOf(this.writtenItems));
    this.growing ??= IndexChecksums.ofNewFile(this.size.slotNum);
    this.growing.addItems(this.items, length);
    this.writtenItems = this.nextItem;
    if (this.items.length > ITEM_BUFFER_ITEMS * ITEM_BYTES) this.items = Buffer.alloc(0);
  }

  sync(): Promise<void> {
    return this.storage.sync();
  }

  /** Whether the header must be written without its word for the slots before these change. */
  get mustDisownSlots(): boolean {
    return this.vouchesForSlots;
  }

  /** Writes the header for the items that are in the file, which must be durable by now. */
  writeHeader(state: IndexHeaderState, slotsAreWritten: boolean): void {
    const header = Buffer.alloc(HEADER_BYTES);
    putInt64(header, IndexLayout.BEGIN_TIMESTAMP, this.beginTimestamp);
    putInt64(header, IndexLayout.END_TIMESTAMP, state.endTimestamp);
    putInt64(header, IndexLayout.BEGIN_OFFSET, this.beginOffset);
    putInt64(header, IndexLayout.END_OFFSET, state.endOffset);
    putInt32(header, IndexLayout.SLOT_COUNT, slotsAreWritten ? this.usedSlots : 0);
    putInt32(header, IndexLayout.ITEM_COUNT, state.nextItem);
    this.storage.write(header, HEADER_BYTES, 0);
    this.header = header;
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
      this.storage.write(bytes, bytes.length, HEADER_BYTES + pageIndex * PAGE_BYTES);
      slots.markClean(pageIndex);
      this.growing?.setSlotPage(pageIndex, bytes);
      if (++pages % PAGES_PER_SLICE === 0) await pause();
    }
  }

  /** Checksums of a file whose header and slots are written; undefined when items came since. */
  encodeChecksums(): Buffer | undefined {
    const isAll = this.growing?.coveredItems === getInt32(this.header, IndexLayout.ITEM_COUNT);
    return isAll ? this.growing?.encode(this.header) : undefined;
  }

  /** Frees the slots; lookups read them from the file from now on. */
  seal(): void {
    assert(this.unwrittenItems === 0, 'items wait to be written');
    this.slots = undefined;
    this.growing = undefined;
    this.items = Buffer.alloc(0);
    this.isSealed = true;
  }

  /**
   * Makes the slots again from the items, which are compared with `known` and have to make sense
   * together. The file goes on growing.
   */
  async rebuildSlots(known: IndexChecksums | undefined): Promise<void> {
    const slots = new IndexSlots(this.size.slotNum, () => undefined);
    const checksums = known ?? IndexChecksums.ofNewFile(this.size.slotNum);
    this.growing = checksums;
    this.usedSlots = 0;
    this.isSettled = false;
    const pieceItems = REBUILD_BLOCKS * ITEMS_PER_BLOCK;
    const piece = Buffer.alloc(Math.min(pieceItems, this.nextItem) * ITEM_BYTES);
    for (let first = 0; first < this.nextItem; first += pieceItems) {
      const count = Math.min(pieceItems, this.nextItem - first);
      const length = count * ITEM_BYTES;
      const bytes = await this.storage.readAsync(piece, length, this.positionOf(first));
      if (bytes < length) this.markDamaged('its end, which is gone');
      this.compareItems(first, piece.subarray(0, length), checksums);
      this.chainItems(first, piece.subarray(0, length), slots);
    }
    slots.markAllDirty();
    this.slots = slots;
  }

  /** Number of the newest item of a key's slot, 0 = none. */
  async newestItem(keyHash: number): Promise<number> {
    const slot = keyHash % this.size.slotNum;
    if (this.slots) return this.slots.get(slot);
    await this.checkSlotPage(Math.floor(slot / PAGE_SLOTS));
    const bytes = Buffer.alloc(SLOT_BYTES);
    const read = await this.storage.readAsync(bytes, SLOT_BYTES, HEADER_BYTES + slot * SLOT_BYTES);
    if (read < SLOT_BYTES) this.markDamaged(`slot ${slot}`);
    return getInt32(bytes, 0);
  }

  async item(number: number): Promise<IndexItem | undefined> {
    if (number <= 0 || number >= this.nextItem) return undefined;
    let bytes = this.items;
    let at = (number - this.writtenItems) * ITEM_BYTES;
    if (number < this.writtenItems) {
      await this.checkItemBlock(Math.floor(number / ITEMS_PER_BLOCK));
      bytes = Buffer.alloc(ITEM_BYTES);
      at = 0;
      const read = await this.storage.readAsync(bytes, ITEM_BYTES, this.positionOf(number));
      if (read < ITEM_BYTES) this.markDamaged(`item ${number}`);
    }
    return decodeItem(bytes, at);
  }

  /** Items that are in the file, some at a time; for looking at all of them. */
  async *allItems(): AsyncIterableIterator<readonly IndexItem[]> {
    const pieceItems = REBUILD_BLOCKS * ITEMS_PER_BLOCK;
    const piece = Buffer.alloc(Math.min(pieceItems, this.writtenItems) * ITEM_BYTES);
    for (let first = 1; first < this.writtenItems; first += pieceItems) {
      const count = Math.min(pieceItems, this.writtenItems - first);
      const length = count * ITEM_BYTES;
      const bytes = await this.storage.readAsync(piece, length, this.positionOf(first));
      yield Array.from({ length: Math.floor(bytes / ITEM_BYTES) }, (_, index) =>
        decodeItem(piece, index * ITEM_BYTES),
      );
    }
  }

  /** Newest item of every slot, as the file has it. */
  async allSlots(): Promise<Int32Array> {
    const slots = new Int32Array(this.size.slotNum);
    const bytes = Buffer.alloc(this.size.slotNum * SLOT_BYTES);
    await this.storage.readAsync(bytes, bytes.length, HEADER_BYTES);
    for (let slot = 0; slot < slots.length; slot++)
      slots[slot] = getInt32(bytes, slot * SLOT_BYTES);
    return slots;
  }

  /** Compares all of a file. */
  async checkAll(checksums: IndexChecksums, withSlots: boolean): Promise<void> {
    this.growing = checksums;
    const pages = withSlots ? Math.ceil(this.size.slotNum / PAGE_SLOTS) : 0;
    for (let page = 0; page < pages; page++) await this.checkSlotPage(page);
    const blocks = Math.ceil(this.nextItem / ITEMS_PER_BLOCK);
    for (let block = 0; block < blocks; block++) await this.checkItemBlock(block);
  }

  remove(): void {
    this.storage.remove();
  }

  /** Like `remove`, on the thread pool. */
  removeOffLoop(): Promise<void> {
    return this.storage.removeOffLoop();
  }

  /**
   * Takes over the bytes of a complete file, which is gone then. Durable once its folder is synced;
   * to be sealed once its checksums are written too, as those on the disk are of the old bytes.
   */
  replaceBy(other: IndexFile): void {
    other.storage.renameTo(this.path);
    this.beginTimestamp = other.beginTimestamp;
    this.endTimestamp = other.endTimestamp;
    this.beginOffset = other.beginOffset;
    this.endOffset = other.endOffset;
    this.usedSlots = other.usedSlots;
    this.nextItem = this.writtenItems = other.nextItem;
    this.header = other.header;
    this.slots = undefined;
    this.growing = other.growing;
    this.items = Buffer.alloc(0);
    this.isFresh = false;
    this.isSealed = this.isSettled = this.vouchesForSlots = true;
    this.damage = undefined;
    this.generation++;
    this.guard = this.newGuard();
  }

  private compareItems(first: number, piece: Buffer, checksums: IndexChecksums): void {
    const blockBytes = ITEMS_PER_BLOCK * ITEM_BYTES;
    for (let at = 0; at < piece.length; at += blockBytes) {
      const block = first / ITEMS_PER_BLOCK + at / blockBytes;
      this.guard.compareItemBlock(checksums, block, piece.subarray(at, at + blockBytes));
    }
    const covered = (checksums.coveredItems - first) * ITEM_BYTES;
    if (covered < piece.length) checksums.addItems(piece.subarray(covered), piece.length - covered);
  }

  /** An item leads to the one that was its slot's newest; records follow one another. */
  private chainItems(first: number, piece: Buffer, slots: IndexSlots): void {
    for (let number = Math.max(1, first); number < first + piece.length / ITEM_BYTES; number++) {
      const at = (number - first) * ITEM_BYTES;
      const hash = getInt32(piece, at);
      const offset = getInt64(piece, at + 4);
      const slot = (hash < 0 ? 0 : hash) % this.size.slotNum;
      const previous = slots.get(slot);
      const isTrue =
        hash >= 0 &&
        getInt32(piece, at + 16) === previous &&
        (number > 1 ? offset >= this.beginOffset : offset === this.beginOffset) &&
        (number < this.nextItem - 1 ? offset <= this.endOffset : offset === this.endOffset);
      if (!isTrue) this.markDamaged(`item ${number}`);
      if (previous === 0) this.usedSlots++;
      slots.set(slot, number);
    }
  }

  private async checkSlotPage(page: number): Promise<void> {
    const sizeBytes = this.slotsIn(page) * SLOT_BYTES;
    const read = (bytes: Buffer): Promise<number> =>
      this.storage.readAsync(bytes, bytes.length, HEADER_BYTES + page * PAGE_BYTES);
    const { growing } = this;
    if (!growing) return this.guard.checkSlotPage(page, sizeBytes, read);
    const bytes = Buffer.alloc(sizeBytes);
    await read(bytes);
    this.guard.compareSlotPage(growing, page, bytes);
  }

  private async checkItemBlock(block: number): Promise<void> {
    const first = block * ITEMS_PER_BLOCK;
    const items = Math.min(ITEMS_PER_BLOCK, this.nextItem - first);
    const read = (bytes: Buffer): Promise<number> =>
      this.storage.readAsync(bytes, bytes.length, this.positionOf(first));
    const { growing } = this;
    if (!growing) return this.guard.checkItemBlock(block, items * ITEM_BYTES, read);
    if (this.guard.isItemBlockChecked(block)) return;
    const bytes = Buffer.alloc(growing.coveredBytes(block));
    await read(bytes);
    this.guard.compareItemBlock(growing, block, bytes);
  }

  private appendItem(
    keyHash: number,
    physicalOffset: number,
    seconds: number,
    previous: number,
  ): void {
    const at = this.unwrittenItems * ITEM_BYTES;
    if (at + ITEM_BYTES > this.items.length) this.growItems();
    const { items } = this;
    putInt32(items, at, keyHash);
    putInt64(items, at + 4, physicalOffset);
    putInt32(items, at + 12, seconds);
    putInt32(items, at + 16, previous);
  }

  private growItems(): void {
    const first = 64 * ITEM_BYTES;
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
    const bytes = Buffer.alloc(this.slotsIn(pageIndex) * SLOT_BYTES);
    this.storage.read(bytes, bytes.length, HEADER_BYTES + pageIndex * PAGE_BYTES);
    if (this.growing) this.guard.compareSlotPage(this.growing, pageIndex, bytes);
    return bytes;
  }

  private slotsIn(page: number): number {
    return Math.min(PAGE_SLOTS, this.size.slotNum - page * PAGE_SLOTS);
  }

  private positionOf(item: number): number {
    return this.itemsAt + item * ITEM_BYTES;
  }

  private newGuard(): IndexFileGuard {
    return new IndexFileGuard(
      this.deps.checksumsOf(this.name),
      Math.ceil(this.size.slotNum / PAGE_SLOTS),
      Math.ceil(this.size.itemNum / ITEMS_PER_BLOCK),
      (what) => this.markDamaged(what),
    );
  }
}

/** The part of the header that changes with every item. */
export interface IndexHeaderState {
  readonly endTimestamp: number;
  readonly endOffset: number;
  readonly nextItem: number;
}

function decodeItem(bytes: Buffer, at: number): IndexItem {
  return {
    keyHash: getInt32(bytes, at),
    physicalOffset: getInt64(bytes, at + 4),
    secondsSinceBegin: getInt32(bytes, at + 12),
    previous: getInt32(bytes, at + 16),
  };
}
