import { crc32 } from '../bytes/crc32';

const POLYNOMIAL = 0xedb88320;

/**
 * Position (byte * 8 + bit) of the one bit whose flip turned bytes with the CRC `expected` into
 * these, undefined when no single bit did. A CRC is linear: each flipped bit changes it by a pattern
 * that depends on the bit's distance from the end alone, and in a block of 4 KiB all of them differ.
 */
export function findFlippedBit(bytes: Buffer, expected: number): number | undefined {
  const wanted = (crc32(bytes, 0, bytes.length) ^ expected) >>> 0;
  // What a flip of the last byte's highest bit changes; each bit before it is one step further.
  let change = POLYNOMIAL;
  for (let at = bytes.length * 8 - 1; at >= 0; at--) {
    if (change >>> 0 === wanted) return at;
    change = (change >>> 1) ^ (change & 1 ? POLYNOMIAL : 0);
  }
  return undefined;
}
