import { strict as assert } from 'node:assert';
import type { FileSystem } from '@rocket-nest/common';
import { StoreError } from '../errors/store-error';
import type { FileHandlePool } from './file-handle-pool';
import { syncFolderOffLoop } from './file-io';
import { fileNameToOffset, offsetToFileName } from './file-name';
import { MappedFile } from './mapped-file';

/** The files of one folder, each starting where the one before ends (a lost one leaves a hole). */
export class MappedFileQueue {
  private readonly files: MappedFile[] = [];

  constructor(
    private readonly fileSystem: FileSystem,
    private readonly pool: FileHandlePool,
    readonly folder: string,
    readonly fileSizeBytes: number,
    private readonly preallocated: boolean,
  ) {}

  load(): void {
    this.fileSystem.mkdir(this.folder);
    const offsets = this.fileSystem
      .readdir(this.folder)
      .map(fileNameToOffset)
      .filter((offset) => offset !== undefined)
      .sort((a, b) => a - b);
    for (const offset of offsets) {
      this.checkFits(offset);
      this.files.push(this.makeFile(offset));
    }
  }

  get all(): readonly MappedFile[] {
    return this.files;
  }

  get first(): MappedFile | undefined {
    return this.files[0];
  }

  get last(): MappedFile | undefined {
    return this.files[this.files.length - 1];
  }

  /** Offset of the first byte that may exist. */
  get minOffset(): number {
    return this.files[0]?.fileFromOffset ?? 0;
  }

  /** Start of the file that holds an offset. */
  fileStart(offset: number): number {
    return offset - (offset % this.fileSizeBytes);
  }

  /** The file that holds an offset; undefined when it is not there. */
  find(offset: number): MappedFile | undefined {
    let low = 0;
    let high = this.files.length - 1;
    while (low <= high) {
      const middle = (low + high) >> 1;
      const file = this.files[middle];
      if (offset < file.fileFromOffset) high = middle - 1;
      else if (offset >= file.endOffset) low = middle + 1;
      else return file;
    }
    return undefined;
  }

  /** The first file that starts at or behind an offset. */
  findNext(offset: number): MappedFile | undefined {
    return this.files.find((file) => file.fileFromOffset >= offset);
  }

  /** The file for an offset at the end of the sequence, made when it is missing. */
  findOrCreateLast(offset: number): MappedFile {
    const known = this.find(offset);
    if (known) return known;
    const start = this.fileStart(offset);
    assert(start >= (this.last?.endOffset ?? 0), 'files are only added at the end');
    const file = this.makeFile(start);
    file.pin();
    this.files.push(file);
    return file;
  }

  /** Takes the oldest file out, so that readers find it no more; the last file always stays. */
  detachFirst(): MappedFile | undefined {
    return this.files.length > 1 ? this.files.shift() : undefined;
  }

  /** Puts a file back that could not be removed. */
  attachFirst(file: MappedFile): void {
    assert(file.endOffset <= this.minOffset, 'only the file that was detached comes back');
    this.files.unshift(file);
  }

  async syncFolder(): Promise<void> {
    await syncFolderOffLoop(this.fileSystem, this.folder);
  }

  /** Removes files that start behind an offset, newest first, so that a crash leaves no hole. */
  removeAfter(offset: number): number {
    let removed = 0;
    while (this.files.length > 0 && (this.last as MappedFile).fileFromOffset > offset) {
      (this.files.pop() as MappedFile).remove();
      removed++;
    }
    if (removed > 0) this.fileSystem.fsyncDirectory(this.folder);
    return removed;
  }

  private makeFile(offset: number): MappedFile {
    const path = `${this.folder}/${offsetToFileName(offset)}`;
    return new MappedFile(
      this.fileSystem,
      this.pool,
      path,
      offset,
      this.fileSizeBytes,
      this.preallocated,
    );
  }

  private checkFits(offset: number): void {
    const path = `${this.folder}/${offsetToFileName(offset)}`;
    const sizeBytes = this.fileSystem.status(path)?.sizeBytes ?? 0;
    if (offset % this.fileSizeBytes === 0 && sizeBytes <= this.fileSizeBytes) return;
    throw new StoreError(
      'STORE_BAD_FILE',
      `${path} (${sizeBytes} bytes) does not fit a file size of ${this.fileSizeBytes}: ` +
        'set mappedFileSizeCommitLog to the size this store was made with, or use another folder',
    );
  }
}
