import { crc32 as nativeCrc32 } from 'node:zlib';
import type { Logger } from '@rocket-nest/common';
import { errorMessageOf } from '@rocket-nest/common';
import type { MappedFileQueue } from '../files/mapped-file-queue';
import { CHECKSUM_BLOCK_BYTES, type ChecksumFile, type ChecksumPrefix } from './checksum-file';
import { findFlippedBit } from './flipped-bit';

/** Entries read at once: the checksums of 4 MiB of commit log. */
const PAGE_ENTRIES = 1024;
const MAX_PAGES = 16;
/** More than this written since the checksums ended is left without, so that a start stays short. */
const MAX_CATCH_UP_BYTES = 1024 * 1024 * 1024;
const PIECE_BYTES = 1024 * 1024;
const ZEROS = Buffer.alloc(CHECKSUM_BLOCK_BYTES);

/** A stretch of the commit log that is not what was written. */
export interface DamagedRange {
  readonly from: number;
  readonly to: number;
}

export interface VerifiedRead {
  readonly damaged: readonly DamagedRange[];
  /** All of it was compared with a checksum. */
  readonly isComplete: boolean;
}

/** Entries of whole pages. */
export interface LoadedEntries {
  readonly firstBlock: number;
  readonly pages: readonly Uint32Array[];
}

interface PendingEntries {
  readonly fileFromOffset: number;
  readonly firstBlock: number;
  readonly crcs: number[];
}

/**
 * CRCs of the commit log by blocks of 4 KiB. A record's own CRC covers its body; these cover the
 * rest of it too. Made from what is in memory once a write has returned, kept beside the log, and
 * compared with what is read from the disk. A single flipped bit is put right.
 */
export class CommitLogChecksums {
  /** Counted for the runtime table. */
  damagedBlocks = 0;
  repairedBits = 0;
  private position = 0;
  private running = 0;
  /** `running` covers the block from its start. */
  private isRunning = false;
  private pending: PendingEntries[] = [];
  private prefix: ChecksumPrefix = { end: 0, crc: 0 };
  private writtenPrefixEnd = -1;
  private readonly pages = new Map<string, Promise<Uint32Array>>();

  constructor(
    private readonly files: MappedFileQueue,
    private readonly store: ChecksumFile,
    private readonly logger: Logger,
  ) {}

  /** Takes in bytes that were written at a position, in order. */
  extend(buffer: Buffer, start: number, end: number, atOffset: number): void {
    if (atOffset !== this.position) this.moveTo(atOffset);
    for (let at = start; at < end;) {
      const left = this.blockEnd(this.position) - this.position;
      const length = Math.min(left, end - at);
      this.add(buffer.subarray(at, at + length));
      at += length;
    }
  }

  /** Writes what is new. Lost entries cost protection, nothing else, so a failure is only logged. */
  flush(): void {
    try {
      while (this.pending.length > 0) {
        const { fileFromOffset, firstBlock, crcs } = this.pending[0];
        this.store.writeEntries(fileFromOffset, firstBlock, crcs);
        this.forgetPages(fileFromOffset, firstBlock);
        this.pending.shift();
      }
      if (!this.isRunning || this.position === this.writtenPrefixEnd) return;
      const prefix = { end: this.position, crc: this.running };
      this.store.writePrefix(this.files.fileStart(this.position), prefix);
      this.writtenPrefixEnd = this.position;
    } catch (error) {
      this.logger.warn('checksums not written, will try again', { cause: errorMessageOf(error) });
    }
  }

  /** At a clean stop. */
  async sync(): Promise<void> {
    this.flush();
    if (this.isRunning) await this.store.sync(this.files.fileStart(this.position));
  }

  /**
   * Forgets for good what may not be true of a log that ends here: to be called before the log is
   * cut, and after an unclean stop in any case, as entries may have outlived their records.
   */
  cut(logEnd: number): void {
    const newest = this.store.fileStarts().pop();
    if (newest === undefined) return;
    const prefixEnd = this.store.readPrefix(newest)?.end ?? 0;
    const end = Math.min(prefixEnd, logEnd);
    const gone = this.store.fileStarts().filter((start) => start > end);
    for (const start of gone) this.store.remove(start);
    if (gone.length > 0) this.store.syncFolder();
    const fileFromOffset = this.files.fileStart(end);
    const blockStart = this.blockStart(end);
    const isPrefixGone = prefixEnd > logEnd;
    if (isPrefixGone) this.store.writePrefix(fileFromOffset, { end: blockStart, crc: 0 });
    const isCut = this.store.cutEntries(fileFromOffset, this.blockNumber(blockStart));
    if (isPrefixGone || isCut) this.store.syncNow(fileFromOffset);
    this.pages.clear();
  }

  /** Forgets everything: what stands in the log is not what was told here. */
  clear(): void {
    const starts = this.store.fileStarts();
    for (const start of starts) this.store.remove(start);
    if (starts.length > 0) this.store.syncFolder();
  }

  /** Goes on where the log ends, first catching up with what a killed process had not told. */
  async open(logEnd: number): Promise<void> {
    this.removeBelow(this.files.minOffset);
    const newest = this.store.fileStarts().pop();
    const known = newest === undefined ? undefined : this.store.readPrefix(newest);
    const isUsable =
      known !== undefined && known.end <= logEnd && logEnd - known.end <= MAX_CATCH_UP_BYTES;
    this.prefix = isUsable ? known : { end: this.blockStart(logEnd), crc: 0 };
    this.position = this.prefix.end;
    this.running = this.prefix.crc;
    this.isRunning = isUsable ? await this.isPrefixTrue() : true;
    this.writtenPrefixEnd = isUsable ? known.end : -1;
    await this.catchUp(logEnd);
    if (!isUsable) this.prefix = { end: this.position, crc: this.running };
  }

  /** Takes over what covers the newest bytes, to compare with it; nothing can be added. */
  showPrefix(): void {
    const newest = this.store.fileStarts().pop();
    const known = newest === undefined ? undefined : this.store.readPrefix(newest);
    if (known) this.prefix = known;
  }

  /** Where those end that `cut` would leave of a log that ends here. */
  endAfterCrash(logEnd: number): number {
    return this.prefix.end <= logEnd ? this.prefix.end : this.blockStart(logEnd);
  }

  removeBelow(logMinOffset: number): void {
    for (const start of this.store.fileStarts()) {
      if (start + this.files.fileSizeBytes <= logMinOffset) this.store.remove(start);
    }
  }

  /** Start of the block that holds a position; blocks begin anew in every file. */
  blockStart(offset: number): number {
    const inFile = offset - this.files.fileStart(offset);
    return offset - (inFile % CHECKSUM_BLOCK_BYTES);
  }

  blockEnd(offset: number): number {
    const fileEnd = this.files.fileStart(offset) + this.files.fileSizeBytes;
    return Math.min(this.blockStart(offset) + CHECKSUM_BLOCK_BYTES, fileEnd);
  }

  /** What `verify` needs for bytes between two positions of one file; to be read along with them. */
  async load(startOffset: number, endOffset: number): Promise<LoadedEntries> {
    const fileFromOffset = this.files.fileStart(startOffset);
    const firstPage = Math.floor(this.blockNumber(startOffset) / PAGE_ENTRIES);
    const last = this.blockNumber(Math.max(startOffset, endOffset - 1));
    const pages: Promise<Uint32Array>[] = [];
    for (let page = firstPage; page * PAGE_ENTRIES <= last; page++) {
      pages.push(this.page(fileFromOffset, page));
    }
    return { firstBlock: firstPage * PAGE_ENTRIES, pages: await Promise.all(pages) };
  }

  /** Compares bytes read at a position within one file, putting single flipped bits right in them. */
  verify(startOffset: number, bytes: Buffer, entries: LoadedEntries): VerifiedRead {
    const damaged: DamagedRange[] = [];
    const end = startOffset + bytes.length;
    let isComplete = this.blockStart(startOffset) === startOffset;
    let at = isComplete ? startOffset : this.blockEnd(startOffset);
    while (at < end) {
      const blockEnd = this.blockEnd(at);
      const entry = entryOf(entries, this.blockNumber(at));
      const to = entry === 0 && this.isPrefixIn(at) ? this.prefix.end : blockEnd;
      const expected = to === blockEnd ? entry : this.prefix.crc;
      const isKnown = expected !== 0 && to <= end;
      if (!isKnown || to < blockEnd) isComplete = false;
      if (isKnown) {
        const block = bytes.subarray(at - startOffset, to - startOffset);
        if (nativeCrc32(block) !== expected && !this.repair(block, expected, at)) {
          damaged.push({ from: at, to });
        }
      }
      at = blockEnd;
    }
    return { damaged, isComplete };
  }

  private repair(block: Buffer, expected: number, atOffset: number): boolean {
    const bit = findFlippedBit(block, expected);
    const from = atOffset;
    const to = atOffset + block.length;
    if (bit === undefined) {
      this.damagedBlocks++;
      this.logger.error('damaged block of the commit log, its records are not served', {
        from,
        to,
      });
      return false;
    }
    this.repairedBits++;
    block[bit >> 3] ^= 1 << (bit & 7);
    this.logger.error('flipped bit of the commit log put right while reading, check the disk', {
      physicalOffset: atOffset + (bit >> 3),
      bit: bit & 7,
    });
    return true;
  }

  private isPrefixIn(blockStart: number): boolean {
    return this.prefix.end > blockStart && this.blockStart(this.prefix.end) === blockStart;
  }

  private add(bytes: Buffer): void {
    if (this.isRunning) this.running = nativeCrc32(bytes, this.running);
    const blockEnd = this.blockEnd(this.position);
    this.position += bytes.length;
    if (this.position < blockEnd) return;
    if (this.isRunning) this.push(blockEnd, this.running);
    this.running = 0;
    this.isRunning = true;
  }

  private push(blockEnd: number, crc: number): void {
    const fileFromOffset = this.files.fileStart(blockEnd - 1);
    const block = this.blockNumber(blockEnd - 1);
    const last = this.pending[this.pending.length - 1];
    const isNext =
      last?.fileFromOffset === fileFromOffset && last.firstBlock + last.crcs.length === block;
    if (isNext) last.crcs.push(crc);
    else this.pending.push({ fileFromOffset, firstBlock: block, crcs: [crc] });
  }

  /** Behind its end mark a file holds zeros; any other hole leaves a block without a checksum. */
  private moveTo(offset: number): void {
    const blockEnd = this.blockEnd(this.position);
    const isNextFile = this.files.fileStart(offset) > this.files.fileStart(this.position);
    const isAtStart = this.blockStart(this.position) === this.position;
    if (this.isRunning && isNextFile && !isAtStart) {
      this.add(ZEROS.subarray(0, blockEnd - this.position));
    }
    this.position = offset;
    this.running = 0;
    this.isRunning = this.blockStart(offset) === offset;
  }

  /** Damage in the block that goes on would spoil what is added to it, so that gets no checksum. */
  private async isPrefixTrue(): Promise<boolean> {
    const { end } = this.prefix;
    const start = this.blockStart(end);
    const file = this.files.find(start);
    if (end === start || !file) return end === start;
    const bytes = Buffer.alloc(end - start);
    await file.readAsync(bytes, 0, bytes.length, start);
    return this.verify(start, bytes, await this.load(start, end)).damaged.length === 0;
  }

  private async catchUp(logEnd: number): Promise<void> {
    const piece = Buffer.allocUnsafe(Math.min(PIECE_BYTES, Math.max(0, logEnd - this.position)));
    while (this.position < logEnd) {
      const at = this.position;
      const file = this.files.find(at);
      const wanted = Math.min(piece.length, logEnd - at, (file?.endOffset ?? at) - at);
      const bytes = file ? await file.readAsync(piece, 0, wanted, at) : 0;
      const isShortFile = bytes > 0 && at + wanted < logEnd;
      if (bytes === 0 || (bytes < wanted && !isShortFile)) {
        this.isRunning = false;
        return this.moveTo(logEnd);
      }
      // A file that was not preallocated ends with its mark; read as a whole it would end in zeros.
      piece.fill(0, bytes, wanted);
      this.extend(piece, 0, wanted, at);
    }
  }

  private page(fileFromOffset: number, page: number): Promise<Uint32Array> {
    const key = `${fileFromOffset}/${page}`;
    let entries = this.pages.get(key);
    if (!entries) {
      entries = this.store
        .readEntries(fileFromOffset, page * PAGE_ENTRIES, PAGE_ENTRIES)
        .catch((error: unknown) => {
          this.logger.error('checksums cannot be read', { cause: errorMessageOf(error) });
          return new Uint32Array(0);
        });
    }
    this.pages.delete(key);
    this.pages.set(key, entries);
    for (const oldest of this.pages.keys()) {
      if (this.pages.size <= MAX_PAGES) break;
      this.pages.delete(oldest);
    }
    return entries;
  }

  private forgetPages(fileFromOffset: number, firstBlock: number): void {
    const firstPage = Math.floor(firstBlock / PAGE_ENTRIES);
    for (const key of this.pages.keys()) {
      const [file, page] = key.split('/').map(Number);
      if (file === fileFromOffset && page >= firstPage) this.pages.delete(key);
    }
  }

  private blockNumber(offset: number): number {
    return Math.floor((offset - this.files.fileStart(offset)) / CHECKSUM_BLOCK_BYTES);
  }
}

function entryOf({ firstBlock, pages }: LoadedEntries, block: number): number {
  const index = block - firstBlock;
  return pages[Math.floor(index / PAGE_ENTRIES)]?.[index % PAGE_ENTRIES] ?? 0;
}
