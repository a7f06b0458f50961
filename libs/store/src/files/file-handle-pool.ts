import type { FileSystem } from '@rocket-nest/common';

/** An open file; valid until it is released. */
export interface PooledFile {
  readonly path: string;
  readonly file: number;
  /** Number of holders; the file is not closed while there is one. */
  users: number;
  /** Closed as soon as the last holder lets go. */
  isForgotten: boolean;
  /** Told once it is closed. */
  onClosed?: () => void;
}

/**
 * Keeps the files open that were used last, at most `maxOpenFiles` of them (above that the least
 * recently used idle one is closed; files in use are never closed, so the number may pass the limit
 * while more than that are in use at once).
 */
export class FileHandlePool {
  private readonly open = new Map<string, PooledFile>();

  constructor(
    private readonly fileSystem: FileSystem,
    private readonly maxOpenFiles: number,
  ) {}

  /** Opens for reading and writing; the error carries ENOENT when the file is missing. */
  acquire(path: string): PooledFile {
    const known = this.open.get(path);
    if (known) {
      known.users++;
      this.open.delete(path);
      this.open.set(path, known);
      return known;
    }
    this.makeRoom();
    const opened = {
      path,
      file: this.fileSystem.open(path, 'readWrite'),
      users: 1,
      isForgotten: false,
    };
    this.open.set(path, opened);
    return opened;
  }

  /**
   * Creates the file when it is missing, with its folder, at `sizeBytes` (sparse; 0 = as written),
   * and makes its name durable.
   */
  acquireOrCreate(path: string, sizeBytes: number): PooledFile {
    if (!this.open.has(path) && this.fileSystem.status(path) === undefined) {
      this.create(path, sizeBytes);
      try {
        this.fileSystem.fsyncDirectory(folderOf(path));
      } catch (error) {
        // Found there the next time, its name would be taken for durable.
        this.fileSystem.unlink(path);
        throw error;
      }
    }
    return this.acquire(path);
  }

  /** Creates a file that is missing; its name is durable once its folder is synced. */
  acquireNew(path: string, sizeBytes: number): PooledFile {
    this.create(path, sizeBytes);
    return this.acquire(path);
  }

  release(pooled: PooledFile): void {
    pooled.users--;
    if (!pooled.isForgotten || pooled.users > 0) return;
    this.fileSystem.close(pooled.file);
    pooled.onClosed?.();
  }

  /** Closes a file that is about to be removed, as soon as nobody uses it. */
  forget(path: string): void {
    const pooled = this.open.get(path);
    if (!pooled) return;
    this.open.delete(path);
    if (pooled.users === 0) this.fileSystem.close(pooled.file);
    else pooled.isForgotten = true;
  }

  /** Like `forget`; resolves when the file is closed. */
  forgetAndWait(path: string): Promise<void> {
    const pooled = this.open.get(path);
    this.forget(path);
    if (!pooled || pooled.users === 0) return Promise.resolve();
    return new Promise((resolve) => (pooled.onClosed = resolve));
  }

  closeAll(): void {
    for (const path of [...this.open.keys()]) this.forget(path);
  }

  get openCount(): number {
    return this.open.size;
  }

  private create(path: string, sizeBytes: number): void {
    this.fileSystem.mkdir(folderOf(path));
    const file = this.fileSystem.open(path, 'create');
    try {
      if (sizeBytes > 0) this.fileSystem.ftruncate(file, sizeBytes);
    } finally {
      this.fileSystem.close(file);
    }
  }

  private makeRoom(): void {
    if (this.open.size < this.maxOpenFiles) return;
    for (const pooled of this.open.values()) {
      if (pooled.users > 0) continue;
      this.forget(pooled.path);
      if (this.open.size < this.maxOpenFiles) return;
    }
  }
}

function folderOf(path: string): string {
  return path.slice(0, path.lastIndexOf('/'));
}
