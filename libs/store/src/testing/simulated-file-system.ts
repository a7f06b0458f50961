import type { DeviceSpace, FileStatus, FileSystem, OpenMode } from '@rocket-nest/common';
import type { Random } from '@rocket-nest/common';
import { realSetImmediate } from '@rocket-nest/common/internal';
import { SECTOR_BYTES, SimulatedFile } from './simulated-file';

/** Operations that can be told to fail. */
export type SimulatedOperation = 'pwrite' | 'fdatasync' | 'ftruncate' | 'fsyncDirectory';

interface Failure {
  readonly operation: SimulatedOperation;
  /** Fails from this call on (1 = the next). */
  callsLeft: number;
  timesLeft: number;
  readonly code: string;
}

/** A change of names, durable once its folder is synced. */
interface NameChange {
  readonly folder: string;
  apply(names: Map<string, SimulatedFile>): void;
}

interface OpenFile {
  readonly file: SimulatedFile;
  readonly path: string;
}

const DEFAULT_CAPACITY_BYTES = 1024 * 1024 * 1024;

/**
 * A disk in memory that tells what was synced from what was not. `killProcess` and `cutPower` give
 * the disk that the next process finds; the old one then refuses everything.
 */
export class SimulatedFileSystem implements FileSystem {
  capacityBytes = DEFAULT_CAPACITY_BYTES;
  /** Bytes that one pwrite takes at most. */
  maxWriteBytes = Infinity;
  /** Calls so far, by operation. */
  readonly calls = { pwrite: 0, fdatasync: 0, ftruncate: 0, fsyncDirectory: 0 };
  /** Calls that were told to fail and did. */
  failed = 0;
  private names = new Map<string, SimulatedFile>();
  private durableNames = new Map<string, SimulatedFile>();
  private nameChanges: NameChange[] = [];
  private folders = new Set<string>(['', '/']);
  private readonly open_ = new Map<number, OpenFile>();
  private nextHandle = 3;
  private failures: Failure[] = [];
  private isDead = false;

  /** Makes the `call`-th next call of an operation fail, and the `times - 1` after it. */
  failAt(operation: SimulatedOperation, call: number, code: string, times = 1): void {
    this.failures.push({ operation, callsLeft: call, timesLeft: times, code });
  }

  clearFailures(): void {
    this.failures = [];
  }

  /** The disk after `kill -9`: nothing is lost that was handed to the system. */
  killProcess(): SimulatedFileSystem {
    return this.survive((file) => file.afterKill(), this.names, this.nameChanges);
  }

  /** The disk after a power cut: of what was not synced, `random` decides sector by sector. */
  cutPower(random: Random): SimulatedFileSystem {
    const keptChanges = random.nextInt(this.nameChanges.length + 1);
    const names = new Map(this.durableNames);
    for (const change of this.nameChanges.slice(0, keptChanges)) change.apply(names);
    const keepsAll = random.nextInt(4) === 0;
    const keepsNone = !keepsAll && random.nextInt(4) === 0;
    const keeps = (): boolean => keepsAll || (!keepsNone && random.nextInt(2) === 0);
    return this.survive((file) => file.afterPowerCut(keeps, keeps()), names, []);
  }

  /** Sectors and file sizes that a power cut may take, each on its own. */
  get unsyncedUnits(): number {
    let units = 0;
    for (const file of this.allFiles()) units += file.unsyncedUnits;
    return units;
  }

  /** Changes of names that a power cut may take, from the last one on. */
  get unsyncedNames(): number {
    return this.nameChanges.length;
  }

  /** The disk after a power cut that kept some units, by number, and the first changes of names. */
  cutPowerKeeping(keepsUnit: (unit: number) => boolean, keptNames: number): SimulatedFileSystem {
    const firstUnits = new Map<SimulatedFile, number>();
    let units = 0;
    for (const file of this.allFiles()) {
      firstUnits.set(file, units);
      units += file.unsyncedUnits;
    }
    const names = new Map(this.durableNames);
    for (const change of this.nameChanges.slice(0, keptNames)) change.apply(names);
    const survivorOf = (file: SimulatedFile): SimulatedFile => {
      let unit = firstUnits.get(file) ?? 0;
      const keepsSize = file.isSizeUnsynced && keepsUnit(unit++);
      return file.afterPowerCut(() => keepsUnit(unit++), keepsSize);
    };
    return this.survive(survivorOf, names, []);
  }

  private allFiles(): Set<SimulatedFile> {
    return new Set([...this.durableNames.values(), ...this.names.values()]);
  }

  open(path: string, mode: OpenMode): number {
    this.check();
    let file = this.names.get(path);
    if (!file) {
      if (mode !== 'create') throw fault('ENOENT', `no such file ${path}`);
      if (!this.folders.has(folderOf(path))) throw fault('ENOENT', `no folder for ${path}`);
      file = new SimulatedFile();
      const created = file;
      this.changeNames(folderOf(path), (names) => names.set(path, created));
    }
    const handle = this.nextHandle++;
    this.open_.set(handle, { file, path });
    return handle;
  }

  close(handle: number): void {
    this.open_.delete(handle);
  }

  pwrite(handle: number, data: Buffer, offset: number, length: number, position: number): number {
    this.check();
    this.count('pwrite');
    const { file } = this.opened(handle);
    let bytes = Math.min(length, this.maxWriteBytes);
    const missing = file.missingSectors(position, bytes) * SECTOR_BYTES;
    const free = Math.max(0, this.capacityBytes - this.usedBytes());
    if (missing > free) {
      // A full disk takes what still fits and says nothing.
      bytes = Math.min(bytes, free);
      if (bytes === 0) throw fault('ENOSPC', 'no space left on device');
    }
    file.write(data, offset, bytes, position);
    return bytes;
  }

  pread(handle: number, target: Buffer, offset: number, length: number, position: number): number {
    this.check();
    return this.opened(handle).file.read(target, offset, length, position);
  }

  async read(
    handle: number,
    target: Buffer,
    offset: number,
    length: number,
    position: number,
  ): Promise<number> {
    this.check();
    const { file } = this.opened(handle);
    await this.later();
    return file.read(target, offset, length, position);
  }

  async fdatasync(handle: number): Promise<void> {
    this.check();
    this.countSync(handle);
    const end = this.opened(handle).file.beginSync();
    await this.later();
    end();
  }

  fdatasyncSync(handle: number): void {
    this.check();
    this.countSync(handle);
    this.opened(handle).file.beginSync()();
  }

  ftruncate(handle: number, lengthBytes: number): void {
    this.check();
    this.count('ftruncate');
    this.opened(handle).file.truncate(lengthBytes);
  }

  fileSize(handle: number): number {
    return this.opened(handle).file.sizeBytes;
  }

  rename(from: string, to: string): void {
    this.check();
    const file = this.names.get(from);
    if (!file) throw fault('ENOENT', `no such file ${from}`);
    this.changeNames(folderOf(to), (names) => {
      names.delete(from);
      names.set(to, file);
    });
  }

  unlink(path: string): void {
    this.check();
    if (!this.names.has(path)) throw fault('ENOENT', `no such file ${path}`);
    this.changeNames(folderOf(path), (names) => names.delete(path));
  }

  mkdir(path: string): void {
    this.check();
    for (let folder = path; folder.length > 0; folder = folderOf(folder)) this.folders.add(folder);
  }

  rmdir(path: string): void {
    this.check();
    if (this.readdir(path).length > 0) throw fault('ENOTEMPTY', `${path} is not empty`);
    this.folders.delete(path);
  }

  readdir(path: string): string[] {
    this.check();
    const inside = new Set<string>();
    for (const name of [...this.names.keys(), ...this.folders]) {
      if (name !== path && name.startsWith(`${path}/`)) {
        inside.add(name.slice(path.length + 1).split('/')[0]);
      }
    }
    return [...inside];
  }

  status(path: string): FileStatus | undefined {
    this.check();
    const file = this.names.get(path);
    if (file) return { sizeBytes: file.sizeBytes, modifiedMs: 0, isDirectory: false };
    if (this.folders.has(path)) return { sizeBytes: 0, modifiedMs: 0, isDirectory: true };
    return undefined;
  }

  fsyncDirectory(path: string): void {
    this.check();
    this.count('fsyncDirectory');
    // Journals keep the order of changes, so a folder's sync takes along what came before.
    let last = -1;
    this.nameChanges.forEach((change, index) => {
      if (change.folder === path) last = index;
    });
    for (const change of this.nameChanges.splice(0, last + 1)) change.apply(this.durableNames);
  }

  statfs(): DeviceSpace {
    const availableBytes = Math.max(0, this.capacityBytes - this.usedBytes());
    return { totalBytes: this.capacityBytes, availableBytes };
  }

  /** Whole content of a file, for looking at it. */
  contentOf(path: string): Buffer {
    const file = this.names.get(path);
    if (!file) throw fault('ENOENT', `no such file ${path}`);
    const content = Buffer.alloc(file.sizeBytes);
    file.read(content, 0, content.length, 0);
    return content;
  }

  /** Changes bytes behind everyone's back, as a failing disk does. */
  damage(path: string, position: number, bytes: Buffer): void {
    const file = this.names.get(path);
    if (!file) throw fault('ENOENT', `no such file ${path}`);
    file.write(bytes, 0, bytes.length, position);
    file.beginSync()();
  }

  /** Removes everything below a folder, and the folder. */
  removeFolder(path: string): void {
    for (const name of [...this.names.keys()]) {
      if (!name.startsWith(`${path}/`)) continue;
      this.names.delete(name);
      this.durableNames.delete(name);
    }
    for (const folder of [...this.folders]) {
      if (folder === path || folder.startsWith(`${path}/`)) this.folders.delete(folder);
    }
  }

  filesBelow(path: string): string[] {
    return [...this.names.keys()].filter((name) => name.startsWith(`${path}/`)).sort();
  }

  private usedBytes(): number {
    let sectors = 0;
    for (const file of new Set(this.names.values())) sectors += file.allocatedSectors;
    return sectors * SECTOR_BYTES;
  }

  private survive(
    survivorOf: (file: SimulatedFile) => SimulatedFile,
    names: ReadonlyMap<string, SimulatedFile>,
    changes: readonly NameChange[],
  ): SimulatedFileSystem {
    this.isDead = true;
    const next = new SimulatedFileSystem();
    const survivors = new Map<SimulatedFile, SimulatedFile>();
    const survivor = (file: SimulatedFile): SimulatedFile => {
      const known = survivors.get(file) ?? survivorOf(file);
      survivors.set(file, known);
      return known;
    };
    next.capacityBytes = this.capacityBytes;
    next.folders = new Set(this.folders);
    for (const [name, file] of names) next.names.set(name, survivor(file));
    if (changes.length === 0) next.durableNames = new Map(next.names);
    else {
      for (const [name, file] of this.durableNames) next.durableNames.set(name, survivor(file));
      const all = new Map(next.names);
      next.nameChanges = [
        {
          folder: changes[changes.length - 1].folder,
          apply: (to) => replace(to, all),
        },
      ];
    }
    return next;
  }

  private changeNames(folder: string, apply: (names: Map<string, SimulatedFile>) => void): void {
    apply(this.names);
    this.nameChanges.push({ folder, apply });
  }

  private opened(handle: number): OpenFile {
    const opened = this.open_.get(handle);
    if (!opened) throw fault('EBADF', `file ${handle} is not open`);
    return opened;
  }

  /** A sync that fails leaves its pages clean and not on the disk: no later sync brings them there. */
  private countSync(handle: number): void {
    try {
      this.count('fdatasync');
    } catch (error) {
      this.opened(handle).file.loseUnsynced();
      throw error;
    }
  }

  private count(operation: SimulatedOperation): void {
    this.calls[operation]++;
    for (const failure of this.failures) {
      if (failure.operation !== operation) continue;
      if (failure.callsLeft > 1) {
        failure.callsLeft--;
        continue;
      }
      if (failure.timesLeft <= 0) continue;
      failure.timesLeft--;
      this.failed++;
      throw fault(failure.code, `${operation} was told to fail`);
    }
  }

  private check(): void {
    if (this.isDead) throw fault('EIO', 'the machine is off');
  }

  /** Off the event loop, as it were; what is under way when the machine goes off never ends. */
  private later(): Promise<void> {
    return new Promise((resolve) => {
      realSetImmediate(() => {
        if (!this.isDead) resolve();
      });
    });
  }
}

function replace(target: Map<string, SimulatedFile>, by: Map<string, SimulatedFile>): void {
  target.clear();
  for (const [name, file] of by) target.set(name, file);
}

function folderOf(path: string): string {
  return path.slice(0, Math.max(0, path.lastIndexOf('/')));
}

function fault(code: string, message: string): Error {
  return Object.assign(new Error(message), { code });
}
