import type { FileSystem } from '@rocket-nest/common';
import { errorCodeOf } from '@rocket-nest/common';
import { preadFully, pwriteFully } from '@rocket-nest/common/internal';
import type { FileHandlePool, PooledFile } from '../files/file-handle-pool';
import { fileNameToOffset, offsetToFileName } from '../files/file-name';
import { readFully } from '../files/file-io';
import type { ConsumeQueue } from './consume-queue';
import {
  FILLER_SIZE,
  UNIT_BYTES,
  putUnit,
  unitPhysicalOffset,
  unitSize,
  unitTagsCode,
} from './consume-queue-unit';
import type { TopicQueues } from './topic-queues';

/** Filler is written in pieces of so many units. */
const FILLER_PIECE_UNITS = 3200;
const ZEROS = Buffer.alloc(4 * 1024);
/** More than this is cut off a file by truncating it. */
const MAX_OVERWRITE_BYTES = 64 * ZEROS.length;

/** A single unit as it was read. */
export interface ReadUnit {
  readonly physicalOffset: number;
  readonly sizeBytes: number;
  readonly tagsCode: number;
}

/**
 * Reads and writes the units of any queue in `consumequeue/<topic>/<queueId>/<20 digits>`. Holds
 * nothing per queue, so that tens of thousands of resting queues cost nothing here.
 */
export class ConsumeQueueFiles {
  readonly unitsPerFile: number;
  private readonly fileBytes: number;
  private areNamesDurable = false;
  private readonly scratch = Buffer.alloc(UNIT_BYTES);

  constructor(
    private readonly fileSystem: FileSystem,
    private readonly pool: FileHandlePool,
    readonly folder: string,
    fileSizeBytes: number,
    private readonly preallocated: boolean,
  ) {
    this.unitsPerFile = Math.max(1, Math.ceil(fileSizeBytes / UNIT_BYTES));
    this.fileBytes = this.unitsPerFile * UNIT_BYTES;
  }

  queueFolder(queue: ConsumeQueue): string {
    return `${this.folder}/${queue.topicQueues.folderName}/${queue.queueId}`;
  }

  /** First queue offset of every file of a queue, ascending. */
  fileStarts(queue: ConsumeQueue): number[] {
    const offsets: number[] = [];
    for (const name of this.fileSystem.readdir(this.queueFolder(queue))) {
      const offset = fileNameToOffset(name);
      if (offset !== undefined && offset % this.fileBytes === 0) offsets.push(offset / UNIT_BYTES);
    }
    return offsets.sort((a, b) => a - b);
  }

  /**
   * Writes the visible units of the tail that are not in the file. Files are noted in `unsynced` one
   * by one, as the next one may fail.
   */
  flush(queue: ConsumeQueue, unsynced: Map<string, ConsumeQueue>): void {
    while (queue.flushedOffset < queue.maxOffset) {
      const fileStart = this.fileStart(queue.flushedOffset);
      const end = Math.min(queue.maxOffset, fileStart + this.unitsPerFile);
      const tailAt = (queue.flushedOffset - queue.tailBase) * UNIT_BYTES;
      const length = (end - queue.flushedOffset) * UNIT_BYTES;
      const pooled = this.openOrCreate(queue, queue.flushedOffset);
      try {
        const position = (queue.flushedOffset - fileStart) * UNIT_BYTES;
        const tail = queue.tail as Buffer;
        pwriteFully(this.fileSystem, pooled.file, tail, tailAt, length, position);
      } finally {
        this.pool.release(pooled);
      }
      queue.flushedOffset = end;
      unsynced.set(pooled.path, queue);
    }
  }

  /** Writes units that are in no tail, over what stands there; returns the files written. */
  writeUnits(queue: ConsumeQueue, offset: number, units: Buffer): string[] {
    const written: string[] = [];
    const end = offset + units.length / UNIT_BYTES;
    for (let at = offset; at < end;) {
      const fileStart = this.fileStart(at);
      const next = Math.min(end, fileStart + this.unitsPerFile);
      const pooled = this.openOrCreate(queue, at);
      try {
        const position = (at - fileStart) * UNIT_BYTES;
        const length = (next - at) * UNIT_BYTES;
        const from = (at - offset) * UNIT_BYTES;
        pwriteFully(this.fileSystem, pooled.file, units, from, length, position);
      } finally {
        this.pool.release(pooled);
      }
      written.push(pooled.path);
      at = next;
    }
    return written;
  }

  /** Reads units of one file from `offset` on; returns how many, fewer at the end of the file. */
  async read(queue: ConsumeQueue, offset: number, target: Buffer): Promise<number> {
    const { position, length } = this.place(offset, target.length);
    const pooled = this.tryOpen(this.path(queue, offset));
    if (!pooled) return 0;
    try {
      const { file } = pooled;
      const bytes = await readFully(this.fileSystem, file, target, 0, length, position);
      return Math.floor(bytes / UNIT_BYTES);
    } finally {
      this.pool.release(pooled);
    }
  }

  /** One unit, read in place; undefined when there is none. */
  readUnit(queue: ConsumeQueue, offset: number): ReadUnit | undefined {
    const pooled = this.tryOpen(this.path(queue, offset));
    if (!pooled) return undefined;
    try {
      const { position } = this.place(offset, UNIT_BYTES);
      const { scratch } = this;
      const bytes = preadFully(this.fileSystem, pooled.file, scratch, 0, UNIT_BYTES, position);
      if (bytes < UNIT_BYTES) return undefined;
      const sizeBytes = unitSize(scratch, 0);
      if (sizeBytes <= 0) return undefined;
      const tagsCode = unitTagsCode(scratch, 0);
      return { physicalOffset: unitPhysicalOffset(scratch, 0), sizeBytes, tagsCode };
    } finally {
      this.pool.release(pooled);
    }
  }

  /**
   * Removes for real what stands at and behind a queue offset, newest file first; `starts` are the
   * queue's files. Returns the files that have to be synced for it to last.
   */
  cut(queue: ConsumeQueue, offset: number, starts: readonly number[]): string[] {
    const changed: string[] = [];
    for (const start of [...starts].reverse()) {
      const path = this.path(queue, start);
      // The first file stays, emptied: most likely the same units are written to it again.
      if (start > offset || (start === offset && start !== starts[0])) {
        this.pool.forget(path);
        this.fileSystem.unlink(path);
      } else if (start + this.unitsPerFile > offset) {
        if (this.zeroFrom(path, (offset - start) * UNIT_BYTES)) changed.push(path);
      }
    }
    return changed;
  }

  /** Files all of whose units point below a commit log position; the newest file never is. */
  filesBelow(queue: ConsumeQueue, logMinOffset: number): string[] {
    const paths: string[] = [];
    for (const start of this.fileStarts(queue).slice(0, -1)) {
      const newest = this.readUnit(queue, start + this.unitsPerFile - 1);
      if (!newest || newest.physicalOffset >= logMinOffset) break;
      paths.push(this.path(queue, start));
    }
    return paths;
  }

  /** To be called before a file is removed. */
  forget(path: string): void {
    this.pool.forget(path);
  }

  removeQueue(queue: ConsumeQueue): void {
    const folder = this.queueFolder(queue);
    for (const name of this.fileSystem.readdir(folder)) {
      this.pool.forget(`${folder}/${name}`);
      this.unlinkIfThere(`${folder}/${name}`);
    }
    if (this.fileSystem.status(folder)) this.fileSystem.rmdir(folder);
  }

  removeTopicFolder(topicQueues: TopicQueues): void {
    const folder = `${this.folder}/${topicQueues.folderName}`;
    const isEmpty = this.fileSystem.readdir(folder).length === 0;
    if (isEmpty && this.fileSystem.status(folder)) this.fileSystem.rmdir(folder);
  }

  /**
   * Makes the names of a queue's files durable, of those too that a killed process made: whether it
   * came to sync them nobody knows.
   */
  syncNames(queue: ConsumeQueue): void {
    const { topicQueues } = queue;
    if (!queue.areNamesDurable) {
      this.syncFolder(this.queueFolder(queue));
      queue.areNamesDurable = true;
    }
    if (topicQueues.areNamesDurable) return;
    this.syncFolder(`${this.folder}/${topicQueues.folderName}`);
    topicQueues.areNamesDurable = true;
    if (this.areNamesDurable) return;
    this.syncFolder(this.folder);
    this.areNamesDurable = true;
  }

  async sync(path: string): Promise<void> {
    const pooled = this.tryOpen(path);
    if (!pooled) return;
    try {
      await this.fileSystem.fdatasync(pooled.file);
    } finally {
      this.pool.release(pooled);
    }
  }

  fileStart(offset: number): number {
    return offset - (offset % this.unitsPerFile);
  }

  /** An expired file may be on its way out already. */
  private unlinkIfThere(path: string): void {
    try {
      this.fileSystem.unlink(path);
    } catch (error) {
      if (errorCodeOf(error) !== 'ENOENT') throw error;
    }
  }

  /** A folder that was removed meanwhile has nothing to sync. */
  private syncFolder(folder: string): void {
    if (this.fileSystem.status(folder)) this.fileSystem.fsyncDirectory(folder);
  }

  private path(queue: ConsumeQueue, offset: number): string {
    const name = offsetToFileName(this.fileStart(offset) * UNIT_BYTES);
    return `${this.queueFolder(queue)}/${name}`;
  }

  private place(offset: number, wantedBytes: number): { position: number; length: number } {
    const position = (offset - this.fileStart(offset)) * UNIT_BYTES;
    return { position, length: Math.min(wantedBytes, this.fileBytes - position) };
  }

  private tryOpen(path: string): PooledFile | undefined {
    try {
      return this.pool.acquire(path);
    } catch (error) {
      if (errorCodeOf(error) === 'ENOENT') return undefined;
      throw error;
    }
  }

  private openOrCreate(queue: ConsumeQueue, offset: number): PooledFile {
    const path = this.path(queue, offset);
    const known = this.tryOpen(path);
    if (known) return known;
    const created = this.pool.acquireNew(path, this.preallocated ? this.fileBytes : 0);
    queue.areNamesDurable = false;
    queue.topicQueues.areNamesDurable = false;
    this.areNamesDurable = false;
    try {
      this.fillFront(created, offset - this.fileStart(offset));
    } catch (error) {
      // A file whose front is only half filled would hide its units after a restart.
      this.pool.release(created);
      this.pool.forget(path);
      this.fileSystem.unlink(path);
      throw error;
    }
    return created;
  }

  /** Units before the first one of a queue that does not start with its file. */
  private fillFront(pooled: PooledFile, units: number): void {
    if (units === 0) return;
    const piece = Buffer.alloc(Math.min(units, FILLER_PIECE_UNITS) * UNIT_BYTES);
    for (let at = 0; at < piece.length; at += UNIT_BYTES) putUnit(piece, at, 0, FILLER_SIZE, 0);
    for (let done = 0; done < units; done += FILLER_PIECE_UNITS) {
      const length = Math.min(units - done, FILLER_PIECE_UNITS) * UNIT_BYTES;
      pwriteFully(this.fileSystem, pooled.file, piece, 0, length, done * UNIT_BYTES);
    }
  }

  /**
   * Overwrites with zeros what stands from a position on, up to a stretch that is zero already;
   * false when that is so at once. Truncating is for much: it makes a file system flush the file.
   */
  private zeroFrom(path: string, position: number): boolean {
    const pooled = this.pool.acquire(path);
    try {
      const { file } = pooled;
      const stretch = Buffer.alloc(ZEROS.length);
      let at = position;
      for (; at < position + MAX_OVERWRITE_BYTES; at += stretch.length) {
        const bytes = preadFully(this.fileSystem, file, stretch, 0, stretch.length, at);
        if (stretch.compare(ZEROS, 0, bytes, 0, bytes) === 0) return at > position;
        pwriteFully(this.fileSystem, file, ZEROS, 0, bytes, at);
      }
      this.fileSystem.ftruncate(file, at);
      if (this.preallocated) this.fileSystem.ftruncate(file, this.fileBytes);
      return true;
    } finally {
      this.pool.release(pooled);
    }
  }
}
