import { crc32 } from 'node:zlib';

/** CRC-32 of a body as RocketMQ keeps it: without its top bit. */
export function bodyCrc(body: Uint8Array): number {
  return crc32(body) & 0x7fffffff;
}
