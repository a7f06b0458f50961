import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { NodeFileSystem } from './node-file-system';

describe('NodeFileSystem', () => {
  const fileSystem = new NodeFileSystem();
  let folder: string;

  beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'common-fs-'))));
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  it('writes and reads at positions, in both ways', async () => {
    const file = fileSystem.open(join(folder, 'a'), 'create');
    const data = Buffer.from('..hello..');
    expect(fileSystem.pwrite(file, data, 2, 5, 10)).toBe(5);
    expect(fileSystem.fileSize(file)).toBe(15);
    const target = Buffer.alloc(8, '-');
    expect(fileSystem.pread(file, target, 1, 5, 10)).toBe(5);
    expect(target.toString()).toBe('-hello--');
    const again = Buffer.alloc(20);
    expect(await fileSystem.read(file, again, 0, 20, 12)).toBe(3);
    expect(again.toString('utf8', 0, 3)).toBe('llo');
    expect(fileSystem.pread(file, again, 0, 20, 15)).toBe(0);
    await fileSystem.fdatasync(file);
    fileSystem.fdatasyncSync(file);
    fileSystem.ftruncate(file, 12);
    expect(fileSystem.fileSize(file)).toBe(12);
    fileSystem.close(file);
  });

  it('opens as the mode says, keeping what is there', () => {
    const path = join(folder, 'a');
    expect(() => fileSystem.open(path, 'read')).toThrow(
      expect.objectContaining({ code: 'ENOENT' }),
    );
    expect(() => fileSystem.open(path, 'readWrite')).toThrow(
      expect.objectContaining({ code: 'ENOENT' }),
    );
    writeFileSync(path, 'kept');
    fileSystem.close(fileSystem.open(path, 'create'));
    expect(fileSystem.status(path)).toMatchObject({ sizeBytes: 4, isDirectory: false });
    const file = fileSystem.open(path, 'read');
    expect(() => fileSystem.pwrite(file, Buffer.from('x'), 0, 1, 0)).toThrow(
      expect.objectContaining({ code: 'EBADF' }),
    );
    fileSystem.close(file);
  });

  it('rejects what fails off the loop, with the system code', async () => {
    await expect(fileSystem.fdatasync(9_999)).rejects.toMatchObject({ code: 'EBADF' });
    await expect(fileSystem.read(9_999, Buffer.alloc(1), 0, 1, 0)).rejects.toMatchObject({
      code: 'EBADF',
    });
  });

  it('makes, lists, renames and removes', async () => {
    const deep = join(folder, 'x', 'y');
    fileSystem.mkdir(deep);
    fileSystem.mkdir(deep);
    writeFileSync(join(deep, 'f'), '');
    expect(fileSystem.readdir(deep)).toEqual(['f']);
    expect(fileSystem.readdir(join(folder, 'missing'))).toEqual([]);
    expect(fileSystem.status(deep)).toMatchObject({ isDirectory: true });
    expect(fileSystem.status(join(deep, 'missing'))).toBeUndefined();
    fileSystem.rename(join(deep, 'f'), join(deep, 'g'));
    fileSystem.fsyncDirectory(deep);
    await fileSystem.fsyncDirectoryAsync(deep);
    fileSystem.unlink(join(deep, 'g'));
    fileSystem.rmdir(deep);
    expect(fileSystem.status(deep)).toBeUndefined();
  });

  it('does not hide that a folder to be synced is missing', async () => {
    const missing = join(folder, 'missing');
    expect(() => fileSystem.fsyncDirectory(missing)).toThrow(
      expect.objectContaining({ code: 'ENOENT' }),
    );
    await expect(fileSystem.fsyncDirectoryAsync(missing)).rejects.toMatchObject({ code: 'ENOENT' });
  });

  it('knows a dangling link as nothing', () => {
    symlinkSync(join(folder, 'nowhere'), join(folder, 'link'));
    expect(fileSystem.status(join(folder, 'link'))).toBeUndefined();
  });

  it('removes a file off the event loop', async () => {
    const path = join(folder, 'to-be-removed');
    fileSystem.close(fileSystem.open(path, 'create'));
    await fileSystem.unlinkAsync(path);
    expect(fileSystem.status(path)).toBeUndefined();
    await expect(fileSystem.unlinkAsync(path)).rejects.toMatchObject({ code: 'ENOENT' });
  });

  it('tells the room on the device', () => {
    const { totalBytes, availableBytes } = fileSystem.statfs(folder);
    expect(totalBytes).toBeGreaterThan(0);
    expect(availableBytes).toBeLessThanOrEqual(totalBytes);
  });
});
