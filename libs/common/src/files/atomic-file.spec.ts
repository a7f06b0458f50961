import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { NodeFileSystem } from '../runtime/node-file-system';
import {
  AtomicFile,
  readLastGood,
  writeFileAtomically,
  writeFileAtomicallySync,
} from './atomic-file';
import { pwriteFully, readWholeFile } from './whole-file';

/** The real file system, with operations that can be made to fail, stop or count. */
class TrickyFileSystem extends NodeFileSystem {
  readonly done: string[] = [];
  failAt: string | undefined;
  shortWrites = false;
  holdSync: Promise<void> | undefined;

  private step(name: string): void {
    this.done.push(name);
    if (name === this.failAt) throw Object.assign(new Error(name), { code: 'EIO' });
  }

  override pwrite(
    file: number,
    data: Buffer,
    offset: number,
    length: number,
    position: number,
  ): number {
    this.step('pwrite');
    const allowed = this.shortWrites ? Math.min(length, 3) : length;
    return super.pwrite(file, data, offset, allowed, position);
  }

  override async fdatasync(file: number): Promise<void> {
    this.step('sync');
    await this.holdSync;
    await super.fdatasync(file);
  }

  override fdatasyncSync(file: number): void {
    this.step('sync');
    super.fdatasyncSync(file);
  }

  override rename(from: string, to: string): void {
    this.step(to.endsWith('.bak') ? 'rename to backup' : 'rename to place');
    super.rename(from, to);
  }

  override fsyncDirectory(path: string): void {
    this.step('sync folder');
    super.fsyncDirectory(path);
  }

  override async fsyncDirectoryAsync(path: string): Promise<void> {
    this.step('sync folder');
    await super.fsyncDirectoryAsync(path);
  }
}

describe('atomic files', () => {
  let folder: string;
  let path: string;
  let fileSystem: TrickyFileSystem;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'common-atomic-'));
    path = join(folder, 'topics.json');
    fileSystem = new TrickyFileSystem();
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  const contentOf = (from = path): string | undefined =>
    readLastGood(new NodeFileSystem(), from)?.content.toString();

  it.each([
    ['asynchronous', (text: string) => writeFileAtomically(fileSystem, path, text)],
    ['synchronous', async (text: string) => writeFileAtomicallySync(fileSystem, path, text)],
  ])('replaces the content in the durable order, keeping the one before: %s', async (_n, write) => {
    await write('one');
    fileSystem.done.length = 0;
    await write('two');
    expect(fileSystem.done).toEqual([
      'pwrite',
      'sync',
      'rename to backup',
      'rename to place',
      'sync folder',
    ]);
    expect(readdirSync(folder).sort()).toEqual(['topics.json', 'topics.json.bak']);
    expect(readFileSync(path, 'utf8')).toBe('two');
    expect(readFileSync(`${path}.bak`, 'utf8')).toBe('one');
  });

  it.each(['pwrite', 'sync', 'rename to backup', 'rename to place'])(
    'keeps the old content when "%s" fails, and works again later',
    async (step) => {
      await writeFileAtomically(fileSystem, path, 'zero');
      await writeFileAtomically(fileSystem, path, 'one');
      const file = new AtomicFile(fileSystem, path);
      fileSystem.failAt = step;
      await expect(file.write(Buffer.from('two'))).rejects.toMatchObject({ code: 'EIO' });
      expect(contentOf()).toBe('one');
      expect(() => file.writeSync(Buffer.from('two'))).toThrow(
        expect.objectContaining({ code: 'EIO' }),
      );
      expect(contentOf()).toBe('one');
      fileSystem.failAt = undefined;
      await file.write(Buffer.from('three'));
      expect(contentOf()).toBe('three');
    },
  );

  it('lost a file that was damaged after its only write', async () => {
    await writeFileAtomically(fileSystem, path, 'only');
    writeFileSync(path, '');
    expect(contentOf()).toBe('only');
    const another = `${path}2`;
    writeFileAtomicallySync(fileSystem, another, 'only');
    rmSync(another);
    expect(contentOf(another)).toBe('only');
  });

  it('loops on short writes', async () => {
    fileSystem.shortWrites = true;
    await writeFileAtomically(fileSystem, path, '0123456789');
    expect(contentOf()).toBe('0123456789');
  });

  it('shares one write between calls made meanwhile, with the last content', async () => {
    let release = (): void => undefined;
    fileSystem.holdSync = new Promise((resolve) => (release = resolve));
    const file = new AtomicFile(fileSystem, path);
    const first = file.write(Buffer.from('first'));
    await Promise.resolve();
    await Promise.resolve();
    expect(fileSystem.done).toEqual(['pwrite', 'sync']);
    const rest = ['a', 'b', 'c'].map((text) => file.write(Buffer.from(text)));
    release();
    await Promise.all([first, ...rest]);
    expect(fileSystem.done.filter((step) => step === 'rename to place')).toHaveLength(2);
    expect(contentOf()).toBe('c');
    expect(contentOf(`${path}.bak`)).toBe('first');
  });

  it('lets a synchronous write overtake one under way', async () => {
    let release = (): void => undefined;
    fileSystem.holdSync = new Promise((resolve) => (release = resolve));
    const file = new AtomicFile(fileSystem, path);
    const older = file.write(Buffer.from('older'));
    await Promise.resolve();
    await Promise.resolve();
    expect(fileSystem.done).toEqual(['pwrite', 'sync']);
    file.writeSync(Buffer.from('newer'));
    release();
    await older;
    expect(contentOf()).toBe('newer');
    expect(readdirSync(folder).sort()).toEqual(['topics.json', 'topics.json.bak']);
    expect(contentOf(`${path}.bak`)).toBe('newer');
  });

  describe('reading after a crash or damage', () => {
    const isJson = (content: Buffer): boolean => content.toString().startsWith('{');

    it.each([
      ['nothing', undefined, undefined, undefined],
      ['the current file', '{new', '{old', '{new'],
      ['no backup yet', '{new', undefined, '{new'],
      ['a crash between the renames', undefined, '{old', '{old'],
      ['an empty current file', '', '{old', '{old'],
      ['a damaged current file', 'garbage', '{old', '{old'],
      ['both damaged', 'garbage', 'rubbish', undefined],
    ])('%s', (_name, current, backup, expected) => {
      if (current !== undefined) writeFileSync(path, current);
      if (backup !== undefined) writeFileSync(`${path}.bak`, backup);
      const found = new AtomicFile(fileSystem, path).read(isJson);
      expect(found?.content.toString()).toBe(expected);
      expect(found?.fromBackup).toBe(expected === undefined ? undefined : expected === '{old');
    });

    it('keeps the good backup when the next write follows a damaged file', async () => {
      writeFileSync(path, 'garbage');
      writeFileSync(`${path}.bak`, '{old');
      const file = new AtomicFile(fileSystem, path);
      file.read(isJson);
      fileSystem.failAt = 'rename to place';
      await expect(file.write(Buffer.from('{new'))).rejects.toMatchObject({ code: 'EIO' });
      expect(file.read(isJson)?.content.toString()).toBe('{old');
      expect(readFileSync(`${path}.damaged`, 'utf8')).toBe('garbage');
    });

    it('sets an empty file aside too, as nothing else tells that it was found', () => {
      writeFileSync(path, '');
      writeFileSync(`${path}.bak`, '{old');
      new AtomicFile(fileSystem, path).read(isJson);
      expect(readdirSync(folder).sort()).toEqual(['topics.json.bak', 'topics.json.damaged']);
    });

    it('does not take an empty file for a generation', async () => {
      writeFileSync(path, '');
      writeFileSync(`${path}.bak`, '{old');
      await writeFileAtomically(fileSystem, path, '{new');
      expect(readFileSync(`${path}.bak`, 'utf8')).toBe('{old');
    });
  });

  it('reports a device that takes nothing more', () => {
    const stuck = new (class extends NodeFileSystem {
      override pwrite(): number {
        return 0;
      }
    })();
    const file = stuck.open(path, 'create');
    expect(() => pwriteFully(stuck, file, Buffer.from('x'), 0, 1, 0)).toThrow(
      expect.objectContaining({ code: 'ENOSPC' }),
    );
    stuck.close(file);
  });

  it('reads no folder as a file', () => {
    expect(readWholeFile(fileSystem, folder)).toBeUndefined();
    expect(readWholeFile(fileSystem, path)).toBeUndefined();
  });
});
