import { spawnSync } from 'node:child_process';
import * as path from 'node:path';
import { freePorts } from './polling';
import { ServerProcess } from './server-process';
import { makeTemporaryFolder, removeFolder } from './temporary-folder';

/** Whether this machine has a Redis server to start. */
export function hasRedisServer(): boolean {
  return spawnSync('redis-server', ['--version'], { stdio: 'ignore' }).status === 0;
}

/** A real Redis on a free port, with its files in a temporary folder. */
export class RedisServer {
  private process: ServerProcess | undefined;

  private constructor(
    readonly port: number,
    private readonly folder: string,
    private readonly options: readonly string[],
  ) {}

  /** @param options further arguments of `redis-server`, such as `--appendonly`, `yes` */
  static async start(options: readonly string[] = []): Promise<RedisServer> {
    const [port] = await freePorts(1);
    const server = new RedisServer(port, makeTemporaryFolder('redis'), options);
    try {
      await server.restart();
    } catch (error) {
      removeFolder(server.folder);
      throw error;
    }
    return server;
  }

  get url(): string {
    return `redis://127.0.0.1:${this.port}`;
  }

  /** Starts it again on its port and files. */
  async restart(): Promise<void> {
    this.process = await new ServerProcess({
      name: 'redis-server',
      command: 'redis-server',
      args: [
        ...['--bind', '127.0.0.1', '--port', String(this.port), '--dir', this.folder],
        ...['--save', '', '--daemonize', 'no', ...this.options],
      ],
      logFile: path.join(this.folder, 'redis.log'),
      port: this.port,
      startLimitMs: 20_000,
    }).ready();
  }

  /** `kill -9`; what it had only in memory is gone. */
  async kill(): Promise<void> {
    await this.process?.kill();
  }

  /** Ends it and removes its files. */
  async stop(): Promise<void> {
    try {
      await this.process?.stop();
    } finally {
      removeFolder(this.folder);
    }
  }
}
