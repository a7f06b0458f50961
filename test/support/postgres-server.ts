import { execFileSync } from 'node:child_process';
import * as fs from 'node:fs';
import * as path from 'node:path';
import { Client } from 'pg';
import { freePorts, waitFor } from './polling';
import { ServerProcess } from './server-process';
import { makeFolderFor, serverUser } from './server-user';
import { makeTemporaryFolder, removeFolder } from './temporary-folder';

/** Debian keeps the programs of each version apart and off the path. */
const DEBIAN_FOLDER = '/usr/lib/postgresql';

export interface DatabaseServer {
  readonly port: number;
  readonly user: string;
  readonly database: string;
  /** Where clients connect to, as a URL. */
  readonly url: string;
  readonly process: ServerProcess;
  /** Stops it and removes its folder. */
  stop(): Promise<void>;
}

/** An empty PostgreSQL on a free port of the loopback, with its data in a temporary folder. */
export async function startPostgres(
  settings: Readonly<Record<string, string>> = {},
): Promise<DatabaseServer> {
  const folder = makeTemporaryFolder('postgres');
  const runAs = serverUser('postgres');
  const data = path.join(folder, 'data');
  makeFolderFor(runAs, folder);
  makeFolderFor(runAs, data);
  const initdb = [`--pgdata=${data}`, '--username=app', '--auth=trust', '--no-sync', '-E', 'UTF8'];
  execFileSync(program('initdb'), [...initdb, '--locale=C'], {
    stdio: 'pipe',
    cwd: folder,
    ...runAs,
  });
  const [port] = await freePorts(1);
  const all = {
    listen_addresses: '127.0.0.1',
    port: String(port),
    unix_socket_directories: '',
    max_connections: '200',
    // The machine does not fail here, only processes do.
    fsync: 'off',
    ...settings,
  };
  const server = await new ServerProcess({
    name: 'postgres',
    command: program('postgres'),
    args: ['-D', data, ...Object.entries(all).flatMap(([key, value]) => ['-c', `${key}=${value}`])],
    logFile: path.join(folder, 'postgres.log'),
    port,
    user: runAs,
  }).ready();
  await waitFor('postgres to answer', () => answers(port));
  return {
    port,
    user: 'app',
    database: 'postgres',
    url: `postgres://app@127.0.0.1:${port}/postgres`,
    process: server,
    stop: async () => {
      await server.kill();
      removeFolder(folder);
    },
  };
}

/** It takes connections before it is up, and refuses them then. */
async function answers(port: number): Promise<boolean> {
  const client = new Client({ host: '127.0.0.1', port, user: 'app', database: 'postgres' });
  try {
    await client.connect();
    await client.end();
    return true;
  } catch {
    return false;
  }
}

function program(name: string): string {
  const versions = fs.existsSync(DEBIAN_FOLDER) ? fs.readdirSync(DEBIAN_FOLDER) : [];
  const found = versions
    .sort((a, b) => Number(b) - Number(a))
    .map((version) => path.join(DEBIAN_FOLDER, version, 'bin', name))
    .find((file) => fs.existsSync(file));
  return found ?? name;
}
