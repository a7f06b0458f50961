import type { FileSystem } from '@rocket-nest/common';
import { errorCodeOf } from '@rocket-nest/common';
import { preadFully, pwriteFully } from '@rocket-nest/common/internal';
import { crc32 } from '../bytes/crc32';
import { getInt32, getInt64, putInt32, putInt64 } from '../bytes/integers';
import { readFully } from '../files/file-io';
import { fileNameToOffset, offsetToFileName } from '../files/file-name';
import type { FileHandlePool, PooledFile } from '../files/file-handle-pool';

/** Bytes of commit log that one checksum covers. */
export const CHECKSUM_BLOCK_BYTES = 4096;
const MAGIC = 0x524e4353;
const HEADER_BYTES = 32;
const HEADER_CRC_AT = 20;
const ENTRY_BYTES = 4;

/** The newest bytes that are covered, which end within a block. */
export interface ChecksumPrefix {
  /** Commit log position behind them. */
  readonly end: number;
  /** CRC-32 from the start of the block up to there. */
  readonly crc: number;
}

/**
 * Reads and writes `checksums/<20 digits>`, one file beside each commit log file:
 *
 *      0  4  magic            4  4  block size
 *      8  8  prefix end      16  4  prefix CRC
 *     20  4  CRC-32 of bytes 0-19
 *     32  4  per block: its CRC-32, 0 = not known
 */
export class ChecksumFile {
  constructor(
    private readonly fileSystem: FileSystem,
    private readonly pool: FileHandlePool,
    readonly folder: string,
  ) {}

  path(fileFromOffset: number): string {
    return `${this.folder}/${offsetToFileName(fileFromOffset)}`;
  }

  readPrefix(fileFromOffset: number): ChecksumPrefix | undefined {
    const header = Buffer.alloc(HEADER_BYTES);
    const bytes = this.withFile(fileFromOffset, false, (file) =>
      preadFully(this.fileSystem, file, header, 0, HEADER_BYTES, 0),
    );
    const isGood =
      bytes === HEADER_BYTES &&
      getInt32(header, 0) === MAGIC &&
      getInt32(header, 4) === CHECKSUM_BLOCK_BYTES &&
      getInt32(header, HEADER_CRC_AT) >>> 0 === crc32(header, 0, HEADER_CRC_AT);
    return isGood ? { end: getInt64(header, 8), crc: getInt32(header, 16) >>> 0 } : undefined;
  }

  writePrefix(fileFromOffset: number, { end, crc }: ChecksumPrefix): void {
    const header = Buffer.alloc(HEADER_BYTES);
    putInt32(header, 0, MAGIC);
    putInt32(header, 4, CHECKSUM_BLOCK_BYTES);
    putInt64(header, 8, end);
    putInt32(header, 16, crc);
    putInt32(header, HEADER_CRC_AT, crc32(header, 0, HEADER_CRC_AT));
    this.write(fileFromOffset, header, 0);
  }

  writeEntries(fileFromOffset: number, firstBlock: number, crcs: readonly number[]): void {
    const bytes = Buffer.allocUnsafe(crcs.length * ENTRY_BYTES);
    crcs.forEach((crc, index) => putInt32(bytes, index * ENTRY_BYTES, crc));
    this.write(fileFromOffset, bytes, HEADER_BYTES + firstBlock * ENTRY_BYTES);
  }

  /** Entries of some blocks, 0 where none is known; those behind the last known one are left out. */
  async readEntries(
    fileFromOffset: number,
    firstBlock: number,
    count: number,
  ): Promise<Uint32Array> {
    const pooled = this.open(fileFromOffset, false);
    if (!pooled) return new Uint32Array(0);
    try {
      const position = HEADER_BYTES + firstBlock * ENTRY_BYTES;
      const known = Math.floor((this.fileSystem.fileSize(pooled.file) - position) / ENTRY_BYTES);
      const entries = new Uint32Array(Math.max(0, Math.min(count, known)));
      const bytes = Buffer.alloc(entries.length * ENTRY_BYTES);
      await readFully(this.fileSystem, pooled.file, bytes, 0, bytes.length, position);
      for (let index = 0; index < entries.length; index++) {
        entries[index] = getInt32(bytes, index * ENTRY_BYTES);
      }
      return entries;
    } finally {
      this.pool.release(pooled);
    }
  }

  /** Forgets blocks from one on; durable after `syncNow`. False when there was nothing to forget. */
  cutEntries(fileFromOffset: number, firstBlock: number): boolean {
    const length = HEADER_BYTES + firstBlock * ENTRY_BYTES;
    const wasCut = this.withFile(fileFromOffset, false, (file) => {
      if (this.fileSystem.fileSize(file) <= length) return false;
      this.fileSystem.ftruncate(file, length);
      return true;
    });
    return wasCut ?? false;
  }

  /** Holds the event loop; for recovery only. */
  syncNow(fileFromOffset: number): void {
    this.withFile(fileFromOffset, false, (file) => this.fileSystem.fdatasyncSync(file));
  }

  syncFolder(): void {
    if (this.fileSystem.status(this.folder)) this.fileSystem.fsyncDirectory(this.folder);
  }

  /** Starts of the commit log files that have checksums, ascending. */
  fileStarts(): number[] {
    return this.fileSystem
      .readdir(this.folder)
      .map(fileNameToOffset)
      .filter((offset) => offset !== undefined)
      .sort((a, b) => a - b);
  }

  async sync(fileFromOffset: number): Promise<void> {
    const pooled = this.open(fileFromOffset, false);
    if (!pooled) return;
    try {
      await this.fileSystem.fdatasync(pooled.file);
    } finally {
      this.pool.release(pooled);
    }
  }

  remove(fileFromOffset: number): void {
    const path = this.path(fileFromOffset);
    this.pool.forget(path);
    if (this.fileSystem.status(path)) this.fileSystem.unlink(path);
  }

  private write(fileFromOffset: number, bytes: Buffer, position: number): void {
    this.withFile(fileFromOffset, true, (file) =>
      pwriteFully(this.fileSystem, file, bytes, 0, bytes.length, position),
    );
  }

  private withFile<T>(
    fileFromOffset: number,
    isCreated: boolean,
    use: (file: number) => T,
  ): T | undefined {
    const pooled = this.open(fileFromOffset, isCreated);
    if (!pooled) return undefined;
    try {
      return use(pooled.file);
    } finally {
      this.pool.release(pooled);
    }
  }

  private open(fileFromOffset: number, isCreated: boolean): PooledFile | undefined {
    const path = this.path(fileFromOffset);
    try {
      return this.pool.acquire(path);
    } catch (error) {
      if (errorCodeOf(error) !== 'ENOENT') throw error;
    }
    return isCreated ? this.pool.acquireNew(path, 0) : undefined;
  }
}
