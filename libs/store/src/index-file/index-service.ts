import type { Clock, FileSystem, Logger } from '@rocket-nest/common';
import { errorMessageOf } from '@rocket-nest/common';
import { getInt64 } from '../bytes/integers';
import { syncFolderOffLoop } from '../files/file-io';
import { OneAtATime } from '../flush/one-at-a-time';
import type { IndexChecksums } from './index-checksums';
import type { IndexChecksumFiles } from './index-checksum-files';
import { IndexFile, type IndexFileDeps, type IndexHeaderState } from './index-file';
import { compareIndexHeaders } from './index-headers';
import { IndexLayout } from './index-layout';
import { IndexSearch, type IndexQuery } from './index-search';

const FILE_NAME = /^\d{17}$/;
/** Items in memory past which the index counts as stuck (a full disk) and puts are refused. */
const MAX_UNWRITTEN_ITEMS = 400_000;
const LAST_NAME = '9'.repeat(17);

/** A file and how much of it a checkpoint covers. */
export interface IndexSnapshot {
  readonly file: IndexFile;
  readonly state: IndexHeaderState;
  /** Full: it takes no more items and gets its slots. */
  readonly isComplete: boolean;
}

/** Makes damaged files again. */
export interface IndexRepairer {
  begin(file: IndexFile): void;
  /** Resolves when a file is as good as new (true), or when it is not worth waiting any longer. */
  wait(file: IndexFile): Promise<boolean>;
}

/** Where the records lie whose items belong into a file. */
export interface IndexedRange {
  /** Position of the newest record of the files before, -1 when there is none. */
  readonly afterOffset: number;
  /** Position of the oldest record of the files behind, undefined when there is none. */
  readonly beforeOffset: number | undefined;
}

export interface IndexServiceDeps extends Pick<
  IndexFileDeps,
  'fileSystem' | 'pool' | 'size' | 'preallocated'
> {
  readonly clock: Clock;
  readonly logger: Logger;
  readonly folder: string;
  readonly checksums: IndexChecksumFiles;
  /** Where the commit log begins. */
  logStart(): number;
}

/** All index files: the newest takes items, full ones are sealed in the background. */
export class IndexService {
  repairer: IndexRepairer | undefined;
  readonly folder: string;
  private readonly fileSystem: FileSystem;
  private readonly logger: Logger;
  private readonly checksums: IndexChecksumFiles;
  private readonly files: IndexFile[] = [];
  /** Files whose slots are not in the file yet, the one being written excluded. */
  private unsealed: IndexFile[] = [];
  /** A file is not written, replaced and removed at the same time. */
  private readonly changes = new OneAtATime();
  private readonly search = new IndexSearch(
    () => this.files,
    async (file) => (await this.repairer?.wait(file)) ?? false,
  );

  constructor(private readonly deps: IndexServiceDeps) {
    const { folder, fileSystem, logger, checksums } = deps;
    this.folder = folder;
    this.fileSystem = fileSystem;
    this.logger = logger;
    this.checksums = checksums;
  }

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

  /** Names of files that are not there although their checksums are: those go first. */
  lostFiles(): string[] {
    const names = new Set(this.listFiles());
    return this.checksums.names().filter((name) => !names.has(name));
  }

  /** A file of the folder, for looking at it. */
  fileOf(name: string): IndexFile {
    return this.makeFile(this.pathOf(name));
  }

  /** The header that a file's checksums were made with. */
  knownHeader(name: string): Buffer | undefined {
    return this.checksums.header(name);
  }

  checksumsOf(name: string): IndexChecksums | undefined {
    return this.checksums.read(name);
  }

  /** Files that wait to be made again. */
  get damagedFiles(): IndexFile[] {
    return this.files.filter((file) => file.damage !== undefined);
  }

  /**
   * Opens the files; what is not as it was written is noticed here or when it is read. The slots of
   * the newest file are made again unless its checksums vouch for them, as are those that were never
   * written.
   */
  async load(wasClean: boolean): Promise<void> {
    this.checksums.removeLeftovers();
    const names = this.listFiles();
    for (const name of this.lostFiles()) this.openLost(name);
    for (const name of names) this.openFile(name, wasClean);
    this.files.sort((a, b) => (a.name < b.name ? -1 : 1));
    for (const file of this.files) await this.makeUsable(file, wasClean);
  }

  removeAll(): void {
    this.checksums.removeLeftovers();
    const names = new Set([...this.listFiles(), ...this.checksums.names()]);
    this.removeNewestFirst([...names].sort());
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
    this.files.push(this.fileOf(this.newName()));
  }

  put(keyHash: number, physicalOffset: number, storeTimestamp: number): void {
    (this.newest as IndexFile).put(keyHash, physicalOffset, storeTimestamp);
  }

  /** Writes items once enough of them wait. */
  flushIfMany(): void {
    if (this.newest?.hasManyUnwritten) this.flushItems();
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
  sync(
    snapshot: readonly IndexSnapshot[],
    withSlots: boolean,
    pause: () => Promise<void>,
  ): Promise<void> {
    return this.changes.run(async () => {
      for (const { file, state, isComplete } of snapshot) {
        if (!this.files.includes(file)) continue;
        if (!file.isSettled) await this.settle(file, state, withSlots || isComplete, pause);
        if (!isComplete || file.damage !== undefined) continue;
        file.seal();
        this.unsealed = this.unsealed.filter((other) => other !== file);
      }
    });
  }

  /** What is known to be damaged gets no slots and no checksums that would vouch for it. */
  private async settle(
    file: IndexFile,
    state: IndexHeaderState,
    withSlots: boolean,
    pause: () => Promise<void>,
  ): Promise<void> {
    const isSealing = withSlots && file.damage === undefined;
    file.flushItems();
    await file.sync();
    if (isSealing) await this.writeSlots(file, state, pause);
    file.writeHeader(state, isSealing);
    await file.sync();
    if (!isSealing) return;
    const content = file.encodeChecksums();
    if (content) await this.checksums.write(file.name, content);
    else this.checksums.remove(file.name);
    file.isSettled = file.nextItem === state.nextItem;
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

  /** As `IndexSearch.find`. */
  find(query: IndexQuery): AsyncIterableIterator<number> {
    return this.search.find(query);
  }

  /** Where the records lie whose items belong into a file. */
  rangeOf(file: IndexFile): IndexedRange {
    const at = this.files.indexOf(file);
    const before = this.files.slice(0, at).reverse();
    const behind = this.files.slice(at + 1);
    const hasItems = ({ nextItem }: IndexFile): boolean => nextItem > 1;
    return {
      afterOffset: before.find(hasItems)?.endOffset ?? -1,
      beforeOffset: behind.find(hasItems)?.beginOffset,
    };
  }

  /** A file outside the index, for making the `part`-th of a damaged one again. */
  newTemporary(file: IndexFile, part: number): IndexFile {
    const temporary = this.makeFile(`${this.checksums.folder}/${file.name}.${part}.new`);
    temporary.remove();
    return temporary;
  }

  has(file: IndexFile): boolean {
    return this.files.includes(file);
  }

  /**
   * Puts what was made again, header, slots and all durable, in the place of a damaged file. Without
   * any the file goes.
   */
  replace(file: IndexFile, made: readonly IndexFile[]): Promise<void> {
    return this.changes.run(async () => {
      const at = this.files.indexOf(file);
      if (at < 0) return;
      this.unsealed = this.unsealed.filter((other) => other !== file);
      const files = [file, ...this.makeFollowers(file, made.length - 1)];
      const checksums = made.map((each) => each.encodeChecksums());
      if (made.length === 0) {
        this.files.splice(at, 1);
        return this.removeFile(file);
      }
      files.forEach((each, index) => each.replaceBy(made[index]));
      this.files.splice(at, 1, ...files);
      await syncFolderOffLoop(this.fileSystem, this.folder);
      for (const [index, each] of files.entries()) {
        const content = checksums[index];
        if (content) await this.checksums.write(each.name, content);
        each.seal();
      }
    });
  }

  /** Removes files that hold only records below a commit log position; the newest stays. */
  removeBelow(minOffset: number): Promise<number> {
    return this.changes.run(async () => {
      let removed = 0;
      while (this.files.length > 1 && this.files[0].endOffset < minOffset) {
        const file = this.files.shift() as IndexFile;
        this.unsealed = this.unsealed.filter((other) => other !== file);
        await this.removeFile(file);
        removed++;
      }
      return removed;
    });
  }

  private async removeFile(file: IndexFile): Promise<void> {
    this.checksums.remove(file.name);
    await file.removeOffLoop();
  }

  /**
   * So that a crash leaves the oldest files: what the newest one covers, all cover together. And no
   * checksums without their file.
   */
  private removeNewestFirst(names: readonly string[]): void {
    for (const name of [...names].reverse()) {
      this.checksums.remove(name);
      this.fileOf(name).remove();
    }
    if (names.length === 0) return;
    this.checksums.syncFolder();
    if (this.fileSystem.status(this.folder)) this.fileSystem.fsyncDirectory(this.folder);
  }

  private openLost(name: string): void {
    const header = this.checksums.header(name);
    const endOffset = header ? getInt64(header, IndexLayout.END_OFFSET) : -1;
    if (endOffset < this.deps.logStart()) return this.checksums.remove(name);
    const file = this.fileOf(name);
    this.files.push(file);
    file.disownHeader();
    file.markDamaged('all of it, it is gone');
  }

  /** A file that never got a header goes after an unclean stop; its records are indexed again. */
  private openFile(name: string, wasClean: boolean): void {
    const file = this.fileOf(name);
    const isReadable = file.load();
    const known = this.checksums.header(name);
    const isEmpty = isReadable ? file.nextItem <= 1 : file.sizeBytes < IndexLayout.HEADER_BYTES;
    if (isEmpty && !known && !wasClean) return this.removeNewestFirst([name]);
    this.files.push(file);
    const isOther = known !== undefined && compareIndexHeaders(known, file.header) === 'other';
    if (!isReadable || isEmpty || isOther) {
      file.disownHeader();
      file.markDamaged('its header');
    } else if (file.isShort) file.markDamaged('its end, which is gone');
  }

  private async makeUsable(file: IndexFile, wasClean: boolean): Promise<void> {
    if (file.damage !== undefined) return;
    const isNewest = file === this.newest;
    const known = this.checksums.header(file.name);
    const isSame = known !== undefined && compareIndexHeaders(known, file.header) === 'same';
    const hasGrown = known !== undefined && !isSame;
    if (!isNewest && !hasGrown && !file.needsSlots) return;
    const checksums = this.checksums.read(file.name);
    if (isSame && wasClean && checksums) return file.growFrom(checksums);
    await file.rebuildSlots(checksums);
    if (!isNewest) this.unsealed.push(file);
  }

  private tellDamage(file: IndexFile, what: string): void {
    if (!this.files.includes(file)) return;
    const { path } = file;
    this.logger.error('damaged index file, made again from the commit log', { path, found: what });
    this.repairer?.begin(file);
  }

  /** Files behind one, for what does not fit into it any more. */
  private makeFollowers(file: IndexFile, count: number): IndexFile[] {
    const behind = this.files[this.files.indexOf(file) + 1]?.name ?? LAST_NAME;
    const followers: IndexFile[] = [];
    for (let number = 1; number <= count; number++) {
      const name = String(BigInt(file.name) + BigInt(number));
      if (name < behind) followers.push(this.fileOf(name));
      else this.logger.error('index file has no room behind it, entries are lost', { name });
    }
    return followers;
  }

  private pathOf(name: string): string {
    return `${this.folder}/${name}`;
  }

  private makeFile(path: string): IndexFile {
    return new IndexFile(path, {
      ...this.deps,
      checksumsOf: (name) => ({
        entry: (number) => this.checksums.entry(name, number),
        areWhole: () => this.checksums.read(name) !== undefined,
      }),
      onDamage: (file, what) => this.tellDamage(file, what),
    });
  }

  /** Local time to the millisecond, later than every other file's name. */
  private newName(): string {
    const last = this.newest?.name ?? '';
    const name = timeName(this.deps.clock.wallNow());
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
