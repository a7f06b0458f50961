import { strict as assert } from 'node:assert';
import type { Clock, Logger } from '@rocket-nest/common';
import { errorMessageOf } from '@rocket-nest/common';
import type { CommitLogChecksums } from '../checksum/commit-log-checksums';
import { StoreError } from '../errors/store-error';
import type { MappedFile } from '../files/mapped-file';
import type { MappedFileQueue } from '../files/mapped-file-queue';
import type { CommitLogTail } from './commit-log-tail';
import { BLANK_BYTES } from './record-layout';
import type { WriteChunk } from './write-chunk';

export interface LatencyObserver {
  onPwrite(durationMs: number, bytes: number): void;
  onFsync(durationMs: number): void;
}

/** Share of a file after which the next one is made. */
const MAKE_NEXT_FILE_AFTER = 0.5;

/**
 * The one truth of the store. Three positions, each at or behind the one before:
 * `appendOffset` (in memory), `writtenOffset` (given to the operating system) and `flushedOffset`
 * (survives a power cut).
 */
export class CommitLog {
  appendOffset = 0;
  writtenOffset = 0;
  flushedOffset = 0;
  /** Set once a sync of the store failed: what the disk holds is unknown, nothing is acknowledged. */
  readOnlyReason: string | undefined;
  /** Where a failed write may have left bytes that must not come back. */
  private staleFrom: number | undefined;

  constructor(
    readonly files: MappedFileQueue,
    readonly tail: CommitLogTail,
    private readonly clock: Clock,
    private readonly logger: Logger,
    private readonly latency: LatencyObserver,
    readonly checksums: CommitLogChecksums,
  ) {}

  get minOffset(): number {
    return this.files.minOffset;
  }

  /** Takes over what recovery found; nothing is in memory. */
  resumeAt(endOffset: number, flushedOffset: number): void {
    assert(flushedOffset <= endOffset, 'flushed behind the end');
    this.appendOffset = this.writtenOffset = endOffset;
    this.flushedOffset = flushedOffset;
  }

  /** Whether a record can ever fit into a file. */
  canHold(sizeBytes: number): boolean {
    return sizeBytes + BLANK_BYTES <= this.files.fileSizeBytes;
  }

  /**
   * The chunk to encode the next record into, at its `used`; rolls to the next file or chunk when
   * there is no room. `append` must follow.
   */
  reserve(sizeBytes: number): WriteChunk {
    const { fileSizeBytes } = this.files;
    const left = fileSizeBytes - (this.appendOffset % fileSizeBytes);
    const isFresh = left === fileSizeBytes;
    if (!isFresh && sizeBytes + BLANK_BYTES > left) this.roll(left);
    const { current } = this.tail;
    const isUsable =
      current !== undefined &&
      current.endOffset === this.appendOffset &&
      this.appendOffset % fileSizeBytes !== 0 &&
      current.fits(sizeBytes);
    return isUsable ? current : this.tail.add(this.appendOffset, sizeBytes);
  }

  append(chunk: WriteChunk, sizeBytes: number): void {
    chunk.grow(sizeBytes);
    this.appendOffset += sizeBytes;
  }

  /**
   * Gives everything appended to the operating system. When that fails it throws, and all that was
   * appended since the last `write` is gone: its positions are free again.
   */
  write(): void {
    if (this.appendOffset === this.writtenOffset) return;
    try {
      if (this.readOnlyReason !== undefined) {
        throw new StoreError('STORE_READ_ONLY', this.readOnlyReason);
      }
      this.clearStaleBytes();
      const chunks = this.tail.unwritten();
      for (const chunk of chunks) this.writeChunk(chunk);
      for (const chunk of chunks) this.addChecksums(chunk);
    } catch (error) {
      this.rollback();
      throw error;
    }
    this.writtenOffset = this.appendOffset;
    this.tail.trim(this.writtenOffset);
  }

  /**
   * Makes durable what was written before the call. A failure is final: the operating system may
   * have dropped the pages and would report success the next time.
   */
  async sync(): Promise<void> {
    const target = this.writtenOffset;
    const startMs = this.clock.monotonicNow();
    try {
      for (const file of this.filesBetween(this.flushedOffset, target)) {
        await file.sync();
        if (file.endOffset <= target) file.unpin();
      }
    } catch (error) {
      this.becomeReadOnly(`the commit log could not be synced (${errorMessageOf(error)})`);
      throw new StoreError('STORE_READ_ONLY', this.readOnlyReason ?? '', { cause: error });
    }
    if (this.readOnlyReason !== undefined) {
      throw new StoreError('STORE_READ_ONLY', this.readOnlyReason);
    }
    this.flushedOffset = Math.max(this.flushedOffset, target);
    this.latency.onFsync(this.clock.monotonicNow() - startMs);
  }

  /** Final until restart; the first reason stays. */
  becomeReadOnly(reason: string): void {
    if (this.readOnlyReason !== undefined) return;
    this.readOnlyReason = reason;
    this.logger.error('the store is read-only', { reason });
  }

  /** Syncs every file up to the end, whatever was synced before; for recovery. */
  async syncAll(): Promise<void> {
    for (const file of this.filesBetween(this.flushedOffset, this.writtenOffset)) {
      await file.sync();
      file.unpin();
    }
    this.flushedOffset = this.writtenOffset;
  }

  /** Makes the next file ahead of need, so that rolling costs no file creation. */
  prepareNextFile(): void {
    const used = this.writtenOffset % this.files.fileSizeBytes;
    if (used < this.files.fileSizeBytes * MAKE_NEXT_FILE_AFTER) return;
    const nextStart = this.files.fileStart(this.writtenOffset) + this.files.fileSizeBytes;
    if (this.files.find(nextStart)) return;
    try {
      this.files.findOrCreateLast(nextStart);
    } catch (error) {
      this.logger.warn('next commit log file not made yet', { cause: errorMessageOf(error) });
    }
  }

  private roll(left: number): void {
    const { current } = this.tail;
    const holdsEnd = current !== undefined && current.endOffset === this.appendOffset;
    const chunk = holdsEnd ? current : this.tail.add(this.appendOffset, 0);
    chunk.markEndOfFile(left);
    this.appendOffset += left;
  }

  private writeChunk(chunk: WriteChunk): void {
    const length = chunk.used - chunk.written;
    if (length === 0) return;
    const atOffset = chunk.startOffset + chunk.written;
    const startMs = this.clock.monotonicNow();
    this.files.findOrCreateLast(atOffset).write(chunk.buffer, chunk.written, length, atOffset);
    chunk.written = chunk.used;
    this.latency.onPwrite(this.clock.monotonicNow() - startMs, length);
  }

  /** Once all of a turn is written: what a failed write takes back must not have been told. */
  private addChecksums({ startOffset, buffer, used }: WriteChunk): void {
    const from = Math.max(startOffset, this.writtenOffset);
    this.checksums.extend(buffer, from - startOffset, used, from);
  }

  private rollback(): void {
    this.staleFrom = Math.min(this.staleFrom ?? this.writtenOffset, this.writtenOffset);
    this.tail.rollback(this.writtenOffset);
    this.appendOffset = this.writtenOffset;
    try {
      this.clearStaleBytes();
    } catch (error) {
      this.logger.warn('a failed write is not cleared yet', { cause: errorMessageOf(error) });
    }
  }

  /** After a failed write, zeroes what it left, else a crash could bring refused records back. */
  private clearStaleBytes(): void {
    if (this.staleFrom === undefined) return;
    const from = this.staleFrom;
    for (const file of this.files.all) {
      if (file.endOffset <= from) continue;
      file.zeroFrom(Math.max(from, file.fileFromOffset));
      file.syncNow();
    }
    this.staleFrom = undefined;
  }

  private filesBetween(from: number, to: number): MappedFile[] {
    return this.files.all.filter((file) => file.endOffset > from && file.fileFromOffset < to);
  }
}
