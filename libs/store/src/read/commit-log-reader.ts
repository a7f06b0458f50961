import type { Logger } from '@rocket-nest/common';
import { errorCodeOf, errorMessageOf } from '@rocket-nest/common';
import type { CommitLog } from '../commitlog/commit-log';
import type { WriteChunk } from '../commitlog/write-chunk';
import type { ColdReadGate } from './cold-read-gate';
import { CommitLogBlock } from './commit-log-block';
import type { CommitLogBlockCache } from './commit-log-block-cache';
import type { MissingRecord, ReadSession } from './read-session';

/** What is read at once of the commit log at most. */
export const BLOCK_BYTES = 256 * 1024;
/** Records of one pull that lie within so many bytes are read as whole blocks. */
const DENSE_SPAN_BYTES = 2 * BLOCK_BYTES;
/** Smaller gaps than this between two wanted records are read through. */
const READ_THROUGH_BYTES = 16 * 1024;

const NOTHING = Buffer.alloc(0);

/**
 * Finds records by position: in the tail, in cached blocks, or on the disk. `locate` answers at once
 * and leaves the place in `buffer` and `position`; `load` fetches what `locate` missed.
 */
export class CommitLogReader {
  buffer: Buffer = Buffer.alloc(0);
  position = 0;
  /** Whether the located record came from the disk, so that it must be checked. */
  isFromDisk = false;
  /** Whether it was compared with checksums already. */
  isVerified = false;
  /** Whether those say that it is not what was written. */
  isDamaged = false;
  /** Whose memory `buffer` is, when that is used again once nobody looks at it. */
  block: CommitLogBlock | undefined;
  private lastChunk: WriteChunk | undefined;
  private lastBlock: CommitLogBlock | undefined;
  private readonly loading = new Map<number, Promise<CommitLogBlock>>();
  private readonly blockBytes: number;

  constructor(
    private readonly commitLog: CommitLog,
    private readonly cache: CommitLogBlockCache,
    private readonly gate: ColdReadGate,
    private readonly logger: Logger,
  ) {
    this.blockBytes = cache.pool.pieceBytes;
  }

  locate(physicalOffset: number, sizeBytes: number, session?: ReadSession): boolean {
    if (this.locateInTail(physicalOffset, sizeBytes)) return true;
    this.isFromDisk = true;
    this.isDamaged = false;
    if (session && this.locateInSpans(physicalOffset, sizeBytes, session)) return true;
    const block = this.findBlock(physicalOffset, session);
    if (!block) return false;
    const end = physicalOffset + sizeBytes;
    this.isVerified = block.isVerified;
    if (end <= block.endOffset) {
      this.take(block, physicalOffset, end);
      return true;
    }
    return this.joinBlocks(block, physicalOffset, end, session);
  }

  /** Fetches what the session misses. Errors of single files are logged, their records stay missing. */
  async load(session: ReadSession): Promise<void> {
    const missing = session.takeMissing();
    if (missing.length === 0) return;
    missing.sort((a, b) => a.physicalOffset - b.physicalOffset);
    const first = missing[0];
    const last = missing[missing.length - 1];
    const end = last.physicalOffset + last.sizeBytes;
    const isDense = end - first.physicalOffset <= DENSE_SPAN_BYTES;
    await (isDense
      ? this.loadBlocks(first.physicalOffset, end, session)
      : Promise.all(this.spansOf(missing).map((span) => this.loadSpan(span, session))));
  }

  /** Reads a stretch that may lie anywhere but within one file, up to damage or the data's end. */
  async readRange(startOffset: number, sizeBytes: number): Promise<Buffer> {
    const chunk = this.commitLog.tail.find(startOffset);
    if (chunk) {
      const from = startOffset - chunk.startOffset;
      return Buffer.from(chunk.buffer.subarray(from, Math.min(from + sizeBytes, chunk.used)));
    }
    const block = await this.readBlock(startOffset, startOffset + sizeBytes);
    const from = startOffset - block.startOffset;
    const end = startOffset + sizeBytes;
    const damage = block.damaged.find((range) => range.from < end && range.to > startOffset);
    if (damage && damage.from <= startOffset) return NOTHING;
    return block.buffer.subarray(from, (damage?.from ?? end) - block.startOffset);
  }

  clear(): void {
    this.cache.clear();
    this.lastBlock = this.lastChunk = undefined;
  }

  /** The pull has its answer; what that answer borrows stays borrowed. */
  end(session: ReadSession): void {
    for (const block of session.blocks.values()) this.cache.giveBack(block);
    session.blocks.clear();
  }

  /** Nobody looks at what these lent any more. */
  giveBack(blocks: readonly CommitLogBlock[]): void {
    for (const block of blocks) this.cache.giveBack(block);
  }

  private take(block: CommitLogBlock, from: number, to: number): void {
    this.block = block;
    this.buffer = block.buffer;
    this.position = from - block.startOffset;
    this.isDamaged = block.isDamagedIn(from, to);
  }

  private locateInTail(physicalOffset: number, sizeBytes: number): boolean {
    let chunk = this.lastChunk;
    if (!chunk || physicalOffset < chunk.startOffset || physicalOffset >= chunk.endOffset) {
      chunk = this.commitLog.tail.find(physicalOffset);
      this.lastChunk = chunk;
    }
    if (!chunk || physicalOffset + sizeBytes > chunk.endOffset) return false;
    chunk.lent = true;
    this.isFromDisk = false;
    this.block = undefined;
    this.buffer = chunk.buffer;
    this.position = physicalOffset - chunk.startOffset;
    return true;
  }

  private locateInSpans(physicalOffset: number, sizeBytes: number, session: ReadSession): boolean {
    for (const span of session.spans) {
      if (physicalOffset < span.startOffset || physicalOffset + sizeBytes > span.endOffset)
        continue;
      this.isVerified = span.isVerified;
      this.take(span, physicalOffset, physicalOffset + sizeBytes);
      return true;
    }
    return false;
  }

  private blockStart(offset: number): number {
    const fileStart = this.commitLog.files.fileStart(offset);
    const inFile = offset - fileStart;
    return fileStart + inFile - (inFile % this.blockBytes);
  }

  private findBlock(offset: number, session: ReadSession | undefined): CommitLogBlock | undefined {
    const last = this.lastBlock;
    if (last?.holds(offset)) return last;
    const start = this.blockStart(offset);
    const block = session?.blocks.get(start) ?? this.cache.get(start);
    if (block) this.lastBlock = block;
    return block;
  }

  /** A record across block borders is copied together; about one in a thousand is. */
  private joinBlocks(
    first: CommitLogBlock,
    physicalOffset: number,
    end: number,
    session: ReadSession | undefined,
  ): boolean {
    const parts: Buffer[] = [first.buffer.subarray(physicalOffset - first.startOffset)];
    let isDamaged = first.isDamagedIn(physicalOffset, first.endOffset);
    let at = first.endOffset;
    while (at < end) {
      const block = this.findBlock(at, session);
      if (!block || block.startOffset !== at || block.endOffset === at) return false;
      parts.push(block.buffer.subarray(0, Math.min(end, block.endOffset) - at));
      isDamaged ||= block.isDamagedIn(at, Math.min(end, block.endOffset));
      this.isVerified &&= block.isVerified;
      at = block.endOffset;
    }
    this.block = undefined;
    this.buffer = Buffer.concat(parts);
    this.position = 0;
    this.isDamaged = isDamaged;
    return true;
  }

  private async loadBlocks(from: number, to: number, session: ReadSession): Promise<void> {
    const starts: number[] = [];
    let start = this.blockStart(from);
    while (start < to) {
      starts.push(start);
      start = this.nextBlockStart(start);
    }
    await Promise.all(starts.map((blockStart) => this.loadBlock(blockStart, session)));
  }

  private nextBlockStart(start: number): number {
    const fileEnd = this.commitLog.files.fileStart(start) + this.commitLog.files.fileSizeBytes;
    return Math.min(start + this.blockBytes, fileEnd);
  }

  private async loadBlock(start: number, session: ReadSession): Promise<void> {
    const end = this.nextBlockStart(start);
    for (;;) {
      const cached = session.blocks.get(start) ?? this.cache.get(start);
      const isWhole =
        cached && (cached.endOffset === end || cached.endOffset >= this.commitLog.writtenOffset);
      if (isWhole) return this.borrow(cached, session);
      let loading = this.loading.get(start);
      if (!loading) {
        const memory = this.cache.pool.take();
        loading = this.readBlock(start, end, memory).finally(() => this.loading.delete(start));
        this.loading.set(start, loading);
      }
      const block = await loading;
      // Others that waited for it may have used it and let it go already.
      if (block.isRecycled) continue;
      this.borrow(block, session);
      this.cache.put(block);
      if (this.lastBlock?.startOffset === start) this.lastBlock = block;
      return;
    }
  }

  private borrow(block: CommitLogBlock, session: ReadSession): void {
    const { startOffset } = block;
    const before = session.blocks.get(startOffset);
    if (before === block) return;
    block.loans++;
    session.blocks.set(startOffset, block);
    if (before) this.cache.giveBack(before);
  }

  /** Runs of records that lie near each other, each read at once. */
  private spansOf(missing: readonly MissingRecord[]): { start: number; end: number }[] {
    const spans: { start: number; end: number }[] = [];
    for (const { physicalOffset, sizeBytes } of missing) {
      const last = spans[spans.length - 1];
      const end = physicalOffset + sizeBytes;
      const isNear =
        last !== undefined &&
        physicalOffset - last.end <= READ_THROUGH_BYTES &&
        this.commitLog.files.fileStart(last.start) ===
          this.commitLog.files.fileStart(physicalOffset);
      if (isNear) last.end = Math.max(last.end, end);
      else spans.push({ start: physicalOffset, end });
    }
    return spans;
  }

  private async loadSpan(
    span: { start: number; end: number },
    session: ReadSession,
  ): Promise<void> {
    session.spans.push(await this.readBlock(span.start, span.end));
  }

  /** Whole blocks of checksums around a stretch; into `memory` when that is large enough. */
  private readBlock(
    wantedStart: number,
    wantedEnd: number,
    memory?: Buffer,
  ): Promise<CommitLogBlock> {
    const { checksums } = this.commitLog;
    const start = checksums.blockStart(wantedStart);
    return this.gate.run(async () => {
      const file = this.commitLog.files.find(start);
      const blockEnd = checksums.blockEnd(Math.max(start, wantedEnd - 1));
      const end = Math.min(blockEnd, this.commitLog.writtenOffset, file?.endOffset ?? start);
      const wanted = Math.max(end - start, 0);
      const buffer = memory && wanted <= memory.length ? memory : Buffer.allocUnsafeSlow(wanted);
      let bytes = 0;
      const entries = checksums.load(start, end);
      try {
        if (file && wanted > 0) bytes = await file.readAsync(buffer, 0, wanted, start);
      } catch (error) {
        const fields = { path: file?.path, offset: start, cause: errorMessageOf(error) };
        if (errorCodeOf(error) === 'ENOENT') this.logger.warn('commit log file is gone', fields);
        else this.logger.error('commit log cannot be read', fields);
      }
      const read = buffer.subarray(0, bytes);
      const { damaged, isComplete } = checksums.verify(start, read, await entries);
      return new CommitLogBlock(start, start + bytes, read, damaged, isComplete, memory);
    });
  }
}
