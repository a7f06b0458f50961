import { isIP } from 'node:net';
import type { HostAddress } from './message-ext-broker-inner';

/** Bytes of an IPv4 or IPv6 address text; an IPv4 address in IPv6 form becomes 4 bytes. */
export function createHostAddress(host: string, port: number): HostAddress {
  const plain = host.startsWith('::ffff:') && host.includes('.') ? host.slice(7) : host;
  const zone = plain.indexOf('%');
  const text = zone < 0 ? plain : plain.slice(0, zone);
  switch (isIP(text)) {
    case 4:
      return { address: Uint8Array.from(text.split('.'), Number), port };
    case 6:
      return { address: ipv6Bytes(text), port };
    default:
      return { address: new Uint8Array(4), port };
  }
}

function ipv6Bytes(text: string): Uint8Array {
  const [head = '', tail] = text.split('::');
  const before = groups(head);
  const after = tail === undefined ? [] : groups(tail);
  const bytes = new Uint8Array(16);
  before.forEach((group, index) => putGroup(bytes, index, group));
  after.forEach((group, index) => putGroup(bytes, 8 - after.length + index, group));
  return bytes;
}

function groups(text: string): number[] {
  if (text === '') return [];
  return text.split(':').flatMap((part) => {
    if (!part.includes('.')) return [parseInt(part, 16)];
    const [a = 0, b = 0, c = 0, d = 0] = part.split('.').map(Number);
    return [a * 256 + b, c * 256 + d];
  });
}

function putGroup(bytes: Uint8Array, index: number, group: number): void {
  bytes[index * 2] = group >> 8;
  bytes[index * 2 + 1] = group & 0xff;
}
