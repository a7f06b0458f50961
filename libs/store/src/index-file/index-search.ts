import type { IndexFile } from './index-file';

/** What a look into one file is asked for. */
export interface IndexQuery {
  readonly keyHash: number;
  readonly beginMs: number;
  readonly endMs: number;
  /** Most items looked at in one file. */
  readonly maxSteps: number;
}

/** Files mended for one query; past it what is damaged is looked at as it is. */
const MAX_MENDS = 64;

/** Finds items by the hash of a key. */
export class IndexSearch {
  /**
   * @param files oldest first
   * @param mend resolves with true once a damaged file is as good as new
   */
  constructor(
    private readonly files: () => readonly IndexFile[],
    private readonly mend: (file: IndexFile) => Promise<boolean>,
  ) {}

  /**
   * Positions of items with a hash, newest first; after damage some may come again. The time is only
   * as exact as an item is (a second), and other keys may have the same hash: callers compare the
   * record.
   */
  async *find(query: IndexQuery): AsyncIterableIterator<number> {
    const givenUp = new Set<IndexFile>();
    for (let mends = 0; ; mends++) {
      const damaged = yield* this.findUpToDamage(query, givenUp);
      if (!damaged) return;
      const isMended = mends < MAX_MENDS && (await this.mend(damaged));
      if (!isMended) givenUp.add(damaged);
    }
  }

  /** Returns the first damaged file that is met and not given up. */
  private async *findUpToDamage(
    query: IndexQuery,
    givenUp: ReadonlySet<IndexFile>,
  ): AsyncGenerator<number, IndexFile | undefined> {
    for (const file of [...this.files()].reverse()) {
      const { generation } = file;
      const isWhole = (): boolean => file.damage === undefined && file.generation === generation;
      const mayGoOn = givenUp.has(file) ? (): boolean => true : isWhole;
      if (!mayGoOn()) return file;
      if (file.nextItem <= 1) continue;
      const isOutside = query.endMs < file.beginTimestamp || query.beginMs > file.endTimestamp;
      if (!isOutside) yield* this.findInFile(file, query, mayGoOn);
      if (!mayGoOn()) return file;
    }
    return undefined;
  }

  private async *findInFile(
    file: IndexFile,
    query: IndexQuery,
    mayGoOn: () => boolean,
  ): AsyncGenerator<number> {
    const slot = file.slotOf(query.keyHash);
    let number = await file.newestItem(query.keyHash);
    if (number < 0 || number >= file.nextItem) file.markDamaged(`slot ${slot}`);
    for (let steps = 0; steps < query.maxSteps && mayGoOn(); steps++) {
      const item = await file.item(number);
      if (!item) return;
      const { keyHash, physicalOffset, previous } = item;
      const isInFile = physicalOffset >= file.beginOffset && physicalOffset <= file.endOffset;
      const makesSense = file.slotOf(keyHash) === slot && isInFile && previous >= 0;
      // Items of a slot only get older, so anything else is damage and would loop.
      if (!makesSense || previous >= number) file.markDamaged(`item ${number}`);
      if (!mayGoOn()) return;
      const fromMs = file.beginTimestamp + item.secondsSinceBegin * 1000;
      const isInTime = fromMs + 999 >= query.beginMs && fromMs <= query.endMs;
      if (keyHash === query.keyHash && isInTime) yield physicalOffset;
      if (previous >= number || fromMs + 999 < query.beginMs) return;
      number = previous;
    }
  }
}
