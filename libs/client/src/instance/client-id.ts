import { networkInterfaces } from 'node:os';

/** The first IPv4 address of this machine that is not loopback, else 127.0.0.1. */
export function localIpAddress(): string {
  const addresses = Object.values(networkInterfaces()).flatMap((group) => group ?? []);
  const usable = addresses.filter((address) => !address.internal);
  const chosen = usable.find((address) => address.family === 'IPv4') ?? usable[0];
  return chosen?.address ?? '127.0.0.1';
}

/** `ip@instanceName`, with `@unitName` behind it where there is one. */
export function buildClientId(
  ip: string,
  instanceName: string,
  unitName: string | undefined,
): string {
  return [ip, instanceName, ...(unitName ? [unitName] : [])].join('@');
}
