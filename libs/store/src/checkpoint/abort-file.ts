import type { FileSystem } from '@rocket-nest/common';
import { pwriteFully } from '@rocket-nest/common/internal';

/** Exists while the store is open; found at start, it tells that the last stop was not clean. */
export class AbortFile {
  private readonly path: string;

  constructor(
    private readonly fileSystem: FileSystem,
    private readonly folder: string,
    private readonly pid: number,
  ) {
    this.path = `${folder}/abort`;
  }

  exists(): boolean {
    return this.fileSystem.status(this.path) !== undefined;
  }

  /** Durable when it returns. */
  create(): void {
    const file = this.fileSystem.open(this.path, 'create');
    try {
      const text = Buffer.from(String(this.pid));
      this.fileSystem.ftruncate(file, 0);
      pwriteFully(this.fileSystem, file, text, 0, text.length, 0);
      this.fileSystem.fdatasyncSync(file);
    } finally {
      this.fileSystem.close(file);
    }
    this.fileSystem.fsyncDirectory(this.folder);
  }

  remove(): void {
    if (!this.exists()) return;
    this.fileSystem.unlink(this.path);
    this.fileSystem.fsyncDirectory(this.folder);
  }
}
