import { dirname } from 'node:path';
import type { FileSystem } from '../runtime/file-system';
import { pwriteFully, readWholeFile } from './whole-file';

/** Ends the name of the generation before the current one. */
export const BACKUP_SUFFIX = '.bak';
/** Ends the name under which a file is set aside that was found damaged. */
export const DAMAGED_SUFFIX = '.damaged';
const TEMPORARY_SUFFIX = '.tmp';

/** Where a file's content came from. */
export interface LastGood {
  readonly content: Buffer;
  /** The generation before: the current file was missing, empty or damaged. */
  readonly fromBackup: boolean;
}

/**
 * A small file that is replaced as a whole. At every moment, a crash included, the current content
 * or the one before (of the first, a copy) can be read: written to a temporary file, synced, the current file renamed to
 * `.bak`, the temporary one renamed to its place, the folder synced.
 */
export class AtomicFile {
  private latest: Buffer | undefined;
  private queued: Promise<void> | undefined;
  private active: Promise<void> = Promise.resolve();
  private newest = 0;

  constructor(
    private readonly fileSystem: FileSystem,
    readonly path: string,
  ) {}

  /**
   * Replaces the content; resolves when this or a newer content is durable. Calls made while a write
   * is under way share the next one, with the content of the last.
   */
  write(content: Buffer): Promise<void> {
    this.latest = content;
    this.queued ??= this.active
      .catch(() => undefined)
      .then(() => {
        this.queued = undefined;
        this.active = this.replace(this.latest!);
        return this.active;
      });
    return this.queued;
  }

  /** Like `write`, at once, for the end of the process: a write under way gives up its older content. */
  writeSync(content: Buffer): void {
    this.latest = content;
    const generation = ++this.newest;
    const { fileSystem } = this;
    const temporary = this.temporaryPath(generation);
    this.fill(temporary, content, (file) => fileSystem.fdatasyncSync(file));
    this.swap(temporary, content);
    fileSystem.fsyncDirectory(dirname(this.path));
  }

  /** The newest content that `isGood` accepts; a damaged file is set aside as `.damaged`. */
  read(isGood?: (content: Buffer) => boolean): LastGood | undefined {
    return readLastGood(this.fileSystem, this.path, isGood);
  }

  private async replace(content: Buffer): Promise<void> {
    const generation = ++this.newest;
    const { fileSystem } = this;
    const temporary = this.temporaryPath(generation);
    const file = this.fill(temporary, content);
    try {
      await fileSystem.fdatasync(file);
    } catch (error) {
      fileSystem.close(file);
      removeQuietly(fileSystem, temporary);
      throw error;
    }
    fileSystem.close(file);
    if (generation !== this.newest) return removeQuietly(fileSystem, temporary);
    this.swap(temporary, content);
    const folder = dirname(this.path);
    if (fileSystem.fsyncDirectoryAsync) await fileSystem.fsyncDirectoryAsync(folder);
    else fileSystem.fsyncDirectory(folder);
  }

  /** Writes the temporary file. With `sync` it is synced and closed, else left open for the caller. */
  private fill(temporary: string, content: Buffer, sync?: (file: number) => void): number {
    const { fileSystem } = this;
    const file = fileSystem.open(temporary, 'create');
    let keep = false;
    try {
      fileSystem.ftruncate(file, 0);
      pwriteFully(fileSystem, file, content, 0, content.length, 0);
      sync?.(file);
      keep = true;
    } finally {
      if (sync || !keep) fileSystem.close(file);
      if (!keep) removeQuietly(fileSystem, temporary);
    }
    return file;
  }

  private swap(temporary: string, content: Buffer): void {
    const { fileSystem, path } = this;
    const backup = path + BACKUP_SUFFIX;
    const current = fileSystem.status(path);
    // An empty file is what a crash leaves of a writer less careful: it must not become the backup.
    if (current && current.sizeBytes > 0) fileSystem.rename(path, backup);
    // The first generation has none before it, so it is its own backup.
    else if (!fileSystem.status(backup)) {
      this.fill(backup, content, (file) => fileSystem.fdatasyncSync(file));
    }
    fileSystem.rename(temporary, path);
  }

  /** Two names in turn: a write under way and the one that overtakes it must not share a file. */
  private temporaryPath(generation: number): string {
    return this.path + (generation % 2 === 0 ? '' : '.1') + TEMPORARY_SUFFIX;
  }
}

/** Replaces a file as `AtomicFile` does; calls for one path must not overlap. */
export function writeFileAtomically(
  fileSystem: FileSystem,
  path: string,
  content: Buffer | string,
): Promise<void> {
  return new AtomicFile(fileSystem, path).write(Buffer.from(content));
}

/** Replaces a file as `AtomicFile` does, on this turn of the event loop. */
export function writeFileAtomicallySync(
  fileSystem: FileSystem,
  path: string,
  content: Buffer | string,
): void {
  new AtomicFile(fileSystem, path).writeSync(Buffer.from(content));
}

/**
 * The newest content of `path` or its `.bak` that `isGood` accepts (default: that is not empty),
 * undefined when there is none. A rejected current file is renamed to `.damaged`, so that the next
 * write cannot put it in place of the good backup.
 */
export function readLastGood(
  fileSystem: FileSystem,
  path: string,
  isGood: (content: Buffer) => boolean = () => true,
): LastGood | undefined {
  const current = readWholeFile(fileSystem, path);
  if (current && current.length > 0 && isGood(current)) {
    return { content: current, fromBackup: false };
  }
  if (current) fileSystem.rename(path, path + DAMAGED_SUFFIX);
  const backup = readWholeFile(fileSystem, path + BACKUP_SUFFIX);
  if (backup && backup.length > 0 && isGood(backup)) return { content: backup, fromBackup: true };
  return undefined;
}

function removeQuietly(fileSystem: FileSystem, path: string): void {
  try {
    fileSystem.unlink(path);
  } catch {
    // The next write of this file truncates it.
  }
}
