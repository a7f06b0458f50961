/** What is known of a file or folder without opening it. */
export interface FileStatus {
  readonly sizeBytes: number;
  readonly modifiedMs: number;
  readonly isDirectory: boolean;
}

/** Room on the device that holds a path. */
export interface DeviceSpace {
  /** What is used and what is available together; room kept for the administrator is in neither. */
  readonly totalBytes: number;
  /** What this process may still write. */
  readonly availableBytes: number;
}

/**
 * How a file is opened: `read` fails when it is missing, `readWrite` fails when it is missing,
 * `create` opens for reading and writing and makes it when missing.
 */
export type OpenMode = 'read' | 'readWrite' | 'create';

/**
 * The few file operations that the engine uses, so that a simulated disk can stand in. A failed
 * operation throws (or rejects with) an Error that carries the system's `code`, such as ENOSPC.
 */
export interface FileSystem {
  open(path: string, mode: OpenMode): number;
  close(file: number): void;
  /** Writes at `position` and returns the bytes written, which may be fewer than asked. */
  pwrite(file: number, data: Buffer, offset: number, length: number, position: number): number;
  /** Reads at `position` and returns the bytes read, 0 at the end of the file. */
  pread(file: number, target: Buffer, offset: number, length: number, position: number): number;
  /** Like `pread`, off the event loop. */
  read(
    file: number,
    target: Buffer,
    offset: number,
    length: number,
    position: number,
  ): Promise<number>;
  fdatasync(file: number): Promise<void>;
  fdatasyncSync(file: number): void;
  ftruncate(file: number, lengthBytes: number): void;
  fileSize(file: number): number;
  rename(from: string, to: string): void;
  unlink(path: string): void;
  /** Like `unlink`, off the event loop; where it is missing the other one is used. */
  unlinkAsync?(path: string): Promise<void>;
  /** Makes the folder and its parents; nothing happens when it exists. */
  mkdir(path: string): void;
  /** Removes an empty folder. */
  rmdir(path: string): void;
  /** Names in a folder, unsorted; empty when the folder is missing. */
  readdir(path: string): string[];
  /** Undefined when there is nothing at `path`. */
  status(path: string): FileStatus | undefined;
  /** Makes renames and new names in the folder durable, where the platform can. */
  fsyncDirectory(path: string): void;
  /** Like `fsyncDirectory`, off the event loop; where it is missing the other one is used. */
  fsyncDirectoryAsync?(path: string): Promise<void>;
  statfs(path: string): DeviceSpace;
}
