import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { freePort } from '../free-port.mjs';
import { Part } from './part.mjs';

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../..');
const DEBIAN_POSTGRES = '/usr/lib/postgresql';

/** PostgreSQL refuses to run as root. */
function postgresUser() {
  if (process.getuid?.() !== 0) return undefined;
  const id = (option) => Number(execFileSync('id', [option, 'postgres']).toString());
  return { uid: id('-u'), gid: id('-g') };
}

function postgresProgram(name) {
  const versions = fs.existsSync(DEBIAN_POSTGRES) ? fs.readdirSync(DEBIAN_POSTGRES) : [];
  const files = versions
    .sort((a, b) => Number(b) - Number(a))
    .map((version) => path.join(DEBIAN_POSTGRES, version, 'bin', name));
  return files.find((file) => fs.existsSync(file)) ?? name;
}

/** Databases survive kills of their processes; the machine itself does not fail here. */
async function postgres(folder) {
  const user = postgresUser();
  const home = path.join(folder, 'postgres');
  fs.mkdirSync(home);
  fs.chmodSync(folder, 0o755);
  if (user) fs.chownSync(home, user.uid, user.gid);
  const data = path.join(home, 'data');
  const options = { cwd: home, stdio: 'pipe', ...user };
  const initdb = ['-D', data, '-U', 'app', '--auth=trust', '--no-sync', '-E', 'UTF8', '--locale=C'];
  execFileSync(postgresProgram('initdb'), initdb, options);
  const port = await freePort();
  const settings = {
    listen_addresses: '127.0.0.1',
    port,
    unix_socket_directories: '',
    max_connections: 100,
    fsync: 'off',
  };
  const part = new Part({
    name: 'postgres',
    command: postgresProgram('postgres'),
    args: [
      '-D',
      data,
      ...Object.entries(settings).flatMap(([key, value]) => ['-c', `${key}=${value}`]),
    ],
    port,
    log: path.join(folder, 'postgres.log'),
    user,
  });
  await part.start();
  const psql = ['-h', '127.0.0.1', '-p', String(port), '-U', 'app', '-d', 'postgres'];
  for (const database of ['order', 'payment']) {
    execFileSync(
      postgresProgram('psql'),
      [...psql, '-c', `CREATE DATABASE "${database}"`],
      options,
    );
  }
  return part;
}

async function redis(folder) {
  const port = await freePort();
  // Nothing on disk: a kill loses the whole gate, which is filled from the database again.
  const args = ['--bind', '127.0.0.1', '--port', String(port), '--save', '', '--dir', folder];
  return new Part({
    name: 'redis',
    command: 'redis-server',
    args,
    port,
    log: path.join(folder, 'redis.log'),
  });
}

function program(folder, name, file, port, { args = [], env = {} }) {
  return new Part({
    name,
    command: process.execPath,
    args: [path.join(root, file), ...args],
    env,
    port,
    log: path.join(folder, `${name}.log`),
  });
}

async function servers(folder) {
  const [namesrvPort, brokerPort] = [await freePort(), await freePort()];
  const namesrvAddr = `127.0.0.1:${namesrvPort}`;
  const namesrvFile = path.join(folder, 'namesrv.conf');
  fs.writeFileSync(namesrvFile, `listenPort=${namesrvPort}\n`);
  const brokerFile = path.join(folder, 'broker.conf');
  const broker = {
    brokerName: 'seckill',
    listenPort: brokerPort,
    namesrvAddr,
    storePathRootDir: path.join(folder, 'store'),
    flushDiskType: 'SYNC_FLUSH',
    transactionCheckInterval: 3000,
    transactionTimeOut: 3000,
  };
  const lines = Object.entries(broker).map(([key, value]) => `${key}=${value}\n`);
  fs.writeFileSync(brokerFile, lines.join(''));
  return {
    namesrvAddr,
    namesrv: program(folder, 'namesrv', 'bin/mqnamesrv', namesrvPort, {
      args: ['-c', namesrvFile],
    }),
    broker: program(folder, 'broker', 'bin/mqbroker', brokerPort, { args: ['-c', brokerFile] }),
  };
}

/**
 * The sample as processes of their own on a real PostgreSQL and a real Redis, all on free ports and
 * in one temporary folder.
 */
export async function startRealParts({ unpaidDelay = '5s' } = {}) {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'seckill-'));
  const parts = {};
  const stop = async () => {
    for (const name of ['order', 'payment', 'broker', 'namesrv', 'redis', 'postgres']) {
      await parts[name]?.kill(name === 'postgres' ? 'SIGINT' : 'SIGTERM');
    }
    fs.rmSync(folder, { recursive: true, force: true });
  };
  try {
    parts.postgres = await postgres(folder);
    parts.redis = await redis(folder);
    const { namesrvAddr, ...rest } = await servers(folder);
    Object.assign(parts, rest);
    const environment = {
      NAMESRV_ADDR: namesrvAddr,
      SECKILL_SECRET: 'one secret for a test of both services',
      UNPAID_DELAY: unpaidDelay,
      REQUESTS_PER_10S: '1000000',
    };
    const url = (database) => `postgres://app@127.0.0.1:${parts.postgres.port}/${database}`;
    for (const [name, more] of [
      ['order', { REDIS_URL: `redis://127.0.0.1:${parts.redis.port}` }],
      ['payment', {}],
    ]) {
      const port = await freePort();
      const env = { ...environment, ...more, PORT: String(port), DATABASE_URL: url(name) };
      parts[name] = program(folder, name, `bin/seckill-${name}`, port, { env });
    }
    for (const name of ['redis', 'namesrv', 'broker', 'payment', 'order'])
      await parts[name].start();
    return {
      parts,
      folder,
      shop: `http://127.0.0.1:${parts.order.port}`,
      payment: `http://127.0.0.1:${parts.payment.port}`,
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}
