import assert from 'node:assert';

const BUCKETS = 256;
const EMPTY = -1;

/**
 * Finds which of a few known ASCII names stands in a range of bytes, without making a string: a
 * perfect hash over length, first and last byte, then one comparison.
 */
export class NameTable {
  readonly size: number;
  private readonly names: readonly Buffer[];
  private readonly buckets: Int16Array;
  private readonly factor: number;

  constructor(names: readonly string[]) {
    this.size = names.length;
    this.names = names.map((name) => Buffer.from(name, 'latin1'));
    let factor = 1;
    let buckets = this.fill(factor);
    while (buckets === undefined) {
      assert(++factor < BUCKETS, 'these names have no perfect hash: tell them apart otherwise');
      buckets = this.fill(factor);
    }
    this.factor = factor;
    this.buckets = buckets;
  }

  /** The index of the name in `bytes` from `start` to `end`, -1 when it is none of the table's. */
  find(bytes: Buffer, start: number, end: number): number {
    if (end <= start) return EMPTY;
    const index = this.buckets[bucketOf(bytes, start, end, this.factor)];
    if (index === EMPTY) return EMPTY;
    const name = this.names[index];
    if (name.length !== end - start) return EMPTY;
    for (let at = 0; at < name.length; at++) {
      if (name[at] !== bytes[start + at]) return EMPTY;
    }
    return index;
  }

  private fill(factor: number): Int16Array | undefined {
    const buckets = new Int16Array(BUCKETS).fill(EMPTY);
    for (const [index, name] of this.names.entries()) {
      const bucket = bucketOf(name, 0, name.length, factor);
      if (buckets[bucket] !== EMPTY) return undefined;
      buckets[bucket] = index;
    }
    return buckets;
  }
}

function bucketOf(bytes: Buffer, start: number, end: number, factor: number): number {
  return ((end - start) * 31 + bytes[start] * factor + bytes[end - 1] * 7 * factor) & (BUCKETS - 1);
}
