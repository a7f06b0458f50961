import type { FileSystem } from '@rocket-nest/common';
import { errorCodeOf } from '@rocket-nest/common';
import { preadFully, pwriteFully } from '@rocket-nest/common/internal';
import type { FileHandlePool, PooledFile } from '../files/file-handle-pool';
import { readFully, unlinkOffLoop } from '../files/file-io';

/** The bytes of one index file on the disk. */
export class IndexFileStorage {
  constructor(
    private readonly fileSystem: FileSystem,
    private readonly pool: FileHandlePool,
    readonly path: string,
    /** Size that the file is made with, 0 = as written. */
    private readonly newFileBytes: number,
  ) {}

  /** 0 for a file that is missing. */
  get sizeBytes(): number {
    return this.fileSystem.status(this.path)?.sizeBytes ?? 0;
  }

  get exists(): boolean {
    return this.fileSystem.status(this.path) !== undefined;
  }

  write(bytes: Buffer, length: number, position: number): void {
    const pooled = this.open();
    try {
      pwriteFully(this.fileSystem, pooled.file, bytes, 0, length, position);
    } finally {
      this.pool.release(pooled);
    }
  }

  /** Returns how many bytes could be read: none of a bad sector, or of a file that is gone. */
  read(target: Buffer, length: number, position: number): number {
    let pooled: PooledFile | undefined;
    try {
      pooled = this.pool.acquire(this.path);
      return preadFully(this.fileSystem, pooled.file, target, 0, length, position);
    } catch (error) {
      return noneWhenLost(error);
    } finally {
      if (pooled) this.pool.release(pooled);
    }
  }

  /** Like `read`, off the event loop. */
  async readAsync(target: Buffer, length: number, position: number): Promise<number> {
    let pooled: PooledFile | undefined;
    try {
      pooled = this.pool.acquire(this.path);
      return await readFully(this.fileSystem, pooled.file, target, 0, length, position);
    } catch (error) {
      return noneWhenLost(error);
    } finally {
      if (pooled) this.pool.release(pooled);
    }
  }

  async sync(): Promise<void> {
    const pooled = this.open();
    try {
      await this.fileSystem.fdatasync(pooled.file);
    } finally {
      this.pool.release(pooled);
    }
  }

  remove(): void {
    this.pool.forget(this.path);
    if (this.exists) this.fileSystem.unlink(this.path);
  }

  /** Like `remove`, on the thread pool. */
  async removeOffLoop(): Promise<void> {
    await this.pool.forgetAndWait(this.path);
    await unlinkOffLoop(this.fileSystem, this.path);
  }

  /** Takes the name of another file, which is gone then. Durable once its folder is synced. */
  renameTo(path: string): void {
    this.pool.forget(this.path);
    this.pool.forget(path);
    this.fileSystem.rename(this.path, path);
  }

  private open(): PooledFile {
    return this.pool.acquireOrCreate(this.path, this.newFileBytes);
  }
}

function noneWhenLost(error: unknown): number {
  const code = errorCodeOf(error);
  if (code === 'EIO' || code === 'ENOENT') return 0;
  throw error;
}
