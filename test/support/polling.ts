import { randomInt } from 'node:crypto';
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

/** Below what systems hand out for outgoing connections, which would take them while a server starts. */
const LOWEST_PORT = 12_000;
const HIGHEST_PORT = 32_000;

/**
 * Ports that nobody listened on a moment ago, each with its neighbours free as well: a broker also
 * takes port - 2 (VIP) and the original port + 1 (HA).
 */
export async function freePorts(count: number): Promise<number[]> {
  const found: number[] = [];
  while (found.length < count) {
    const port = randomInt(LOWEST_PORT, HIGHEST_PORT);
    const clash = found.some((other) => Math.abs(other - port) <= 4);
    if (!clash && (await allFree([port - 2, port, port + 1]))) found.push(port);
  }
  return found;
}

async function allFree(ports: readonly number[]): Promise<boolean> {
  for (const port of ports) if (!(await isFree(port))) return false;
  return true;
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = net.createServer();
    server.once('error', () => resolve(false));
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)));
  });
}
