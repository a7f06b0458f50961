import { type ChildProcess, spawn } from 'node:child_process';
import * as fs from 'node:fs';
import { accepts, sleep } from './polling';

export interface ServerProcessOptions {
  readonly name: string;
  readonly command: string;
  readonly args: readonly string[];
  /** Where standard output and error go; appended to. */
  readonly logFile: string;
  /** The server is up once it accepts connections here. */
  readonly port: number;
  readonly env?: Readonly<Record<string, string>>;
  /** Whom it runs as, for servers that refuse root. Default: as the test. */
  readonly user?: { readonly uid: number; readonly gid: number };
  /** Default 60 000. */
  readonly startLimitMs?: number;
}

const running = new Set<ChildProcess>();
process.once('exit', () => {
  for (const child of running) child.kill('SIGKILL');
});

/** A server in a process of its own, stopped by its process id. */
export class ServerProcess {
  private readonly child: ChildProcess;
  private failure: string | undefined;

  /** Starts the process and returns before it is up. */
  constructor(readonly options: ServerProcessOptions) {
    const log = fs.openSync(options.logFile, 'a');
    this.child = spawn(options.command, [...options.args], {
      stdio: ['ignore', log, log],
      env: { ...process.env, ...options.env },
      ...options.user,
    });
    fs.closeSync(log);
    running.add(this.child);
    this.child.once('error', (error) => (this.failure = error.message));
    this.child.once('exit', (code, signal) => {
      running.delete(this.child);
      this.failure = `ended with ${signal ?? code}`;
    });
  }

  /** Resolves once the server accepts connections; rejects with the end of its log when it ends. */
  async ready(): Promise<this> {
    const { name, port, startLimitMs = 60_000 } = this.options;
    const end = Date.now() + startLimitMs;
    while (!(await accepts(port))) {
      if (this.failure === undefined && Date.now() <= end) {
        await sleep(10);
        continue;
      }
      const why = this.failure ?? 'did not open its port';
      this.child.kill('SIGKILL');
      throw new Error(`${name} ${why}\n${this.log().slice(-4000)}`);
    }
    return this;
  }

  get pid(): number {
    return this.child.pid as number;
  }

  get isRunning(): boolean {
    return this.child.exitCode === null && this.child.signalCode === null;
  }

  /** The signal that ended it; null while it runs, and when it ended by itself. */
  get endedBy(): NodeJS.Signals | null {
    return this.child.signalCode;
  }

  log(): string {
    return fs.readFileSync(this.options.logFile, 'utf8');
  }

  /** Asks it to stop and waits; past `limitMs` it is killed and the promise rejects. */
  async stop(limitMs = 20_000): Promise<void> {
    if (!(await this.end('SIGTERM', limitMs))) {
      await this.end('SIGKILL', 5000);
      throw new Error(`${this.options.name} did not stop within ${limitMs} ms`);
    }
  }

  /** `kill -9`; resolves once the process is gone. */
  async kill(): Promise<void> {
    await this.end('SIGKILL', 5000);
  }

  private async end(signal: NodeJS.Signals, limitMs: number): Promise<boolean> {
    if (!this.isRunning) return true;
    const gone = new Promise<boolean>((resolve) => this.child.once('exit', () => resolve(true)));
    this.child.kill(signal);
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<boolean>((resolve) => {
      timer = setTimeout(() => resolve(false), limitMs);
    });
    const result = await Promise.race([gone, late]);
    clearTimeout(timer);
    return result;
  }
}
