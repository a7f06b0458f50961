import type { DamagedRange } from '../checksum/commit-log-checksums';

/** An aligned stretch of a commit log file, as far as it was written when it was read. */
export class CommitLogBlock {
  /** Who looks at its bytes: results that were not given back, and pulls that are under way. */
  loans = 0;
  isCached = false;
  /** Its memory may hold something else by now. */
  isRecycled = false;

  constructor(
    readonly startOffset: number,
    readonly endOffset: number,
    readonly buffer: Buffer,
    /** Stretches that are not what was written. */
    readonly damaged: readonly DamagedRange[],
    /** All of it was compared with its checksums, so that CRCs of bodies need no check. */
    readonly isVerified: boolean,
    /** Of `buffer`, to be used again; undefined for what is left to the garbage collector. */
    readonly memory?: Buffer,
  ) {}

  holds(offset: number): boolean {
    return !this.isRecycled && offset >= this.startOffset && offset < this.endOffset;
  }

  isDamagedIn(from: number, to: number): boolean {
    const { damaged } = this;
    return damaged.length > 0 && damaged.some((range) => range.from < to && range.to > from);
  }
}
