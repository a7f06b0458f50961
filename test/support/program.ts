import { type ChildProcess, spawn } from 'node:child_process';
import * as fs from 'node:fs';
import * as path from 'node:path';
import { waitFor } from './polling';
import { repositoryRoot } from './servers';

export interface ProgramEnd {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

const RUN_LIMIT_MS = 20_000;
const running = new Set<ChildProcess>();
process.once('exit', () => {
  for (const child of running) child.kill('SIGKILL');
});

/** A program of `bin/` (or of the system), run as its user would, with its output kept. */
export class Program {
  private readonly child: ChildProcess;
  private readonly ended: Promise<ProgramEnd>;
  stdout = '';
  stderr = '';

  constructor(
    name: string,
    args: readonly string[],
    env: Readonly<Record<string, string>> = {},
    limitMs = 60_000,
  ) {
    const own = path.join(repositoryRoot, 'bin', name);
    const file = fs.existsSync(own) ? own : name;
    this.child = spawn(file, [...args], {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, ...env },
      timeout: limitMs,
      killSignal: 'SIGKILL',
    });
    running.add(this.child);
    this.child.stdout?.on('data', (text: Buffer) => (this.stdout += text.toString()));
    this.child.stderr?.on('data', (text: Buffer) => (this.stderr += text.toString()));
    this.ended = new Promise((resolve, reject) => {
      this.child.once('error', reject);
      this.child.once('close', (code, signal) => {
        running.delete(this.child);
        resolve({ code, signal, stdout: this.stdout, stderr: this.stderr });
      });
    });
  }

  /** Runs it to its end. */
  static run(
    name: string,
    args: readonly string[],
    env?: Readonly<Record<string, string>>,
  ): Promise<ProgramEnd> {
    return new Program(name, args, env).end();
  }

  get pid(): number {
    return this.child.pid as number;
  }

  /** Resolves once `text` was printed; rejects when the program ends before. */
  async printed(text: string | RegExp): Promise<void> {
    const isThere = (): boolean => {
      const output = this.stdout + this.stderr;
      return typeof text === 'string' ? output.includes(text) : text.test(output);
    };
    await waitFor(
      `${text} of a program that printed ${this.stdout}${this.stderr}`,
      () => isThere() || this.child.exitCode !== null,
      RUN_LIMIT_MS,
    );
    if (!isThere()) throw new Error(`it ended without ${text}: ${this.stdout}${this.stderr}`);
  }

  /** Sends the signal and waits for the end. */
  stop(signal: NodeJS.Signals = 'SIGTERM'): Promise<ProgramEnd> {
    this.child.kill(signal);
    return this.end();
  }

  end(): Promise<ProgramEnd> {
    return this.ended;
  }
}
