import { RocketError } from '../errors/rocket-error';

const TWO_POW_32 = 0x1_0000_0000;
const MAX_SAFE = Number.MAX_SAFE_INTEGER;

/** Reads a signed big-endian 64-bit number; throws NUMBER_UNSAFE beyond 2^53 - 1. */
export function readLong(source: Buffer, offset: number): number {
  // Beyond 2^53 - 1 the sum is rounded, but never back into the safe range.
  const value = source.readInt32BE(offset) * TWO_POW_32 + source.readUInt32BE(offset + 4);
  if (value > MAX_SAFE || value < -MAX_SAFE) {
    throw new RocketError(
      'NUMBER_UNSAFE',
      `the 64-bit number at byte ${offset} (${source.readBigInt64BE(offset)}) is beyond 2^53 - 1: ` +
        'the data is damaged or was not written by a message store',
    );
  }
  return value;
}

/** Writes a safe whole number as signed big-endian 64 bits and returns the offset behind it. */
export function writeLong(target: Buffer, value: number, offset: number): number {
  if (!Number.isSafeInteger(value)) {
    throw new RocketError('NUMBER_UNSAFE', `${value} is not a whole number within 2^53 - 1`);
  }
  const high = Math.floor(value / TWO_POW_32);
  target.writeInt32BE(high, offset);
  return target.writeUInt32BE(value - high * TWO_POW_32, offset + 4);
}
