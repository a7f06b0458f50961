import type { FileSystem } from '@rocket-nest/common';
import { errorCodeOf } from '@rocket-nest/common';
import { pwriteFully } from '@rocket-nest/common/internal';

/** Like `preadFully`, off the event loop. */
export async function readFully(
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
    pwriteFully(fileSystem, file, content, 0, content.length, 0);
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
