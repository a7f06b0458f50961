import { join } from 'node:path';
import type { FileSystem, Logger, MessageQueue } from '@rocket-nest/common';
import { errorMessageOf } from '@rocket-nest/common';
import { decodeBody, encodeBody, OffsetSerializeWrapper } from '@rocket-nest/remoting';
import { CachedOffsets } from './cached-offsets';
import type { OffsetStore } from './offset-store';
import { readFile, replaceFile } from '../support/small-files';

/**
 * Offsets of a broadcasting group: `<folder>/<client id>/<group>/offsets.json`, where the Java client
 * keeps them too, with the generation before in `offsets.json.bak`.
 */
export class LocalFileOffsetStore implements OffsetStore {
  private readonly offsets = new CachedOffsets();
  private readonly folder: string;
  private readonly path: string;

  constructor(
    folder: string,
    clientId: string,
    consumerGroup: string,
    private readonly fileSystem: FileSystem,
    private readonly logger: Logger,
  ) {
    this.folder = join(folder, fileNameOf(clientId), fileNameOf(consumerGroup));
    this.path = join(this.folder, 'offsets.json');
  }

  load(): void {
    for (const path of [this.path, `${this.path}.bak`]) {
      const content = readFile(this.fileSystem, path);
      if (!content || content.length === 0) continue;
      try {
        for (const [queue, offset] of decodeBody(OffsetSerializeWrapper, content).offsetTable) {
          this.offsets.set(queue, offset, false);
        }
        return;
      } catch (error) {
        this.logger.warn(
          `${path} is not readable, trying the one before: ${errorMessageOf(error)}`,
        );
      }
    }
  }

  cached(queue: MessageQueue): number | undefined {
    return this.offsets.get(queue);
  }

  read(queue: MessageQueue): Promise<number | undefined> {
    return Promise.resolve(this.offsets.get(queue));
  }

  update(queue: MessageQueue, offset: number, increaseOnly: boolean): void {
    this.offsets.set(queue, offset, increaseOnly);
  }

  persist(queues: readonly MessageQueue[]): Promise<void> {
    const changed = this.offsets.changed(queues);
    if (changed.length === 0) return Promise.resolve();
    try {
      const content = encodeBody(OffsetSerializeWrapper, {
        offsetTable: this.offsets.all(),
      });
      this.fileSystem.mkdir(this.folder);
      replaceFile(this.fileSystem, this.path, content);
      for (const [queue, offset] of changed) this.offsets.markPersisted(queue, offset);
      return Promise.resolve();
    } catch (error) {
      return Promise.reject(error);
    }
  }

  /** The file goes on holding it: a queue that comes back goes on where it was. */
  forget(_queue: MessageQueue): void {}
}

/** Client ids hold `@` and `#`, and an instance name may hold anything: it must not become a path. */
function fileNameOf(name: string): string {
  const safe = name.replace(/[^\w@#.%|-]/g, '_');
  return safe === '.' || safe === '..' ? `_${safe}` : safe;
}
