import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import * as fs from 'node:fs';
import * as path from 'node:path';

/** What the child process says once it answers. */
export interface EmbeddedPostgresReady {
  readonly port: number;
}

const START_LIMIT_MS = 60_000;

/** A PostgreSQL for the sample that needs no installation: PGlite behind a socket, in a child. */
export class EmbeddedPostgres {
  private child: ChildProcess | undefined;

  constructor(private readonly folder: string) {}

  /** Resolves with the URL of the database. */
  async start(): Promise<string> {
    fs.mkdirSync(this.folder, { recursive: true });
    const script = path.join(__dirname, 'embedded-postgres-process.js');
    const child = fork(script, [this.folder], { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
    this.child = child;
    const signal = AbortSignal.timeout(START_LIMIT_MS);
    const ready = once(child, 'message', { signal });
    const ended = once(child, 'exit', { signal }).then(() => {
      throw new Error(`the embedded database did not start; its folder is ${this.folder}`);
    });
    const [{ port }] = (await Promise.race([ready, ended])) as [EmbeddedPostgresReady];
    ended.catch(() => undefined);
    return `postgres://postgres:postgres@127.0.0.1:${port}/postgres`;
  }

  async stop(): Promise<void> {
    const { child } = this;
    if (!child || child.exitCode !== null) return;
    const gone = once(child, 'exit');
    child.disconnect();
    await gone;
  }
}
