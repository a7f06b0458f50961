import { strict as assert } from 'node:assert';

const FIRST_CAPACITY = 256;

/**
 * Index entries of records that are not visible yet, first in first out. Bounded by what
 * `maxPendingPutBytes` lets wait.
 */
export class PendingIndexKeys {
  /** Commit log position of the record whose keys are pushed. */
  physicalOffset = 0;
  private hashes = new Int32Array(FIRST_CAPACITY);
  private offsets = new Float64Array(FIRST_CAPACITY);
  private head = 0;
  private tail = 0;

  get length(): number {
    return this.tail - this.head;
  }

  push(hash: number): void {
    if (this.tail === this.hashes.length) this.makeRoom();
    this.hashes[this.tail] = hash;
    this.offsets[this.tail] = this.physicalOffset;
    this.tail++;
  }

  /** Hands out the oldest entries in order. */
  shift(count: number, use: (hash: number, physicalOffset: number) => void): void {
    assert(count <= this.length, 'more index keys taken than pushed');
    for (let left = count; left > 0; left--) {
      use(this.hashes[this.head], this.offsets[this.head]);
      this.head++;
    }
    if (this.head === this.tail) this.head = this.tail = 0;
  }

  /** Forgets the newest entries. */
  drop(count: number): void {
    assert(count <= this.length, 'more index keys dropped than pushed');
    this.tail -= count;
  }

  private makeRoom(): void {
    const { hashes, offsets, head, tail } = this;
    const isHalfUsed = head > hashes.length / 2;
    const capacity = isHalfUsed ? hashes.length : hashes.length * 2;
    this.hashes = new Int32Array(capacity);
    this.offsets = new Float64Array(capacity);
    this.hashes.set(hashes.subarray(head, tail));
    this.offsets.set(offsets.subarray(head, tail));
    this.head = 0;
    this.tail = tail - head;
  }
}
