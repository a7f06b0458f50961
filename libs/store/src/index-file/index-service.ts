import type { Clock, FileSystem, Logger } from '@rocket-nest/common';
import { errorMessageOf } from '@rocket-nest/common';
import type { FileHandlePool } from '../files/file-handle-pool';
import { IndexFile, type IndexFileSize, type IndexHeaderState } from './index-file';

const FILE_NAME = /^\d{17}$/;
/** Items in memory past which the index counts as stuck (a full disk) and puts are refused. */
const MAX_UNWRITTEN_ITEMS = 400_000;
/** Items that wait before they are written at once instead of in the background. */
const WRITE_AT_ITEMS = 3276;

/** What a look into one file is asked for. */
export interface IndexQuery {
  readonly keyHash: number;
  readonly beginMs: number;
  readonly endMs: number;
  /** Most items looked at in one file. */
  readonly maxSteps: number;
}

/** A file and how much of it a checkpoint covers. */
export interface IndexSnapshot {
  readonly file: IndexFile;
  readonly state: IndexHeaderState;
  /** Full: it takes no more items and gets its slots. */
  readonly isComplete: boolean;
}

/** All index files: the newest takes items, full ones are sealed in the background. */
export class IndexService {
  private readonly files: IndexFile[] = [];
  /** Files whose slots are not in the file yet, the one being written excluded. */
  private unsealed: IndexFile[] = [];

  constructor(
    private readonly fileSystem: FileSystem,
    private readonly pool: FileHandlePool,
    private readonly clock: Clock,
    private readonly logger: Logger,
    readonly folder: string,
    private readonly size: IndexFileSize,
    private readonly preallocated: boolean,
  ) {}

  get fileNames(): string[] {
    return this.files.map((file) => file.name);
  }

  get newest(): IndexFile | undefined {
    return this.files[this.files.length - 1];
  }

  /** Commit log position of the newest indexed record, -1 when there is none. */
  get endOffset(): number {
    for (let index = this.files.length - 1; index >= 0; index--) {
      const file = this.files[index];
      if (file.nextItem > 1) return file.endOffset;
    }
    return -1;
  }

  get endTimestamp(): number {
    return this.newest?.endTimestamp ?? 0;
  }

  get isStuck(): boolean {
    return (this.newest?.unwrittenItems ?? 0) > MAX_UNWRITTEN_ITEMS;
  }

  /** Names of the files in the folder, oldest first. */
  listFiles(): string[] {
    return this.fileSystem
      .readdir(this.folder)
      .filter((name) => FILE_NAME.test(name))
      .sort();
  }

  /**
   * Opens the files. One that makes no sense is removed with all newer ones. After an unclean stop
   * the slots of the newest file are made again, as are those that were never written.
   */
  async load(wasClean: boolean): Promise<void> {
    const names = this.listFiles();
    for (const [index, name] of names.entries()) {
      const file = this.makeFile(name);
      if (!file.load()) {
        this.logger.warn('index file removed, its header makes no sense', { path: file.path });
        this.removeNewestFirst(names.slice(index));
        break;
      }
      this.files.push(file);
    }
    for (const file of this.files) {
      const isDoubtful = !wasClean && file === this.newest;
      if (!isDoubtful && !file.needsSlots) continue;
      await file.rebuildSlots();
      if (file !== this.newest) this.unsealed.push(file);
    }
  }

  removeAll(): void {
    this.removeNewestFirst(this.listFiles());
    this.files.length = 0;
    this.unsealed = [];
  }

  /**
   * Where the index has to be made again from when the commit log ends at a position; undefined
   * when nothing points behind it.
   */
  truncationStart(endOffset: number): number | undefined {
    return this.files.find((file) => file.nextItem > 1 && file.endOffset >= endOffset)?.beginOffset;
  }

  /** Removes the files that begin at or behind a position: items cannot be taken out of a file. */
  truncate(fromOffset: number): void {
    const isKept = (file: IndexFile): boolean =>
      file.nextItem <= 1 || file.beginOffset < fromOffset;
    const keptCount = this.files.findIndex((file) => !isKept(file));
    if (keptCount < 0) return;
    const removed = this.files.splice(keptCount);
    this.unsealed = this.unsealed.filter((file) => !removed.includes(file));
    this.removeNewestFirst(removed.map((file) => file.name));
  }

  /** Makes sure that all items of one record go into one file. */
  beginRecord(items: number): void {
    const { newest } = this;
    if (newest && newest.hasRoomFor(items)) return;
    if (newest) this.unsealed.push(newest);
    this.files.push(this.makeFile(this.newName()));
  }

  put(keyHash: number, physicalOffset: number, storeTimestamp: number): void {
    (this.newest as IndexFile).put(keyHash, physicalOffset, storeTimestamp);
  }

  /** Writes items once enough of them wait. */
  flushIfMany(): void {
    if ((this.newest?.unwrittenItems ?? 0) >= WRITE_AT_ITEMS) this.flushItems();
  }

  /** Writes all waiting items; a failure is logged and tried again. */
  flushItems(): boolean {
    try {
      for (const file of this.unsealed) file.flushItems();
      this.newest?.flushItems();
      return true;
    } catch (error) {
      this.logger.warn('index not written, will try again', { cause: errorMessageOf(error) });
      return false;
    }
  }

  /** What is in the index now, to be made durable by `sync`. */
  snapshot(): IndexSnapshot[] {
    const files = this.newest ? [...this.unsealed, this.newest] : this.unsealed;
    return files.map((file) => ({
      file,
      state: file.headerState(),
      isComplete: file !== this.newest,
    }));
  }

  /**
   * Makes a snapshot durable: items first, then the header that counts them. What was put since is
   * not counted, as its record may not be durable. With `withSlots` the newest file gets its slots
   * too, so that the next start finds it complete.
   */
  async sync(
    snapshot: readonly IndexSnapshot[],
    withSlots: boolean,
    pause: () => Promise<void>,
  ): Promise<void> {
    for (const { file, state, isComplete } of snapshot) {
      const isSealing = withSlots || isComplete;
      file.flushItems();
      await file.sync();
      if (isSealing) await this.writeSlots(file, state, pause);
      file.writeHeader(state, isSealing);
      await file.sync();
      if (!isComplete) continue;
      file.dropSlots();
      this.unsealed = this.unsealed.filter((other) => other !== file);
    }
  }

  /** A crash in between must not leave slots that the header vouches for and does not match. */
  private async writeSlots(
    file: IndexFile,
    state: IndexHeaderState,
    pause: () => Promise<void>,
  ): Promise<void> {
    if (file.mustDisownSlots) {
      file.writeHeader(state, false);
      await file.sync();
    }
    await file.writeSlots(pause);
    await file.sync();
  }

  /**
   * Positions of items with a hash, newest first. The time is only as exact as an item is (a
   * second), and other keys may have the same hash: callers compare the record.
   */
  async *find(query: IndexQuery): AsyncIterableIterator<number> {
    for (const file of [...this.files].reverse()) {
      if (file.nextItem <= 1) continue;
      const isOutside = query.endMs < file.beginTimestamp || query.beginMs > file.endTimestamp;
      if (!isOutside) yield* this.findInFile(file, query);
    }
  }

  /** Removes files that hold only records below a commit log position; the newest stays. */
  async removeBelow(minOffset: number): Promise<number> {
    let removed = 0;
    while (this.files.length > 1 && this.files[0].endOffset < minOffset) {
      const file = this.files.shift() as IndexFile;
      this.unsealed = this.unsealed.filter((other) => other !== file);
      await file.removeOffLoop();
      removed++;
    }
    return removed;
  }

  /** So that a crash leaves the oldest files: what the newest one covers, all cover together. */
  private removeNewestFirst(names: readonly string[]): void {
    for (const name of [...names].reverse()) this.makeFile(name).remove();
    if (names.length > 0) this.fileSystem.fsyncDirectory(this.folder);
  }

  private async *findInFile(file: IndexFile, query: IndexQuery): AsyncIterableIterator<number> {
    let number = await file.newestItem(query.keyHash);
    for (let steps = 0; steps < query.maxSteps; steps++) {
      const item = await file.item(number);
      if (!item) return;
      const fromMs = file.beginTimestamp + item.secondsSinceBegin * 1000;
      const isInTime = fromMs + 999 >= query.beginMs && fromMs <= query.endMs;
      if (item.keyHash === query.keyHash && isInTime) yield item.physicalOffset;
      // Items of a slot only get older, so anything else is damage and would loop.
      if (item.previous >= number || fromMs + 999 < query.beginMs) return;
      number = item.previous;
    }
  }

  private makeFile(name: string): IndexFile {
    const path = `${this.folder}/${name}`;
    return new IndexFile(this.fileSystem, this.pool, path, this.size, this.preallocated);
  }

  /** Local time to the millisecond, later than every other file's name. */
  private newName(): string {
    const last = this.newest?.name ?? '';
    const name = timeName(this.clock.wallNow());
    return name > last ? name : String(BigInt(last) + 1n);
  }
}

function timeName(atMs: number): string {
  // eslint-disable-next-line no-restricted-globals -- formats a time that the Clock gave
  const at = new Date(atMs);
  const two = (value: number): string => String(value).padStart(2, '0');
  const date = `${at.getFullYear()}${two(at.getMonth() + 1)}${two(at.getDate())}`;
  const time = `${two(at.getHours())}${two(at.getMinutes())}${two(at.getSeconds())}`;
  return `${date}${time}${String(at.getMilliseconds()).padStart(3, '0')}`;
}
