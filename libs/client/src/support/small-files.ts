import { dirname } from 'node:path';
import type { FileSystem } from '@rocket-nest/common';

/** The whole content of a file, undefined when it is missing. */
export function readFile(fileSystem: FileSystem, path: string): Buffer | undefined {
  if (!fileSystem.status(path)) return undefined;
  const file = fileSystem.open(path, 'read');
  try {
    const content = Buffer.alloc(fileSystem.fileSize(file));
    let read = 0;
    while (read < content.length) {
      const bytes = fileSystem.pread(file, content, read, content.length - read, read);
      if (bytes === 0) break;
      read += bytes;
    }
    return content.subarray(0, read);
  } finally {
    fileSystem.close(file);
  }
}

/**
 * Puts `content` in the place of a file, the one before kept as `.bak`: at every moment one of the
 * two is whole.
 */
export function replaceFile(fileSystem: FileSystem, path: string, content: Buffer): void {
  const temporary = `${path}.tmp`;
  const file = fileSystem.open(temporary, 'create');
  try {
    fileSystem.ftruncate(file, 0);
    for (let written = 0; written < content.length;) {
      written += fileSystem.pwrite(file, content, written, content.length - written, written);
    }
    fileSystem.fdatasyncSync(file);
  } finally {
    fileSystem.close(file);
  }
  if (fileSystem.status(path)) fileSystem.rename(path, `${path}.bak`);
  fileSystem.rename(temporary, path);
  fileSystem.fsyncDirectory(dirname(path));
}
