import { execFile } from 'node:child_process';
import * as fs from 'node:fs';
import * as path from 'node:path';
import { promisify } from 'node:util';
import { repositoryRoot } from '../support/servers';
import { makeTemporaryFolder, removeFolder } from '../support/temporary-folder';

const execFileAsync = promisify(execFile);
const LIMIT_MS = 120_000;

/** An empty application of one Nest version, as its users have it. */
interface NestApp {
  readonly nest: 11 | 12;
  readonly moduleType: 'commonjs' | 'module';
  /** How its user runs tests. */
  readonly runner: 'jest' | 'node:test';
}

const apps: readonly NestApp[] = [
  { nest: 11, moduleType: 'commonjs', runner: 'jest' },
  { nest: 12, moduleType: 'module', runner: 'node:test' },
];

/** What every Nest application has from the registry. */
const peersOf = ({ nest }: NestApp): string[] => [
  ...['common', 'core', 'testing'].map((name) => `@nestjs/${name}@${nest}`),
  'reflect-metadata@0.2',
  'rxjs@7',
];
/** Tools of the application that are taken from here. */
const linked = ['@types/node', '@types/jest'];

interface PackedFile {
  readonly filename: string;
  readonly files: readonly { readonly path: string }[];
}

interface Manifest {
  readonly name: string;
  readonly private?: boolean;
  readonly exports: Readonly<Record<string, string | Readonly<Record<string, string>>>>;
}

const manifestOf = (folder: string): Manifest =>
  JSON.parse(fs.readFileSync(path.join(folder, 'package.json'), 'utf8')) as Manifest;

/** Every lib that is published. */
const libs = fs
  .readdirSync(path.join(repositoryRoot, 'libs'))
  .map((name) => path.join(repositoryRoot, 'libs', name))
  .filter((folder) => fs.existsSync(path.join(folder, 'package.json')))
  .filter((folder) => !manifestOf(folder).private);

const npm = (args: readonly string[], cwd: string): Promise<{ stdout: string }> =>
  execFileAsync('npm', [...args, '--no-audit', '--no-fund', '--prefer-offline'], {
    cwd,
    timeout: LIMIT_MS,
  });
const tool = (name: string): string => path.join(repositoryRoot, 'node_modules', name);

/** Runs Node in an application; an error shows what was printed. */
async function node(folder: string, args: readonly string[]): Promise<string> {
  try {
    const { stdout } = await execFileAsync(process.execPath, args, {
      cwd: folder,
      timeout: LIMIT_MS,
      env: { PATH: process.env.PATH, NODE_ENV: 'test' },
    });
    return stdout;
  } catch (error) {
    const { stdout, stderr } = error as { stdout?: string; stderr?: string };
    throw new Error(`${args.join(' ')}\n${stdout}\n${stderr}`, { cause: error });
  }
}

describe('the packed packages', () => {
  let folder: string;
  const packed = new Map<string, PackedFile>();
  /** What the compiler says, by Nest version. */
  const problems = new Map<number, string[]>();
  const folderOf = ({ nest }: NestApp): string => path.join(folder, `nest-${nest}`);

  beforeAll(async () => {
    folder = makeTemporaryFolder('packed');
    await Promise.all(
      libs.map(async (lib) => {
        const args = ['pack', '--json', '--ignore-scripts', '--pack-destination', folder];
        const [result] = JSON.parse((await npm(args, lib)).stdout) as PackedFile[];
        packed.set(manifestOf(lib).name, result);
      }),
    );
    await Promise.all(
      apps.map(async (app) => {
        await install(app);
        problems.set(app.nest, await compile(app));
      }),
    );
  }, 2 * LIMIT_MS);

  afterAll(() => removeFolder(folder));

  async function install(app: NestApp): Promise<void> {
    const home = folderOf(app);
    fs.mkdirSync(home);
    const manifest = { name: 'app', private: true, type: app.moduleType };
    fs.writeFileSync(path.join(home, 'package.json'), JSON.stringify(manifest));
    const tarballs = [...packed.values()].map((each) => `../${each.filename}`);
    await npm(['install', ...tarballs, ...peersOf(app)], home);
    for (const name of linked) {
      const link = path.join(home, 'node_modules', name);
      fs.mkdirSync(path.dirname(link), { recursive: true });
      fs.symlinkSync(tool(name), link);
    }
    const test = app.runner === 'jest' ? 'app.spec.ts' : 'app.node-test.ts';
    const copy = (name: string, as = name): void =>
      fs.copyFileSync(path.join(__dirname, 'packed-app', name), path.join(home, as));
    for (const name of ['app.ts', 'types.ts', test]) copy(name);
    // A second file for a second worker at the same time.
    copy(test, test.replace('app.', 'app-too.'));
  }

  /** Compiles the application, and reads the types of everything that it imports. */
  async function compile(app: NestApp): Promise<string[]> {
    const sources = fs.readdirSync(folderOf(app)).filter((name) => name.endsWith('.ts'));
    const options = [
      ...['--target', 'es2022', '--module', 'node16', '--moduleResolution', 'node16'],
      ...['--strict', '--experimentalDecorators', '--emitDecoratorMetadata', '--esModuleInterop'],
      ...['--types', 'node,jest', '--skipLibCheck', 'false', '--pretty', 'false'],
    ];
    const printed = await node(folderOf(app), [tool('typescript/bin/tsc'), ...options, ...sources])
      // What is wrong in the types of other packages is not what this test is about.
      .catch((error: Error) => error.message);
    return printed.split('\n').filter((line) => /error TS/.test(line));
  }

  it.each(libs.map((lib) => [manifestOf(lib).name, lib]))(
    '%s holds what it needs and exports, and no tests',
    (name, lib) => {
      const files = packed.get(name)?.files.map((each) => each.path) ?? [];
      const exported = Object.values(manifestOf(lib).exports).flatMap((entry) =>
        typeof entry === 'string' ? entry : Object.values(entry),
      );
      expect(files).toEqual(
        expect.arrayContaining(exported.map((file) => file.replace(/^\.\//, ''))),
      );
      expect(files.filter((file) => /(^src\/|\.spec\.|tsbuildinfo)/.test(file))).toEqual([]);
    },
  );

  describe.each(apps)('in an empty Nest $nest app ($moduleType)', (app) => {
    it('compile, and need no optional peer for their types', () => {
      const theirs = /^(\.\.\/)*node_modules\/(?!(rocket-nest|@rocket-nest)\/)/;
      const found = problems.get(app.nest) ?? ['it was not compiled'];
      const ours = found.filter((line) => !theirs.test(line) && !isEsmFromCommonJs(line));
      expect(ours).toEqual([]);
    });

    it(
      'start on the embedded broker, receive what they send, and end',
      async () => {
        const script =
          app.moduleType === 'module'
            ? [
                '--input-type=module',
                '-e',
                "import { run } from './app.js'; console.log(await run())",
              ]
            : ['-e', "require('./app').run().then(console.log)"];
        const stdout = await node(folderOf(app), script);
        expect(stdout.trim()).toBe('43');
        // Nothing is left beside it: the embedded broker's store was a temporary folder.
        expect(fs.readdirSync(folderOf(app))).not.toContain('data');
      },
      LIMIT_MS,
    );

    it(
      `run in two files of a user's own ${app.runner} at a time, on the harness`,
      async () => {
        const home = folderOf(app);
        if (app.runner === 'node:test') {
          const files = ['app.node-test.js', 'app-too.node-test.js'];
          expect(await node(home, ['--test', ...files])).toContain('# pass 4');
          return;
        }
        const config = JSON.stringify({ rootDir: home, testMatch: ['<rootDir>/*.spec.js'] });
        await node(home, [tool('jest/bin/jest.js'), '--config', config, '--ci', '-w', '2']);
      },
      LIMIT_MS,
    );
  });
});

/**
 * Nest 12 is made of ES modules, and these packages are CommonJS that loads them by `require`, as
 * Node does since 20.19. The module kind node16 of TypeScript is older than that and says so.
 */
function isEsmFromCommonJs(line: string): boolean {
  return /error TS(1479|1541|1542|1543)\b/.test(line);
}
