import * as fs from 'node:fs';
import { errorCodeOf } from '../errors/rocket-error';
import type { DeviceSpace, FileStatus, FileSystem, OpenMode } from './file-system';

const OPEN_FLAGS: Readonly<Record<OpenMode, number>> = {
  read: fs.constants.O_RDONLY,
  readWrite: fs.constants.O_RDWR,
  create: fs.constants.O_RDWR | fs.constants.O_CREAT,
};

/** What file systems answer that cannot sync a folder. */
const NO_FOLDER_SYNC: ReadonlySet<string | undefined> = new Set(['EINVAL', 'ENOTSUP', 'ENOSYS']);
/** What Windows answers, where a folder cannot be opened or flushed. */
const NO_FOLDER_SYNC_WINDOWS: ReadonlySet<string | undefined> = new Set([
  'EISDIR',
  'EPERM',
  'EACCES',
  'EBADF',
]);

/** The operating system's files. */
export class NodeFileSystem implements FileSystem {
  open(path: string, mode: OpenMode): number {
    return fs.openSync(path, OPEN_FLAGS[mode], 0o644);
  }

  close(file: number): void {
    fs.closeSync(file);
  }

  pwrite(file: number, data: Buffer, offset: number, length: number, position: number): number {
    return fs.writeSync(file, data, offset, length, position);
  }

  pread(file: number, target: Buffer, offset: number, length: number, position: number): number {
    return fs.readSync(file, target, offset, length, position);
  }

  read(
    file: number,
    target: Buffer,
    offset: number,
    length: number,
    position: number,
  ): Promise<number> {
    return new Promise((resolve, reject) => {
      fs.read(file, target, offset, length, position, (error, bytesRead) =>
        error ? reject(error) : resolve(bytesRead),
      );
    });
  }

  fdatasync(file: number): Promise<void> {
    return new Promise((resolve, reject) => {
      fs.fdatasync(file, (error) => (error ? reject(error) : resolve()));
    });
  }

  fdatasyncSync(file: number): void {
    fs.fdatasyncSync(file);
  }

  ftruncate(file: number, lengthBytes: number): void {
    fs.ftruncateSync(file, lengthBytes);
  }

  fileSize(file: number): number {
    return fs.fstatSync(file).size;
  }

  rename(from: string, to: string): void {
    fs.renameSync(from, to);
  }

  unlink(path: string): void {
    fs.unlinkSync(path);
  }

  unlinkAsync(path: string): Promise<void> {
    return fs.promises.unlink(path);
  }

  mkdir(path: string): void {
    fs.mkdirSync(path, { recursive: true });
  }

  rmdir(path: string): void {
    fs.rmdirSync(path);
  }

  readdir(path: string): string[] {
    try {
      return fs.readdirSync(path);
    } catch (error) {
      if (errorCodeOf(error) === 'ENOENT') return [];
      throw error;
    }
  }

  status(path: string): FileStatus | undefined {
    const found = fs.statSync(path, { throwIfNoEntry: false });
    if (!found) return undefined;
    return {
      sizeBytes: found.size,
      modifiedMs: found.mtimeMs,
      isDirectory: found.isDirectory(),
    };
  }

  fsyncDirectory(path: string): void {
    let folder: number | undefined;
    try {
      folder = fs.openSync(path, 'r');
      fs.fsyncSync(folder);
    } catch (error) {
      if (!cannotSyncFolders(errorCodeOf(error))) throw error;
    } finally {
      if (folder !== undefined) fs.closeSync(folder);
    }
  }

  async fsyncDirectoryAsync(path: string): Promise<void> {
    let folder: fs.promises.FileHandle | undefined;
    try {
      folder = await fs.promises.open(path, 'r');
      await folder.sync();
    } catch (error) {
      if (!cannotSyncFolders(errorCodeOf(error))) throw error;
    } finally {
      await folder?.close();
    }
  }

  statfs(path: string): DeviceSpace {
    const device = fs.statfsSync(path);
    const { blocks, bfree, bavail, bsize } = device;
    return { totalBytes: (blocks - bfree + bavail) * bsize, availableBytes: bavail * bsize };
  }
}

function cannotSyncFolders(code: string | undefined): boolean {
  if (NO_FOLDER_SYNC.has(code)) return true;
  return process.platform === 'win32' && NO_FOLDER_SYNC_WINDOWS.has(code);
}
