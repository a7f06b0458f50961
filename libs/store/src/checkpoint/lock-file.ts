import type { FileSystem } from '@rocket-nest/common';
import { pwriteFully, readWholeFile } from '@rocket-nest/common/internal';
import { StoreError } from '../errors/store-error';
import type { ProcessProbe } from './process-probe';

const NAME = 'lock';
const MAX_BYTES = 4096;
/** `lock` as the original writes it, then the holder's process id and start mark. */
const CONTENT = /^lock (\d+) (\S*)/;

/**
 * Keeps a second process off the folder. Node offers no file lock that the system would drop with
 * the process, so the file names its holder, and a holder that no longer runs (killed, or its number
 * now belongs to another process) does not count. A lock of the system, which the original takes, is
 * respected where it can be seen.
 */
export class LockFile {
  private isHeld = false;

  constructor(
    private readonly fileSystem: FileSystem,
    private readonly folder: string,
    private readonly probe: ProcessProbe,
  ) {}

  acquire(): void {
    const holder = this.holder();
    if (holder !== undefined) {
      throw new StoreError(
        'STORE_LOCKED',
        `the store ${this.folder} is in use by process ${holder}: stop it, or use another folder`,
      );
    }
    const { pid } = this.probe;
    const content = Buffer.from(`lock ${pid} ${this.probe.startMark(pid)}\n`);
    this.write(content);
    this.isHeld = true;
  }

  release(): void {
    if (!this.isHeld) return;
    this.isHeld = false;
    this.write(Buffer.from('lock'));
  }

  /** Needs not survive a power cut: after one, no holder runs. */
  private write(content: Buffer): void {
    const file = this.fileSystem.open(`${this.folder}/${NAME}`, 'create');
    try {
      this.fileSystem.ftruncate(file, 0);
      pwriteFully(this.fileSystem, file, content, 0, content.length, 0);
    } finally {
      this.fileSystem.close(file);
    }
  }

  private holder(): number | undefined {
    const path = `${this.folder}/${NAME}`;
    return this.probe.systemLockHolder(path) ?? this.namedHolder();
  }

  private namedHolder(): number | undefined {
    const content = readWholeFile(this.fileSystem, `${this.folder}/${NAME}`, MAX_BYTES);
    const match = CONTENT.exec(content?.toString('latin1') ?? '');
    if (!match) return undefined;
    const pid = Number(match[1]);
    if (!this.probe.isAlive(pid)) return undefined;
    return this.probe.startMark(pid) === match[2] ? pid : undefined;
  }
}
