import { crc32 as nativeCrc32 } from 'node:zlib';
import { getInt32 } from './integers';

/** Below this many bytes the table is faster than the call into native code (measured). */
const TABLE_MAX_BYTES = 112;
const POLYNOMIAL = 0xedb88320;
const TABLES = makeTables();

/** CRC-32 of a body as records hold it: without the sign bit. */
export function bodyCrc(bytes: Buffer, start: number, length: number): number {
  if (length <= TABLE_MAX_BYTES) return tableCrc(bytes, start, length) & 0x7fffffff;
  return crc32(bytes, start, length) & 0x7fffffff;
}

/** CRC-32, unsigned. */
export function crc32(bytes: Buffer, start: number, length: number): number {
  if (start === 0 && length === bytes.length) return nativeCrc32(bytes);
  return nativeCrc32(new Uint8Array(bytes.buffer, bytes.byteOffset + start, length));
}

/** Four bytes a step: TABLES holds four tables of 256 one after another. */
function tableCrc(bytes: Uint8Array, start: number, length: number): number {
  const wholeEnd = start + (length & ~3);
  let crc = -1;
  let at = start;
  for (; at < wholeEnd; at += 4) {
    crc ^= bytes[at] | (bytes[at + 1] << 8) | (bytes[at + 2] << 16) | (bytes[at + 3] << 24);
    crc =
      TABLES[768 + (crc & 255)] ^
      TABLES[512 + ((crc >>> 8) & 255)] ^
      TABLES[256 + ((crc >>> 16) & 255)] ^
      TABLES[crc >>> 24];
  }
  for (const end = start + length; at < end; at++) {
    crc = (crc >>> 8) ^ TABLES[(crc ^ bytes[at]) & 255];
  }
  return ~crc >>> 0;
}

function makeTables(): Int32Array {
  const tables = new Int32Array(4 * 256);
  for (let index = 0; index < 256; index++) {
    let crc = index;
    for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ POLYNOMIAL : crc >>> 1;
    tables[index] = crc;
  }
  for (let index = 256; index < 1024; index++) {
    const shorter = tables[index - 256];
    tables[index] = (shorter >>> 8) ^ tables[shorter & 255];
  }
  return tables;
}

/** Whether the stored CRC of a record's body is right; `bodyAt` is where the body begins. */
export function isBodyIntact(
  record: Buffer,
  crcAt: number,
  bodyAt: number,
  bodyLength: number,
): boolean {
  return bodyCrc(record, bodyAt, bodyLength) === getInt32(record, crcAt);
}
