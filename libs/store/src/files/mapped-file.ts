import type { FileSystem } from '@rocket-nest/common';
import { preadFully, pwriteFully } from '@rocket-nest/common/internal';
import type { FileHandlePool, PooledFile } from './file-handle-pool';
import { readFully, unlinkOffLoop } from './file-io';

/**
 * One file of a sequence in which a file's name is the offset of its first byte. (The original maps
 * such files into memory, hence the name; this one reads and writes at positions.)
 */
export class MappedFile {
  private pinned: PooledFile | undefined;

  constructor(
    private readonly fileSystem: FileSystem,
    private readonly pool: FileHandlePool,
    readonly path: string,
    readonly fileFromOffset: number,
    /** Full size, also while the file itself is still shorter. */
    readonly sizeBytes: number,
    private readonly preallocated: boolean,
  ) {}

  get endOffset(): number {
    return this.fileFromOffset + this.sizeBytes;
  }

  /** Creates the file when missing and keeps it open until `unpin`. */
  pin(): void {
    if (this.pinned) return;
    this.pinned = this.pool.acquireOrCreate(this.path, this.preallocated ? this.sizeBytes : 0);
  }

  unpin(): void {
    if (!this.pinned) return;
    this.pool.release(this.pinned);
    this.pinned = undefined;
  }

  write(data: Buffer, offset: number, length: number, atOffset: number): void {
    this.pin();
    const { file } = this.pinned as PooledFile;
    pwriteFully(this.fileSystem, file, data, offset, length, atOffset - this.fileFromOffset);
  }

  read(target: Buffer, offset: number, length: number, atOffset: number): number {
    const pooled = this.pool.acquire(this.path);
    try {
      const position = atOffset - this.fileFromOffset;
      return preadFully(this.fileSystem, pooled.file, target, offset, length, position);
    } finally {
      this.pool.release(pooled);
    }
  }

  async readAsync(
    target: Buffer,
    offset: number,
    length: number,
    atOffset: number,
  ): Promise<number> {
    const pooled = this.pool.acquire(this.path);
    try {
      const position = atOffset - this.fileFromOffset;
      return await readFully(this.fileSystem, pooled.file, target, offset, length, position);
    } finally {
      this.pool.release(pooled);
    }
  }

  async sync(): Promise<void> {
    const pooled = this.pool.acquire(this.path);
    try {
      await this.fileSystem.fdatasync(pooled.file);
    } finally {
      this.pool.release(pooled);
    }
  }

  /** Holds the event loop; for rare moments only. */
  syncNow(): void {
    const pooled = this.pool.acquire(this.path);
    try {
      this.fileSystem.fdatasyncSync(pooled.file);
    } finally {
      this.pool.release(pooled);
    }
  }

  /**
   * Makes everything from an offset on zero for real: the blocks are given back, so that what stood
   * there cannot come back. Durable after the next sync of the file.
   */
  zeroFrom(atOffset: number): void {
    this.pin();
    const { file } = this.pinned as PooledFile;
    this.fileSystem.ftruncate(file, atOffset - this.fileFromOffset);
    if (this.preallocated) this.fileSystem.ftruncate(file, this.sizeBytes);
  }

  /** Whether the file is shorter than it was made. */
  get isShort(): boolean {
    const { preallocated, fileSystem, path, sizeBytes } = this;
    return preallocated && (fileSystem.status(path)?.sizeBytes ?? 0) < sizeBytes;
  }

  /** A crash between the two steps of `zeroFrom`, or damage, leaves a file short; fills it up. */
  restoreSize(): boolean {
    if (!this.preallocated) return false;
    const pooled = this.pool.acquire(this.path);
    try {
      if (this.fileSystem.fileSize(pooled.file) >= this.sizeBytes) return false;
      this.fileSystem.ftruncate(pooled.file, this.sizeBytes);
      return true;
    } finally {
      this.pool.release(pooled);
    }
  }

  remove(): void {
    this.unpin();
    this.pool.forget(this.path);
    this.fileSystem.unlink(this.path);
  }

  /**
   * Like `remove`, off the event loop, once nobody reads it any more: the blocks are given back by
   * whoever lets go of the file last.
   */
  async removeOffLoop(): Promise<void> {
    this.unpin();
    await this.pool.forgetAndWait(this.path);
    await unlinkOffLoop(this.fileSystem, this.path);
  }
}
