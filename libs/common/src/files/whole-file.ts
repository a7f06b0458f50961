import { RocketError } from '../errors/rocket-error';
import type { FileSystem } from '../runtime/file-system';

/**
 * Writes all of `length` bytes at `position`: a single `pwrite` may write less without an error. No
 * progress counts as a full disk, with the code ENOSPC as from the operating system.
 */
export function pwriteFully(
  fileSystem: FileSystem,
  file: number,
  data: Buffer,
  offset: number,
  length: number,
  position: number,
): void {
  let done = 0;
  while (done < length) {
    const written = fileSystem.pwrite(file, data, offset + done, length - done, position + done);
    if (written <= 0) {
      throw new RocketError(
        'ENOSPC',
        `only ${done} of ${length} bytes could be written: look for a full disk or a quota`,
      );
    }
    done += written;
  }
}

/** Reads up to `length` bytes at `position`; returns the bytes read, fewer at the file's end only. */
export function preadFully(
  fileSystem: FileSystem,
  file: number,
  target: Buffer,
  offset: number,
  length: number,
  position: number,
): number {
  let done = 0;
  while (done < length) {
    const read = fileSystem.pread(file, target, offset + done, length - done, position + done);
    if (read <= 0) break;
    done += read;
  }
  return done;
}

/** The content of a file, undefined when it is missing or larger than `maxBytes`. */
export function readWholeFile(
  fileSystem: FileSystem,
  path: string,
  maxBytes = Infinity,
): Buffer | undefined {
  const status = fileSystem.status(path);
  if (!status || status.isDirectory || status.sizeBytes > maxBytes) return undefined;
  const file = fileSystem.open(path, 'read');
  try {
    const content = Buffer.alloc(fileSystem.fileSize(file));
    const read = preadFully(fileSystem, file, content, 0, content.length, 0);
    return content.subarray(0, read);
  } finally {
    fileSystem.close(file);
  }
}
