import { dirname } from 'node:path';
import { errorMessageOf, RocketError, type FileSystem, type Logger } from '@rocket-nest/common';
import { AtomicFile } from '@rocket-nest/common/internal';
import type { LimitHits } from '@rocket-nest/remoting';
import { DEFAULT_NAMESRV_LIMITS, NamesrvLimitName, type NamesrvLimits } from '../namesrv-limits';
import { formatKVConfigs, parseKVConfigs, type KVConfigTable } from './kv-config-file';

/** The namespace that holds, per topic, which brokers serve it in order with how many queues. */
export const ORDER_TOPIC_CONFIG = 'ORDER_TOPIC_CONFIG';

export interface KVConfigManagerDeps {
  readonly fileSystem: FileSystem;
  readonly logger: Logger;
  readonly limits: LimitHits;
}

/** Key-value configuration: namespace -> key -> value, kept in one file that is replaced whole. */
export class KVConfigManager {
  private readonly file: AtomicFile;
  private table: KVConfigTable = new Map();
  private entries = 0;
  private lastWrite: Promise<void> = Promise.resolve();

  /** `path`: the file, by default `kvConfig.json` in the user's `namesrv` folder. */
  constructor(
    path: string,
    private readonly deps: KVConfigManagerDeps,
    private readonly limits: NamesrvLimits = DEFAULT_NAMESRV_LIMITS,
  ) {
    this.file = new AtomicFile(deps.fileSystem, path);
  }

  /**
   * Reads the file; a missing one is an empty table. A damaged one is set aside and the generation
   * before it is taken; throws FILE_CORRUPT when there is none.
   */
  load(): void {
    const { fileSystem, logger } = this.deps;
    const { path } = this.file;
    const wasThere = (fileSystem.status(path)?.sizeBytes ?? 0) > 0;
    const found = this.file.read((content) => parseKVConfigs(content) !== undefined);
    if (!found && wasThere) {
      throw new RocketError(
        'FILE_CORRUPT',
        `${path} is damaged and has no good backup; it was renamed to ${path}.damaged. ` +
          'Start again to begin with an empty key-value configuration.',
      );
    }
    if (found?.fromBackup) logger.warn('key-value configuration taken from its backup', { path });
    this.table = (found && parseKVConfigs(found.content)) ?? new Map();
    this.entries = [...this.table.values()].reduce((sum, keys) => sum + keys.size, 0);
  }

  get(namespace: string, key: string): string | undefined {
    return this.table.get(namespace)?.get(key);
  }

  /** Undefined when the namespace was never used; it stays when its last key is deleted. */
  namespace(namespace: string): ReadonlyMap<string, string> | undefined {
    return this.table.get(namespace);
  }

  /** Resolves once the change is on disk; rejects when it cannot be written. */
  async put(namespace: string, key: string, value: string): Promise<'STORED' | 'TOO_MANY'> {
    const keys = this.table.get(namespace);
    const isNew = !keys?.has(key);
    const held = Math.max(this.entries, this.table.size);
    if (isNew && held >= this.limits.maxKvConfigs) {
      this.deps.limits.hit(NamesrvLimitName.KV_CONFIGS);
      return 'TOO_MANY';
    }
    if (keys) keys.set(key, value);
    else this.table.set(namespace, new Map([[key, value]]));
    if (isNew) this.entries++;
    await this.persist();
    return 'STORED';
  }

  /** Resolves once the change is on disk; true when there was something to delete. */
  async delete(namespace: string, key: string): Promise<boolean> {
    const isKnown = this.table.get(namespace)?.delete(key) ?? false;
    if (!isKnown) return false;
    this.entries--;
    await this.persist();
    return true;
  }

  /** Resolves once what was changed is on disk, or could not be written. */
  async shutdown(): Promise<void> {
    await this.lastWrite;
  }

  private async persist(): Promise<void> {
    const { path } = this.file;
    try {
      this.deps.fileSystem.mkdir(dirname(path));
      const written = this.file.write(formatKVConfigs(this.table));
      this.lastWrite = written.catch(() => undefined);
      await written;
    } catch (error) {
      const reason = errorMessageOf(error);
      this.deps.logger.error('key-value configuration not written', { path, reason });
      throw error;
    }
  }
}
