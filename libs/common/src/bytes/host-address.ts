import { isIPv4, isIPv6 } from 'node:net';
import { RocketError } from '../errors/rocket-error';

/** An address and port taken apart. */
export interface HostAddress {
  /** `1.2.3.4`, or an IPv6 address without brackets. */
  readonly ip: string;
  readonly port: number;
}

/** How a host is stored: 4 or 16 address bytes, then the port as int32. */
export const HOST_V4_BYTES = 8;
export const HOST_V6_BYTES = 20;

const MAPPED_V4 = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i;

/** `::ffff:1.2.3.4`, as a dual-stack socket reports an IPv4 peer, becomes `1.2.3.4`. */
export function normalizeIp(ip: string): string {
  return MAPPED_V4.exec(ip)?.[1] ?? ip;
}

/** `ip:port`, with an IPv6 address in brackets. */
export function formatHostAddress(ip: string, port: number): string {
  return ip.includes(':') ? `[${ip}]:${port}` : `${ip}:${port}`;
}

/** Reads `ip:port`; an IPv6 address may stand in brackets. Throws ADDRESS_INVALID. */
export function parseHostAddress(text: string): HostAddress {
  const colon = text.lastIndexOf(':');
  let ip = text.slice(0, Math.max(colon, 0));
  if (ip.startsWith('[') && ip.endsWith(']')) ip = ip.slice(1, -1);
  const portText = text.slice(colon + 1);
  const port = Number(portText);
  if (colon <= 0 || !/^\d{1,5}$/.test(portText) || port > 0xffff) {
    throw new RocketError('ADDRESS_INVALID', `"${text}" is not an address of the form ip:port`);
  }
  return { ip, port };
}

/** The 4 or 16 bytes of a numeric address. Throws ADDRESS_INVALID for anything else. */
export function ipToBytes(ip: string): Buffer {
  const bare = normalizeIp(ip);
  if (isIPv4(bare)) return Buffer.from(bare.split('.').map(Number));
  const zone = bare.indexOf('%');
  const address = zone < 0 ? bare : bare.slice(0, zone);
  if (!isIPv6(address)) {
    throw new RocketError('ADDRESS_INVALID', `"${ip}" is not a numeric IPv4 or IPv6 address`);
  }
  return ipv6ToBytes(address);
}

/** Writes address bytes and port as a record holds them; returns the offset behind. */
export function writeHost(target: Buffer, offset: number, ip: Buffer, port: number): number {
  ip.copy(target, offset);
  return target.writeInt32BE(port, offset + ip.length);
}

/** Reads a stored host as `ip:port`; `isV6` tells 16 from 4 address bytes. */
export function readHost(source: Buffer, offset: number, isV6: boolean): string {
  if (isV6) {
    const ip = bytesToIpv6(source, offset);
    return formatHostAddress(ip, source.readInt32BE(offset + 16));
  }
  const port = source.readInt32BE(offset + 4);
  return (
    `${source[offset]}.${source[offset + 1]}.${source[offset + 2]}.` +
    `${source[offset + 3]}:${port}`
  );
}

function ipv6ToBytes(ip: string): Buffer {
  const [head, tail] = ip.split('::') as [string, string | undefined];
  const front = groupsOf(head);
  const back = tail === undefined ? [] : groupsOf(tail);
  const groups = [...front, ...new Array<number>(8 - front.length - back.length).fill(0), ...back];
  const bytes = Buffer.alloc(16);
  groups.forEach((group, i) => bytes.writeUInt16BE(group, i * 2));
  return bytes;
}

/** The 16-bit groups of a part of an IPv6 address; a dotted IPv4 tail makes two of them. */
function groupsOf(part: string): number[] {
  if (part === '') return [];
  return part.split(':').flatMap((group) => {
    if (!group.includes('.')) return [parseInt(group, 16)];
    const [a, b, c, d] = group.split('.').map(Number) as [number, number, number, number];
    return [a * 256 + b, c * 256 + d];
  });
}

/** The shortest text: the first of the longest runs of two or more zero groups becomes `::`. */
function bytesToIpv6(source: Buffer, offset: number): string {
  const groups = Array.from({ length: 8 }, (_, i) => source.readUInt16BE(offset + i * 2));
  let runStart = 0;
  let runLength = 0;
  for (let i = 0; i < 8; i++) {
    let end = i;
    while (end < 8 && groups[end] === 0) end++;
    if (end - i > runLength) [runStart, runLength] = [i, end - i];
    i = Math.max(i, end - 1);
  }
  const text = groups.map((group) => group.toString(16));
  if (runLength < 2) return text.join(':');
  return `${text.slice(0, runStart).join(':')}::${text.slice(runStart + runLength).join(':')}`;
}
