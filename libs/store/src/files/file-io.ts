import type { FileSystem } from '@rocket-nest/common';
import { errorCodeOf } from '@rocket-nest/common';
import { StoreError } from '../errors/store-error';

/** Writes all of it, however short the single writes are; no progress counts as a full disk. */
export function writeFully(
  fileSystem: FileSystem,
  file: number,
  data: Buffer,
  offset: number,
  length: number,
  position: number,
): void {
  let done = 0;
  while (done < length) {
    const bytes = fileSystem.pwrite(file, data, offset + done, length - done, position + done);
    if (bytes <= 0) throw new StoreError('ENOSPC', 'a write took no byte: the disk is full');
    done += bytes;
  }
}

/** Reads until `length` bytes are there or the file ends; returns how many. */
export function readUpTo(
  fileSystem: FileSystem,
  file: number,
  target: Buffer,
  offset: number,
  length: number,
  position: number,
): number {
  let done = 0;
  while (done < length) {
    const bytes = fileSystem.pread(file, target, offset + done, length - done, position + done);
    if (bytes <= 0) break;
    done += bytes;
  }
  return done;
}

/** Like `readUpTo`, off the event loop. */
export async function readUpToAsync(
  fileSystem: FileSystem,
  file: number,
  target: Buffer,
  offset: number,
  length: number,
  position: number,
): Promise<number> {
  let done = 0;
  while (done < length) {
    const bytes = await fileSystem.read(
      file,
      target,
      offset + done,
      length - done,
      position + done,
    );
    if (bytes <= 0) break;
    done += bytes;
  }
  return done;
}

/** Whole content of a small file; undefined when it is missing. */
export function readWholeFile(
  fileSystem: FileSystem,
  path: string,
  maxBytes: number,
): Buffer | undefined {
  const status = fileSystem.status(path);
  if (!status || status.isDirectory) return undefined;
  if (status.sizeBytes > maxBytes) return undefined;
  const file = fileSystem.open(path, 'read');
  try {
    const content = Buffer.alloc(status.sizeBytes);
    const bytes = readUpTo(fileSystem, file, content, 0, content.length, 0);
    return content.subarray(0, bytes);
  } finally {
    fileSystem.close(file);
  }
}

/** Replaces a small file as a whole: temporary file, sync, rename, sync of the folder. */
export async function replaceFile(
  fileSystem: FileSystem,
  folder: string,
  name: string,
  content: Buffer,
): Promise<void> {
  const path = `${folder}/${name}`;
  const temporary = `${path}.tmp`;
  const file = fileSystem.open(temporary, 'create');
  try {
    fileSystem.ftruncate(file, 0);
    writeFully(fileSystem, file, content, 0, content.length, 0);
    await fileSystem.fdatasync(file);
  } finally {
    fileSystem.close(file);
  }
  fileSystem.rename(temporary, path);
  fileSystem.fsyncDirectory(folder);
}

/** Removes a file on the thread pool: giving back the blocks of a large one takes long. */
export async function unlinkOffLoop(fileSystem: FileSystem, path: string): Promise<void> {
  try {
    if (fileSystem.unlinkAsync) await fileSystem.unlinkAsync(path);
    else fileSystem.unlink(path);
  } catch (error) {
    if (errorCodeOf(error) !== 'ENOENT') throw error;
  }
}

/** Makes changes of names in a folder durable, on the thread pool where that is possible. */
export async function syncFolderOffLoop(fileSystem: FileSystem, folder: string): Promise<void> {
  if (fileSystem.fsyncDirectoryAsync) await fileSystem.fsyncDirectoryAsync(folder);
  else fileSystem.fsyncDirectory(folder);
}
