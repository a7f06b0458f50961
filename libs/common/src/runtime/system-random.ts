import assert from 'node:assert';
import { randomInt } from 'node:crypto';
import type { Random } from './random';

/** `randomInt` takes no wider range. */
const WIDEST = 2 ** 48 - 1;

/** The operating system's chance. */
export class SystemRandom implements Random {
  nextInt(below: number): number {
    assert(Number.isInteger(below) && below > 0 && below <= WIDEST, `range 0 to ${below}`);
    return randomInt(below);
  }
}
