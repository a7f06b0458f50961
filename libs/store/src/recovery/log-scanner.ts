import type { Logger } from '@rocket-nest/common';
import type { CommitLogChecksums, DamagedRange } from '../checksum/commit-log-checksums';
import type { MappedFile } from '../files/mapped-file';
import type { MappedFileQueue } from '../files/mapped-file-queue';
import { MESSAGE_MAGIC_V1, RecordLayout } from '../commitlog/record-layout';
import { RecordParser } from '../commitlog/record-parser';

const WINDOW_BYTES = 4 * 1024 * 1024;
/** The three bytes that both record magics begin with. */
const MAGIC_PREFIX = Buffer.from([
  (MESSAGE_MAGIC_V1 >>> 24) & 0xff,
  (MESSAGE_MAGIC_V1 >>> 16) & 0xff,
  (MESSAGE_MAGIC_V1 >>> 8) & 0xff,
]);

export interface ScanVisitor {
  /** `isIntact` is false for a record whose head is right and whose body is damaged. */
  record(buffer: Buffer, position: number, parser: RecordParser, isIntact: boolean): void;
  /** Bytes that hold no readable record, below the durable end. */
  quarantined(fromOffset: number, toOffset: number): void;
  progress(offset: number): Promise<void>;
}

export interface ScanOptions {
  readonly fromOffset: number;
  /** Below it everything was once durable, so what cannot be read there is damage, not the end. */
  readonly durableEnd: number;
  readonly checkCrc: boolean;
  /** Reading stops there; default: at the end of the log. */
  readonly toOffset?: number;
  /** How often the visitor is told of progress; default: with every window. */
  readonly progressBytes?: number;
}

/** Reads records one after another up to the end of the log. */
export class LogScanner {
  private readonly parser = new RecordParser();
  private window: Buffer = Buffer.alloc(0);
  private windowStart = 0;
  private windowEnd = 0;
  private reportedAt = 0;
  private damaged: readonly DamagedRange[] = [];

  constructor(
    private readonly files: MappedFileQueue,
    private readonly logger: Logger,
    /** With them a record in a damaged block is not intact, whatever its own CRC says. */
    private readonly checksums?: CommitLogChecksums,
  ) {}

  /** Returns where the log ends. */
  async scan(options: ScanOptions, visitor: ScanVisitor): Promise<number> {
    let at = options.fromOffset;
    this.reportedAt = at;
    while (at < (options.toOffset ?? Infinity)) {
      const file = this.files.find(at);
      if (!file) {
        const next = this.files.findNext(at);
        if (!next || next.fileFromOffset >= options.durableEnd) break;
        visitor.quarantined(at, next.fileFromOffset);
        at = next.fileFromOffset;
        continue;
      }
      const next = await this.scanFile(file, at, options, visitor);
      if (next.isEnd) return next.offset;
      at = next.offset;
    }
    return at;
  }

  private async scanFile(
    file: MappedFile,
    from: number,
    options: ScanOptions,
    visitor: ScanVisitor,
  ): Promise<{ offset: number; isEnd: boolean }> {
    let at = from;
    const end = Math.min(file.endOffset, options.toOffset ?? Infinity);
    const progressBytes = options.progressBytes ?? WINDOW_BYTES;
    while (at < end) {
      if (!this.isHeld(at, 8) && !(await this.hold(file, at, 8))) {
        if (at < options.durableEnd) return this.skipDamage(file, at, options, visitor);
        return { offset: at, isEnd: true };
      }
      // Waiting costs more than parsing, so nothing waits for what is there.
      if (!this.isRecordHeld(at)) await this.holdRecord(file, at);
      const position = at - this.windowStart;
      const held = this.windowEnd - this.windowStart;
      const kind = this.parser.parse(this.window, position, held, at, false);
      if (kind === 'record') {
        const isIntact =
          !this.isInDamage(at, at + this.parser.sizeBytes) &&
          (!options.checkCrc || this.parser.isBodyIntact(this.window, position));
        const isTorn =
          at >= options.durableEnd &&
          (!isIntact || this.parser.hasHole(this.window, position, file.fileFromOffset));
        if (isTorn) return { offset: at, isEnd: true };
        visitor.record(this.window, position, this.parser, isIntact);
        at += this.parser.sizeBytes;
        if (at - this.reportedAt >= progressBytes) await this.reportProgress(at, visitor);
        continue;
      }
      if (kind === 'blank' && at + this.parser.sizeBytes === file.endOffset) {
        return { offset: file.endOffset, isEnd: false };
      }
      if (at >= options.durableEnd) return { offset: at, isEnd: true };
      const skipped = await this.skipDamage(file, at, options, visitor);
      if (skipped.isEnd || skipped.offset >= file.endOffset) return skipped;
      at = skipped.offset;
    }
    return { offset: Math.max(at, end), isEnd: false };
  }

  private async reportProgress(at: number, visitor: ScanVisitor): Promise<void> {
    this.reportedAt = at;
    await visitor.progress(at);
  }

  /** Looks for the next record behind damage. */
  private async skipDamage(
    file: MappedFile,
    at: number,
    options: ScanOptions,
    visitor: ScanVisitor,
  ): Promise<{ offset: number; isEnd: boolean }> {
    const found = await this.findRecord(file, at + 1);
    const isLast = file === this.files.last || file.endOffset > options.durableEnd;
    const nothingLeft = found === undefined && isLast;
    const to = found ?? (isLast ? Math.max(at, options.durableEnd) : file.endOffset);
    this.logger.error('damaged stretch of the commit log is left out', { from: at, to });
    visitor.quarantined(at, to);
    return { offset: to, isEnd: nothingLeft };
  }

  private async findRecord(file: MappedFile, from: number): Promise<number | undefined> {
    let at = from;
    while (await this.hold(file, at, RecordLayout.FIXED_BYTES)) {
      const held = this.window.subarray(0, this.windowEnd - this.windowStart);
      const magicAt = held.indexOf(MAGIC_PREFIX, at - this.windowStart + RecordLayout.MAGIC);
      if (magicAt < 0) {
        if (this.windowEnd >= file.endOffset) return undefined;
        at = Math.max(at + 1, this.windowEnd - RecordLayout.MAGIC - MAGIC_PREFIX.length);
        continue;
      }
      const candidate = this.windowStart + magicAt - RecordLayout.MAGIC;
      await this.holdRecord(file, candidate);
      const position = candidate - this.windowStart;
      const end = this.windowEnd - this.windowStart;
      if (this.parser.parse(this.window, position, end, candidate, true) === 'record') {
        return candidate;
      }
      at = candidate + 1;
    }
    return undefined;
  }

  private isHeld(at: number, length: number): boolean {
    return at >= this.windowStart && at + length <= this.windowEnd;
  }

  private isRecordHeld(at: number): boolean {
    return this.isHeld(at, RecordParser.sizeAt(this.window, at - this.windowStart));
  }

  /** Makes the window hold the whole record at a position, if the file has it. */
  private async holdRecord(file: MappedFile, at: number): Promise<void> {
    const sizeBytes = RecordParser.sizeAt(this.window, at - this.windowStart);
    if (sizeBytes > 0 && at + sizeBytes <= file.endOffset) await this.hold(file, at, sizeBytes);
  }

  /** Whether `length` bytes from a position are in the window, reading on when they are not. */
  private async hold(file: MappedFile, at: number, length: number): Promise<boolean> {
    if (at + length > file.endOffset) return false;
    if (this.isHeld(at, length)) return true;
    const start = this.checksums?.blockStart(at) ?? at;
    const end = Math.max(start + WINDOW_BYTES, this.checksums?.blockEnd(at + length - 1) ?? 0);
    const wanted = Math.min(Math.max(end, at + length), file.endOffset) - start;
    if (this.window.length < wanted) this.window = Buffer.allocUnsafeSlow(wanted);
    const bytes = await file.readAsync(this.window, 0, wanted, start);
    this.windowStart = start;
    this.windowEnd = start + bytes;
    if (this.checksums) await this.compareWindow(this.checksums);
    return at + length <= this.windowEnd;
  }

  private async compareWindow(checksums: CommitLogChecksums): Promise<void> {
    const { windowStart, windowEnd } = this;
    const entries = await checksums.load(windowStart, windowEnd);
    const bytes = this.window.subarray(0, windowEnd - windowStart);
    this.damaged = checksums.verify(windowStart, bytes, entries).damaged;
  }

  private isInDamage(from: number, to: number): boolean {
    const { damaged } = this;
    return damaged.length > 0 && damaged.some((range) => range.from < to && range.to > from);
  }
}
