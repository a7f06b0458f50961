import { SeededRandom } from '@rocket-nest/common';
import { crc32 } from '../bytes/crc32';
import { findFlippedBit } from './flipped-bit';

describe('findFlippedBit', () => {
  const random = new SeededRandom(1);
  const block = Buffer.from(Array.from({ length: 4096 }, () => random.nextInt(256)));
  const expected = crc32(block, 0, block.length);

  it('finds any single flipped bit', () => {
    for (const at of [0, 1, 7, 8, 12_345, 4096 * 8 - 1]) {
      const damaged = Buffer.from(block);
      damaged[at >> 3] ^= 1 << (at & 7);
      expect(findFlippedBit(damaged, expected)).toBe(at);
    }
  });

  it('finds none where more than one bit is wrong', () => {
    const damaged = Buffer.from(block);
    damaged.fill(0, 100, 200);
    expect(findFlippedBit(damaged, expected)).toBeUndefined();
    expect(findFlippedBit(block, expected)).toBeUndefined();
  });
});
