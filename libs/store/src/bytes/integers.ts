/**
 * Big-endian integers in a byte array, written out because they run several times per message and
 * need no view object. 64-bit values are numbers: offsets and times stay below 2^53.
 */
const TWO_32 = 0x100000000;

export function putInt16(bytes: Uint8Array, at: number, value: number): void {
  bytes[at] = value >>> 8;
  bytes[at + 1] = value;
}

export function putInt32(bytes: Uint8Array, at: number, value: number): void {
  bytes[at] = value >>> 24;
  bytes[at + 1] = value >>> 16;
  bytes[at + 2] = value >>> 8;
  bytes[at + 3] = value;
}

export function putInt64(bytes: Uint8Array, at: number, value: number): void {
  putInt32(bytes, at, Math.floor(value / TWO_32));
  // ToInt32 takes the value modulo 2^32, which is the low half, also of a negative number.
  putInt32(bytes, at + 4, value | 0);
}

export function getUint16(bytes: Uint8Array, at: number): number {
  return (bytes[at] << 8) | bytes[at + 1];
}

export function getInt32(bytes: Uint8Array, at: number): number {
  return (bytes[at] << 24) | (bytes[at + 1] << 16) | (bytes[at + 2] << 8) | bytes[at + 3];
}

export function getInt64(bytes: Uint8Array, at: number): number {
  return getInt32(bytes, at) * TWO_32 + (getInt32(bytes, at + 4) >>> 0);
}
