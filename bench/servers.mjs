/** Real servers for benchmarks: on free ports of the loopback, in temporary folders. */
import { execFileSync, spawn } from 'node:child_process';
import fs from 'node:fs';
import net from 'node:net';
import os from 'node:os';
import path from 'node:path';
import pg from 'pg';
import { freePort } from '../tools/free-port.mjs';

const START_LIMIT_MS = 20_000;

function accepts(port) {
  return new Promise((resolve) => {
    const socket = net.connect(port, '127.0.0.1');
    socket.once('connect', () => resolve(socket.destroy() && true));
    socket.once('error', () => resolve(false));
  });
}

async function start(command, args, port, folder, user = {}) {
  const child = spawn(command, args, { stdio: 'ignore', cwd: folder, ...user });
  const stop = async () => {
    const gone = new Promise((resolve) => child.once('exit', resolve));
    if (child.kill('SIGKILL')) await gone;
    fs.rmSync(folder, { recursive: true, force: true });
  };
  const end = Date.now() + START_LIMIT_MS;
  while (!(await accepts(port))) {
    if (Date.now() > end || child.exitCode !== null) {
      await stop();
      throw new Error(`${command} did not start`);
    }
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  return { port, stop };
}

const temporaryFolder = () => fs.mkdtempSync(path.join(os.tmpdir(), 'rocket-nest-bench-'));

export async function startRedis() {
  const [port, folder] = [await freePort(), temporaryFolder()];
  const args = ['--bind', '127.0.0.1', '--port', String(port), '--dir', folder, '--save', ''];
  return start('redis-server', args, port, folder);
}

/** PostgreSQL refuses to run as root. */
function postgresUser() {
  if (process.getuid?.() !== 0) return {};
  const id = (option) => Number(execFileSync('id', [option, 'postgres']));
  return { uid: id('-u'), gid: id('-g') };
}

function postgresProgram(name) {
  const debian = '/usr/lib/postgresql';
  const versions = fs.existsSync(debian) ? fs.readdirSync(debian).sort((a, b) => b - a) : [];
  const file = versions.map((each) => path.join(debian, each, 'bin', name)).find(fs.existsSync);
  return file ?? name;
}

/** With its commits synced to disk, as a database has them unless told otherwise. */
export async function startPostgres() {
  const [port, folder, user] = [await freePort(), temporaryFolder(), postgresUser()];
  if (user.uid !== undefined) fs.chownSync(folder, user.uid, user.gid);
  const data = path.join(folder, 'data');
  const initdb = [`--pgdata=${data}`, '--username=app', '--auth=trust', '-E', 'UTF8', '--locale=C'];
  execFileSync(postgresProgram('initdb'), initdb, { stdio: 'pipe', cwd: folder, ...user });
  const settings = { listen_addresses: '127.0.0.1', port, unix_socket_directories: '' };
  const args = Object.entries(settings).flatMap(([key, value]) => ['-c', `${key}=${value}`]);
  const server = await start(
    postgresProgram('postgres'),
    ['-D', data, ...args],
    port,
    folder,
    user,
  );
  await answersQueries(port);
  return server;
}

/** It takes connections before it is up, and refuses them then. */
async function answersQueries(port) {
  const end = Date.now() + START_LIMIT_MS;
  for (;;) {
    const client = new pg.Client({ host: '127.0.0.1', port, user: 'app', database: 'postgres' });
    try {
      await client.connect();
      return await client.end();
    } catch (error) {
      if (Date.now() > end) throw error;
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }
}
