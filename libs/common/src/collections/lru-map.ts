import assert from 'node:assert';

/** A map of at most `maxEntries`: setting one more drops the entry unused for longest. */
export class LruMap<K, V> {
  private readonly entries = new Map<K, V>();

  /** `onDropped` is told of entries that had to leave, not of deleted or replaced ones. */
  constructor(
    readonly maxEntries: number,
    private readonly onDropped?: (key: K, value: V) => void,
  ) {
    assert(Number.isInteger(maxEntries) && maxEntries > 0, `maxEntries ${maxEntries}`);
  }

  get size(): number {
    return this.entries.size;
  }

  has(key: K): boolean {
    return this.entries.has(key);
  }

  /** The value, which becomes the last to be dropped. */
  get(key: K): V | undefined {
    const value = this.entries.get(key);
    if (value === undefined) return undefined;
    this.entries.delete(key);
    this.entries.set(key, value);
    return value;
  }

  set(key: K, value: V): void {
    this.entries.delete(key);
    this.entries.set(key, value);
    if (this.entries.size <= this.maxEntries) return;
    const [oldestKey, oldestValue] = this.entries.entries().next().value as [K, V];
    this.entries.delete(oldestKey);
    this.onDropped?.(oldestKey, oldestValue);
  }

  delete(key: K): boolean {
    return this.entries.delete(key);
  }

  clear(): void {
    this.entries.clear();
  }

  /** From the first to be dropped to the last used. */
  values(): IterableIterator<V> {
    return this.entries.values();
  }

  keys(): IterableIterator<K> {
    return this.entries.keys();
  }
}
