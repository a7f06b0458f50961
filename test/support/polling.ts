import * as net from 'node:net';

const POLL_INTERVAL_MS = 20;

export const sleep = (ms: number): Promise<void> =>
  new Promise((resolve) => setTimeout(resolve, ms));

/** Waits until `condition` holds; throws an error that names `what` when it never does. */
export async function waitFor(
  what: string,
  condition: () => boolean | Promise<boolean>,
  limitMs = 20_000,
): Promise<void> {
  const end = Date.now() + limitMs;
  while (!(await condition())) {
    if (Date.now() > end) throw new Error(`waited ${limitMs} ms in vain for ${what}`);
    await sleep(POLL_INTERVAL_MS);
  }
}

/** True when something accepts connections there. */
export function accepts(port: number, host = '127.0.0.1'): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = net.connect(port, host);
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
}

/**
 * Ports that nobody listened on a moment ago, each with its lower neighbours free as well: a broker
 * also takes port - 2 (VIP) and the original port + 1 (HA).
 */
export async function freePorts(count: number): Promise<number[]> {
  const found: number[] = [];
  while (found.length < count) {
    const port = await freePort();
    const near = [port - 2, port + 1];
    const clash = found.some((other) => Math.abs(other - port) <= 4);
    if (clash || port < 1030 || !(await allFree(near))) continue;
    found.push(port);
  }
  return found;
}

function freePort(): Promise<number> {
  return listenOnce(0).then((port) => port ?? freePort());
}

async function allFree(ports: number[]): Promise<boolean> {
  for (const port of ports) if ((await listenOnce(port)) === undefined) return false;
  return true;
}

function listenOnce(port: number): Promise<number | undefined> {
  return new Promise((resolve) => {
    const server = net.createServer();
    server.once('error', () => resolve(undefined));
    server.listen(port, '127.0.0.1', () => {
      const bound = (server.address() as net.AddressInfo).port;
      server.close(() => resolve(bound));
    });
  });
}
