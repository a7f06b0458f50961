import { isIPv4 } from 'node:net';
import * as os from 'node:os';

const LOOPBACK = '127.0.0.1';

/** True for addresses that only this machine reaches. */
export function isLoopback(host: string): boolean {
  if (host === 'localhost' || host === '::1') return true;
  return isIPv4(host) && host.startsWith('127.');
}

/** The number behind a loopback address's name. */
export function numericLoopback(host: string): string {
  return host === 'localhost' ? LOOPBACK : host;
}

/** An address of this machine that others can reach, IPv4 first; loopback when there is none. */
export function localAddress(): string {
  const addresses = Object.values(os.networkInterfaces())
    .flatMap((list) => list ?? [])
    .filter((address) => !address.internal && !address.address.startsWith('fe80:'));
  const found = addresses.find((address) => address.family === 'IPv4') ?? addresses[0];
  return found?.address ?? LOOPBACK;
}
