import { execFile } from 'node:child_process';
import * as fs from 'node:fs';
import * as path from 'node:path';
import { promisify } from 'node:util';
import { repositoryRoot } from '../support/servers';
import { makeTemporaryFolder, removeFolder } from '../support/temporary-folder';

const execFileAsync = promisify(execFile);
const LIMIT_MS = 120_000;

/** What a Nest app has anyway: peers of rocket-nest, and what compiles and tests it. */
const peers = ['@nestjs/common', '@nestjs/core', 'reflect-metadata', 'rxjs', '@types/node'];

interface PackedFile {
  readonly filename: string;
  readonly files: readonly { readonly path: string }[];
}

interface Manifest {
  readonly name: string;
  readonly private?: boolean;
}

const manifestOf = (folder: string): Manifest =>
  JSON.parse(fs.readFileSync(path.join(folder, 'package.json'), 'utf8')) as Manifest;

/** Every lib that is published. */
const libs = fs
  .readdirSync(path.join(repositoryRoot, 'libs'))
  .map((name) => path.join(repositoryRoot, 'libs', name))
  .filter((folder) => fs.existsSync(path.join(folder, 'package.json')))
  .filter((folder) => !manifestOf(folder).private);

describe('the packed packages in an empty folder', () => {
  let folder: string;
  const packed = new Map<string, PackedFile>();

  const npm = (args: readonly string[], cwd: string): Promise<{ stdout: string }> =>
    execFileAsync('npm', [...args, '--no-audit', '--no-fund', '--offline'], {
      cwd,
      timeout: LIMIT_MS,
    });
  const node = (args: readonly string[]): Promise<{ stdout: string }> =>
    execFileAsync(process.execPath, args, {
      cwd: folder,
      timeout: LIMIT_MS,
      env: { ...process.env, NODE_ENV: 'test', NODE_PATH: '' },
    });
  const tool = (name: string): string => path.join(repositoryRoot, 'node_modules', name);

  beforeAll(async () => {
    folder = makeTemporaryFolder('packed');
    for (const lib of libs) {
      const args = ['pack', '--json', '--pack-destination', folder];
      const [result] = JSON.parse((await npm(args, lib)).stdout) as PackedFile[];
      packed.set(manifestOf(lib).name, result);
    }
    fs.writeFileSync(path.join(folder, 'package.json'), '{"name":"app","private":true}');
    const tarballs = [...packed.values()].map((each) => `./${each.filename}`);
    await npm(['install', '--legacy-peer-deps', ...tarballs], folder);
    for (const peer of peers) {
      const link = path.join(folder, 'node_modules', peer);
      fs.mkdirSync(path.dirname(link), { recursive: true });
      fs.symlinkSync(tool(peer), link);
    }
    fs.copyFileSync(path.join(__dirname, 'packed-app/app.ts'), path.join(folder, 'app.ts'));
  }, LIMIT_MS);

  afterAll(() => removeFolder(folder));

  it.each(libs.map((lib) => manifestOf(lib).name))(
    '%s holds what it needs, and no tests',
    (name) => {
      const files = packed.get(name)?.files.map((each) => each.path) ?? [];
      expect(files).toEqual(
        expect.arrayContaining(['package.json', 'dist/index.js', 'dist/index.d.ts']),
      );
      expect(files.filter((file) => /(^src\/|\.spec\.|tsbuildinfo)/.test(file))).toEqual([]);
    },
  );

  it(
    'compiles, starts on the embedded broker, receives what it sends, and ends',
    async () => {
      const options = [
        ...['--target', 'es2022', '--module', 'node16', '--moduleResolution', 'node16'],
        ...['--strict', '--experimentalDecorators', '--emitDecoratorMetadata', '--types', 'node'],
      ];
      await node([tool('typescript/bin/tsc'), ...options, 'app.ts']);
      const { stdout } = await node(['-e', "require('./app').run().then(console.log)"]);
      expect(stdout.trim()).toBe('43');
      // Nothing is left beside it: the embedded broker's store was a temporary folder.
      expect(fs.readdirSync(folder)).not.toContain('data');
    },
    LIMIT_MS,
  );

  it(
    "runs in a user's own Jest, with fake timers too",
    async () => {
      fs.writeFileSync(
        path.join(folder, 'app.test.js'),
        `const { run } = require('./app');
         test('receives', async () => {
           jest.useFakeTimers({ doNotFake: ['nextTick'] });
           expect(await run()).toBe('43');
         });`,
      );
      const config = { rootDir: folder, testMatch: ['<rootDir>/app.test.js'] };
      const args = [tool('jest/bin/jest.js'), '--config', JSON.stringify(config), '--ci'];
      await node(args);
    },
    LIMIT_MS,
  );
});
