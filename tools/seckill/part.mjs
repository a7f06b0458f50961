import { spawn } from 'node:child_process';
import fs from 'node:fs';
import net from 'node:net';

const START_LIMIT_MS = 60_000;

export const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

const accepts = (port) =>
  new Promise((resolve) => {
    const socket = net.connect(port, '127.0.0.1');
    socket.once('connect', () => resolve(socket.destroy() && true));
    socket.once('error', () => resolve(false));
  });

/** One server process that is killed and started again on its port and files. */
export class Part {
  child;
  kills = 0;

  constructor({ name, command, args, env = {}, port, log, user }) {
    Object.assign(this, { name, command, args, env, port, log, user });
  }

  /** Resolves once its port is open. */
  async start() {
    const output = fs.openSync(this.log, 'a');
    this.child = spawn(this.command, this.args, {
      stdio: ['ignore', output, output],
      env: { ...process.env, ...this.env },
      ...this.user,
    });
    fs.closeSync(output);
    this.child.once('error', () => undefined);
    for (const end = Date.now() + START_LIMIT_MS; Date.now() < end; await sleep(50)) {
      if (await accepts(this.port)) return;
      if (this.child.exitCode !== null || this.child.pid === undefined) break;
    }
    throw new Error(
      `${this.name} did not start: ${fs.readFileSync(this.log, 'utf8').slice(-2000)}`,
    );
  }

  async kill(signal = 'SIGKILL') {
    const { child } = this;
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    const gone = new Promise((resolve) => child.once('exit', resolve));
    child.kill(signal);
    const late = setTimeout(() => child.kill('SIGKILL'), 20_000);
    await gone;
    clearTimeout(late);
  }

  /** `kill -9`, and up again after a moment. */
  async killAndRestart(awayMs) {
    await this.kill();
    this.kills++;
    await sleep(awayMs);
    await this.start();
  }
}
