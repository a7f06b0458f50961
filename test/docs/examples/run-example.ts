import { spawn } from 'node:child_process';
import * as path from 'node:path';
import { repositoryRoot } from '../../support/servers';
import type { PageExample } from './page-examples';

const LIMIT_MS = 40_000;

/** What an example printed, and how it ended. */
export interface ExampleEnd {
  readonly printed: string;
  /** Exit code; 0 also for a service that was stopped once it had printed everything. */
  readonly code: number;
}

/**
 * Runs one compiled example in a process of its own. A service runs on by itself: it is asked to
 * stop (SIGTERM) as soon as it has printed `isComplete`.
 */
export function runExample(
  folder: string,
  example: PageExample,
  servers: Readonly<Record<string, string>>,
  isComplete: (printed: string) => boolean,
): Promise<ExampleEnd> {
  const child = spawn(process.execPath, argumentsOf(folder, example), {
    cwd: folder,
    timeout: LIMIT_MS,
    killSignal: 'SIGKILL',
    stdio: ['ignore', 'pipe', 'pipe'],
    env: {
      ...withoutTestRunner(process.env),
      NODE_ENV: example.kind === 'jest' ? 'test' : 'development',
      ...servers,
    },
  });
  let printed = '';
  let asked = false;
  const onData = (chunk: Buffer): void => {
    printed += chunk.toString();
    if (asked || example.kind !== 'run' || !isComplete(printed)) return;
    asked = true;
    child.kill('SIGTERM');
  };
  child.stdout.on('data', onData);
  child.stderr.on('data', onData);
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code, signal) => {
      const stopped = asked && signal === 'SIGTERM';
      resolve({ printed, code: stopped ? 0 : (code ?? -1) });
    });
  });
}

function argumentsOf(folder: string, { kind, name }: PageExample): string[] {
  const script = path.join(folder, name.replace(/\.ts$/, '.js'));
  if (kind === 'run') return [script];
  if (kind === 'node-test') return ['--test', script];
  // The packages lie outside node_modules here, where Babel would read every file of theirs.
  const config = JSON.stringify({ rootDir: folder, testMatch: [script], transform: {} });
  const jest = path.join(repositoryRoot, 'node_modules/jest/bin/jest.js');
  return [jest, '--config', config, '--ci', '--runInBand'];
}

/** What a runner leaves in the environment for its workers is nothing for an example. */
function withoutTestRunner(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const kept = Object.entries(env).filter(
    ([name]) => !/^(JEST_|NODE_TEST|NAMESRV_ADDR)/.test(name),
  );
  return Object.fromEntries(kept);
}
