import { RocketError } from '../errors/rocket-error';

const TWO_POW_32 = 0x1_0000_0000;
/** Bits above 2^53 of the high half must all equal the sign. */
const SAFE_HIGH = 0x1f_ffff;

/** Reads a signed big-endian 64-bit number; throws NUMBER_UNSAFE beyond 2^53 - 1. */
export function readLong(source: Buffer, offset: number): number {
  const high = source.readInt32BE(offset);
  if (high > SAFE_HIGH || high < -SAFE_HIGH) {
    throw new RocketError(
      'NUMBER_UNSAFE',
      `the 64-bit number at byte ${offset} (${source.readBigInt64BE(offset)}) is beyond 2^53 - 1: ` +
        'the data is damaged or was not written by a message store',
    );
  }
  return high * TWO_POW_32 + source.readUInt32BE(offset + 4);
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
