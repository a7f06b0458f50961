/** The three numbers of a version, as they are stored and sent. */
export interface DataVersionFields {
  readonly counter: number;
  readonly stateVersion: number;
  /** Milliseconds since the epoch. */
  readonly timestamp: number;
}

/** The version of a table (topics, groups, offsets); compared to tell whether a copy is stale. */
export class DataVersion implements DataVersionFields {
  readonly counter: number;
  readonly stateVersion: number;
  readonly timestamp: number;

  constructor(fields: Partial<DataVersionFields> = {}) {
    this.counter = fields.counter ?? 0;
    this.stateVersion = fields.stateVersion ?? 0;
    this.timestamp = fields.timestamp ?? 0;
  }

  /** The version after this one, made at `nowMs` (wall time). */
  next(nowMs: number, stateVersion = this.stateVersion): DataVersion {
    return new DataVersion({ counter: this.counter + 1, stateVersion, timestamp: nowMs });
  }

  equals(other: DataVersionFields | undefined): boolean {
    return (
      other !== undefined &&
      this.counter === other.counter &&
      this.stateVersion === other.stateVersion &&
      this.timestamp === other.timestamp
    );
  }

  /** Below 0 when older than `other`, 0 when equal: by state version, then counter, then time. */
  compare(other: DataVersionFields): number {
    return (
      this.stateVersion - other.stateVersion ||
      this.counter - other.counter ||
      this.timestamp - other.timestamp
    );
  }
}
