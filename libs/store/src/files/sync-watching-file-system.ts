import type { DeviceSpace, FileStatus, FileSystem, OpenMode } from '@rocket-nest/common';
import { errorCodeOf, errorMessageOf } from '@rocket-nest/common';
import { StoreError } from '../errors/store-error';

/** Nothing was synced because nothing could be opened: no word on what the disk holds. */
const NOT_OPENED: ReadonlySet<string | undefined> = new Set(['ENOENT', 'EMFILE', 'ENFILE']);

/**
 * Notices the first sync that fails, of whatever file of the store, and lets none succeed from then
 * on: the system may have dropped the pages and would report success the next time, on the strength
 * of which something lost could be acknowledged, or the checkpoint could move past it.
 */
export class SyncWatchingFileSystem implements FileSystem {
  /** Why nothing can be made durable any more. */
  failure: string | undefined;
  /** Told once. */
  onFailure: (reason: string) => void = () => undefined;
  readonly unlinkAsync: FileSystem['unlinkAsync'];
  readonly fsyncDirectoryAsync: FileSystem['fsyncDirectoryAsync'];
  private readonly paths = new Map<number, string>();

  constructor(private readonly inner: FileSystem) {
    this.unlinkAsync = inner.unlinkAsync?.bind(inner);
    const { fsyncDirectoryAsync } = inner;
    if (!fsyncDirectoryAsync) return;
    this.fsyncDirectoryAsync = (path) =>
      this.watchAsync(path, () => fsyncDirectoryAsync.call(inner, path));
  }

  open(path: string, mode: OpenMode): number {
    const file = this.inner.open(path, mode);
    this.paths.set(file, path);
    return file;
  }

  close(file: number): void {
    this.paths.delete(file);
    this.inner.close(file);
  }

  pwrite(file: number, data: Buffer, offset: number, length: number, position: number): number {
    return this.inner.pwrite(file, data, offset, length, position);
  }

  pread(file: number, target: Buffer, offset: number, length: number, position: number): number {
    return this.inner.pread(file, target, offset, length, position);
  }

  read(
    file: number,
    target: Buffer,
    offset: number,
    length: number,
    position: number,
  ): Promise<number> {
    return this.inner.read(file, target, offset, length, position);
  }

  fdatasync(file: number): Promise<void> {
    return this.watchAsync(this.paths.get(file), () => this.inner.fdatasync(file));
  }

  fdatasyncSync(file: number): void {
    this.watch(this.paths.get(file), () => this.inner.fdatasyncSync(file));
  }

  ftruncate(file: number, lengthBytes: number): void {
    this.inner.ftruncate(file, lengthBytes);
  }

  fileSize(file: number): number {
    return this.inner.fileSize(file);
  }

  rename(from: string, to: string): void {
    this.inner.rename(from, to);
  }

  unlink(path: string): void {
    this.inner.unlink(path);
  }

  mkdir(path: string): void {
    this.inner.mkdir(path);
  }

  rmdir(path: string): void {
    this.inner.rmdir(path);
  }

  readdir(path: string): string[] {
    return this.inner.readdir(path);
  }

  status(path: string): FileStatus | undefined {
    return this.inner.status(path);
  }

  fsyncDirectory(path: string): void {
    this.watch(path, () => this.inner.fsyncDirectory(path));
  }

  statfs(path: string): DeviceSpace {
    return this.inner.statfs(path);
  }

  private watch(path: string | undefined, sync: () => void): void {
    this.refuseAfterFailure();
    try {
      sync();
    } catch (error) {
      throw this.failed(path, error);
    }
    this.refuseAfterFailure();
  }

  private async watchAsync(path: string | undefined, sync: () => Promise<void>): Promise<void> {
    this.refuseAfterFailure();
    try {
      await sync();
    } catch (error) {
      throw this.failed(path, error);
    }
    // Another sync may have failed meanwhile and taken the only report of pages that both cover.
    this.refuseAfterFailure();
  }

  private refuseAfterFailure(): void {
    if (this.failure !== undefined) throw new StoreError('STORE_READ_ONLY', this.failure);
  }

  private failed(path: string | undefined, error: unknown): unknown {
    if (NOT_OPENED.has(errorCodeOf(error))) return error;
    const reason =
      `${path ?? 'a file'} could not be synced (${errorMessageOf(error)}): ` +
      'read-only until restart, check the disk';
    if (this.failure === undefined) {
      this.failure = reason;
      this.onFailure(reason);
    }
    return new StoreError('STORE_READ_ONLY', reason, { cause: error });
  }
}
