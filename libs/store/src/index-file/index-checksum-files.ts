import type { FileSystem, Logger } from '@rocket-nest/common';
import { errorCodeOf, errorMessageOf } from '@rocket-nest/common';
import { preadFully, readWholeFile } from '@rocket-nest/common/internal';
import { getInt32 } from '../bytes/integers';
import type { FileHandlePool, PooledFile } from '../files/file-handle-pool';
import { readFully, replaceFile } from '../files/file-io';
import { CHECKSUM_ENTRY_BYTES, CHECKSUMS_HEADER_BYTES, IndexChecksums } from './index-checksums';

const INDEX_FILE_NAME = /^\d{17}$/;
/** An index file of a thousand million items has fewer. */
const MAX_BYTES = 64 * 1024 * 1024;

/**
 * Reads and writes `checksums/index/<name of the index file>`, always as a whole. They are written
 * once the index file is durable and removed before it is, so they never speak of a file that was
 * not there.
 */
export class IndexChecksumFiles {
  constructor(
    private readonly fileSystem: FileSystem,
    private readonly pool: FileHandlePool,
    private readonly logger: Logger,
    readonly folder: string,
    private readonly slotNum: number,
  ) {}

  /** Names of the index files that have checksums, oldest first. */
  names(): string[] {
    return this.fileSystem
      .readdir(this.folder)
      .filter((name) => INDEX_FILE_NAME.test(name))
      .sort();
  }

  /** Removes what a killed process left half done. */
  removeLeftovers(): void {
    for (const name of this.fileSystem.readdir(this.folder)) {
      if (!INDEX_FILE_NAME.test(name)) this.fileSystem.unlink(`${this.folder}/${name}`);
    }
  }

  /** The header that the index file had; undefined without checksums, or with damaged ones. */
  header(name: string): Buffer | undefined {
    const path = this.path(name);
    try {
      if (!this.fileSystem.status(path)) return undefined;
      const bytes = Buffer.alloc(CHECKSUMS_HEADER_BYTES);
      const file = this.fileSystem.open(path, 'read');
      try {
        preadFully(this.fileSystem, file, bytes, 0, bytes.length, 0);
      } finally {
        this.fileSystem.close(file);
      }
      return IndexChecksums.headerIn(bytes);
    } catch (error) {
      this.tell('checksums of an index file cannot be read', name, error);
      return undefined;
    }
  }

  /** Undefined without checksums, or with damaged ones. */
  read(name: string): IndexChecksums | undefined {
    try {
      const bytes = readWholeFile(this.fileSystem, this.path(name), MAX_BYTES);
      const checksums = bytes && IndexChecksums.decode(bytes, this.slotNum);
      if (bytes && !checksums) {
        const path = this.path(name);
        this.logger.warn('damaged checksums, an index file is not compared with them', { path });
      }
      return checksums;
    } catch (error) {
      this.tell('checksums of an index file cannot be read', name, error);
      return undefined;
    }
  }

  /** One CRC, by its number; undefined without checksums. */
  async entry(name: string, number: number): Promise<number | undefined> {
    let pooled: PooledFile | undefined;
    try {
      pooled = this.pool.acquire(this.path(name));
      const bytes = Buffer.alloc(CHECKSUM_ENTRY_BYTES);
      const position = CHECKSUMS_HEADER_BYTES + number * CHECKSUM_ENTRY_BYTES;
      const { file } = pooled;
      const read = await readFully(this.fileSystem, file, bytes, 0, bytes.length, position);
      return read === bytes.length ? getInt32(bytes, 0) >>> 0 : undefined;
    } catch (error) {
      if (errorCodeOf(error) !== 'ENOENT') {
        this.tell('checksums of an index file cannot be read', name, error);
      }
      return undefined;
    } finally {
      if (pooled) this.pool.release(pooled);
    }
  }

  /** Durable when it resolves. Without them a file is not compared, nothing else, so a failure is only logged. */
  async write(name: string, content: Buffer): Promise<void> {
    try {
      this.fileSystem.mkdir(this.folder);
      await replaceFile(this.fileSystem, this.folder, name, content);
      this.pool.forget(this.path(name));
    } catch (error) {
      this.tell('checksums of an index file not written', name, error);
      this.removeQuietly(name);
    }
  }

  remove(name: string): void {
    const path = this.path(name);
    this.pool.forget(path);
    if (this.fileSystem.status(path)) this.fileSystem.unlink(path);
  }

  syncFolder(): void {
    if (this.fileSystem.status(this.folder)) this.fileSystem.fsyncDirectory(this.folder);
  }

  private removeQuietly(name: string): void {
    try {
      this.remove(name);
    } catch (error) {
      this.tell('checksums of an index file not removed', name, error);
    }
  }

  private tell(message: string, name: string, error: unknown): void {
    this.logger.warn(message, { path: this.path(name), cause: errorMessageOf(error) });
  }

  private path(name: string): string {
    return `${this.folder}/${name}`;
  }
}
