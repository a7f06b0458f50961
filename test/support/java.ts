import { execFile, spawnSync } from 'node:child_process';
import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { promisify } from 'node:util';
import { repositoryRoot } from './servers';

const execFileAsync = promisify(execFile);
const MAVEN_LIMIT_MS = 300_000;
const MAX_OUTPUT_BYTES = 64 << 20;

const cacheFolder = path.join(
  process.env.XDG_CACHE_HOME ?? path.join(os.homedir(), '.cache'),
  'rocket-nest',
);

/** Whether this machine can compile and run Java and resolve Maven dependencies. */
export function hasJava(): boolean {
  return ['javac', 'mvn'].every(
    (command) => spawnSync(command, ['-version'], { stdio: 'ignore' }).status === 0,
  );
}

/**
 * The class path of a pom below test/interop/java. The jars are fetched once into the user's cache
 * folder; a fetch that was cut short leaves nothing there.
 */
export async function mavenClasspath(
  pom: string,
  artifact: string,
  version: string,
): Promise<string> {
  const folder = path.join(cacheFolder, `${artifact}-${version}`);
  if (!fs.existsSync(folder)) {
    fs.mkdirSync(cacheFolder, { recursive: true });
    const partial = fs.mkdtempSync(path.join(cacheFolder, 'partial-'));
    try {
      await execFileAsync(
        'mvn',
        [
          '-q',
          '-B',
          ...['-f', path.join(repositoryRoot, 'test/interop/java', pom)],
          `-Drocketmq.version=${version}`,
          'dependency:copy-dependencies',
          `-DoutputDirectory=${partial}`,
        ],
        { timeout: MAVEN_LIMIT_MS, maxBuffer: MAX_OUTPUT_BYTES },
      );
      if (!fs.existsSync(folder)) fs.renameSync(partial, folder);
    } finally {
      fs.rmSync(partial, { recursive: true, force: true });
    }
  }
  return path.join(folder, '*');
}

/** Compiles all sources of a folder. */
export async function compileJava(
  sources: string,
  classpath: string,
  output: string,
): Promise<void> {
  const files = fs.readdirSync(sources).filter((file) => file.endsWith('.java'));
  await execFileAsync('javac', [
    ...['-nowarn', '-encoding', 'UTF-8', '-d', output, '-cp', classpath],
    ...files.map((file) => path.join(sources, file)),
  ]);
}

export interface JavaRun {
  readonly classpath: readonly string[];
  readonly mainClass: string;
  readonly args: readonly string[];
  readonly properties?: Readonly<Record<string, string>>;
  readonly limitMs: number;
}

/** Runs a Java program to its end; resolves with its standard output, whatever its exit code. */
export async function runJava(run: JavaRun): Promise<string> {
  const properties = Object.entries(run.properties ?? {}).map(
    ([key, value]) => `-D${key}=${value}`,
  );
  const args = [
    ...['-Xmx512m', '-XX:TieredStopAtLevel=1', ...properties],
    ...['-cp', run.classpath.join(path.delimiter), run.mainClass, ...run.args],
  ];
  try {
    const { stdout } = await execFileAsync('java', args, {
      timeout: run.limitMs,
      killSignal: 'SIGKILL',
      maxBuffer: MAX_OUTPUT_BYTES,
    });
    return stdout;
  } catch (error) {
    const { stdout = '', stderr = '' } = error as { stdout?: string; stderr?: string };
    return `${stdout}\n${stderr}`;
  }
}
