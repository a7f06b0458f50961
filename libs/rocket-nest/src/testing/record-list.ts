import type { RecordedMessage } from './recorded-message';

/** Records of one kind kept by a harness; past it the oldest are forgotten. */
export const MAX_RECORDS = 100_000;

/** Which records: a name that they go by, or a function that says so. */
export type RecordFilter<R> = string | ((record: R) => boolean);

/** Records in the order in which they came. */
export class RecordList<R extends RecordedMessage> {
  private records: R[] = [];

  /** @param onAdded told after every new record */
  constructor(
    private readonly onAdded: () => void,
    private readonly maxRecords = MAX_RECORDS,
  ) {}

  add(record: R): void {
    this.records.push(record);
    // Half at a time, so that forgetting costs nothing per record.
    if (this.records.length > 2 * this.maxRecords) this.records.splice(0, this.maxRecords);
    this.onAdded();
  }

  find(filter?: RecordFilter<R>): R[] {
    const kept = this.records.slice(-this.maxRecords);
    if (filter === undefined) return kept;
    return kept.filter(typeof filter === 'string' ? (record) => record.isFor(filter) : filter);
  }

  clear(): void {
    this.records = [];
  }
}
