import assert from 'node:assert';
import type { Random } from './random';

/** Repeats itself for the same seed: simulations and tests can be run again. Not for secrets. */
export class SeededRandom implements Random {
  private state: number;

  constructor(readonly seed: number) {
    this.state = seed | 0;
  }

  nextInt(below: number): number {
    assert(Number.isSafeInteger(below) && below > 0, `range 0 to ${below}`);
    if (below <= 0x100000000) return Math.floor((this.next32() / 0x100000000) * below);
    const fraction = ((this.next32() >>> 5) * 0x4000000 + (this.next32() >>> 6)) / 2 ** 53;
    return Math.floor(fraction * below);
  }

  /** A counter stepped by the golden ratio, then mixed so that neighbours share no bits. */
  private next32(): number {
    this.state = (this.state + 0x9e3779b9) | 0;
    let mixed = this.state ^ (this.state >>> 16);
    mixed = Math.imul(mixed, 0x85ebca6b);
    mixed ^= mixed >>> 13;
    mixed = Math.imul(mixed, 0xc2b2ae35);
    return (mixed ^ (mixed >>> 16)) >>> 0;
  }
}
