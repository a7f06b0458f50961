import { execFileSync } from 'node:child_process';
import * as fs from 'node:fs';
import * as path from 'node:path';
import { freePorts, waitFor } from './polling';
import type { DatabaseServer } from './postgres-server';
import { ServerProcess } from './server-process';
import { makeFolderFor, serverUser } from './server-user';
import { makeTemporaryFolder, removeFolder } from './temporary-folder';

const ACCOUNT = [
  'CREATE DATABASE IF NOT EXISTS app;',
  "CREATE USER IF NOT EXISTS app@'%';",
  "GRANT ALL PRIVILEGES ON *.* TO app@'%';",
].join('\n');

/** An empty MariaDB on a free port of the loopback, with its data in a temporary folder. */
export async function startMariadb(options: readonly string[] = []): Promise<DatabaseServer> {
  const folder = makeTemporaryFolder('mariadb');
  const runAs = serverUser('mysql');
  const data = path.join(folder, 'data');
  makeFolderFor(runAs, folder);
  makeFolderFor(runAs, data);
  const install = ['--no-defaults', `--datadir=${data}`, '--skip-test-db', '--skip-name-resolve'];
  execFileSync('mariadb-install-db', install, { stdio: 'pipe', cwd: folder, ...runAs });
  const initFile = path.join(folder, 'account.sql');
  fs.writeFileSync(initFile, ACCOUNT);
  const [port] = await freePorts(1);
  const server = await new ServerProcess({
    name: 'mariadbd',
    command: 'mariadbd',
    args: [
      '--no-defaults',
      `--datadir=${data}`,
      `--port=${port}`,
      '--bind-address=127.0.0.1',
      `--socket=${path.join(folder, 's')}`,
      `--pid-file=${path.join(folder, 'pid')}`,
      `--init-file=${initFile}`,
      '--skip-name-resolve',
      '--max-connections=200',
      // The machine does not fail here, only processes do.
      '--innodb-flush-log-at-trx-commit=0',
      '--innodb-buffer-pool-size=32M',
      ...options,
    ],
    logFile: path.join(folder, 'mariadb.log'),
    port,
    user: runAs,
  }).ready();
  await waitFor('the account', () => fs.existsSync(path.join(data, 'app')));
  return {
    port,
    user: 'app',
    database: 'app',
    url: `mysql://app@127.0.0.1:${port}/app`,
    process: server,
    stop: async () => {
      await server.kill();
      removeFolder(folder);
    },
  };
}
