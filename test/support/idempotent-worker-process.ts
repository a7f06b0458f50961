import { type ChildProcess, spawn } from 'node:child_process';
import * as fs from 'node:fs';
import type { CompiledProgram } from './compiled-program';
import type { FromWorker, ToWorker } from './idempotent-worker.protocol';
import { waitFor } from './polling';

/** A worker in a process of its own, with everything it said. */
export class IdempotentWorkerProcess {
  private readonly child: ChildProcess;
  readonly said: FromWorker[] = [];

  constructor(
    program: CompiledProgram,
    private readonly logFile: string,
    listener: (message: FromWorker, worker: IdempotentWorkerProcess) => void,
  ) {
    const log = fs.openSync(logFile, 'a');
    this.child = spawn(process.execPath, [program.file], {
      stdio: ['ignore', log, log, 'ipc'],
      env: { ...process.env, ...program.env, NODE_ENV: 'production' },
    });
    fs.closeSync(log);
    this.child.on('message', (message: FromWorker) => {
      this.said.push(message);
      listener(message, this);
    });
  }

  get hasEnded(): boolean {
    return this.child.exitCode !== null || this.child.signalCode !== null;
  }

  get endedBy(): NodeJS.Signals | null {
    return this.child.signalCode;
  }

  tell(message: ToWorker): void {
    this.child.send(message);
  }

  /** Waits for something that it says or does. */
  async until(what: string, condition: () => boolean | Promise<boolean>): Promise<void> {
    try {
      await waitFor(what, async () => {
        if (await condition()) return true;
        if (this.hasEnded) throw new Error(`the worker ended before ${what}`);
        return false;
      });
    } catch (cause) {
      const said = this.said.filter(({ type }) => type === 'at' || type === 'assigned');
      throw new Error(`${String(cause)}\n${JSON.stringify(said)}\n${this.log()}`, { cause });
    }
  }

  async kill(): Promise<void> {
    if (this.hasEnded) return;
    const gone = new Promise((resolve) => this.child.once('exit', resolve));
    this.child.kill('SIGKILL');
    await gone;
  }

  private log(): string {
    return fs.readFileSync(this.logFile, 'utf8').slice(-4000);
  }
}
