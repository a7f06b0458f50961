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
  /** Default 60 000. */
  readonly startLimitMs?: number;
}

const running = new Set<ChildProcess>();
process.once('exit', () => {
  for (const child of running) child.kill('SIGKILL');
});

/** A server in a process of its own, stopped by its process id. */
export class ServerProcess {
  private constructor(
    readonly options: ServerProcessOptions,
    private readonly child: ChildProcess,
  ) {}

  /** Resolves once the server accepts connections; rejects with the end of its log when it ends. */
  static async start(options: ServerProcessOptions): Promise<ServerProcess> {
    const log = fs.openSync(options.logFile, 'a');
    const child = spawn(options.command, [...options.args], {
      stdio: ['ignore', log, log],
      env: { ...process.env, ...options.env },
    });
    fs.closeSync(log);
    running.add(child);
    let failure: string | undefined;
    child.once('error', (error) => (failure = error.message));
    child.once('exit', (code, signal) => {
      running.delete(child);
      failure = `ended with ${signal ?? code}`;
    });
    const server = new ServerProcess(options, child);
    const end = Date.now() + (options.startLimitMs ?? 60_000);
    while (!(await accepts(options.port))) {
      if (failure === undefined && Date.now() <= end) {
        await sleep(10);
        continue;
      }
      child.kill('SIGKILL');
      const why = failure ?? 'did not open its port';
      throw new Error(`${options.name} ${why}\n${server.log().slice(-4000)}`);
    }
    return server;
  }

  get pid(): number {
    return this.child.pid as number;
  }

  get isRunning(): boolean {
    return this.child.exitCode === null && this.child.signalCode === null;
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
