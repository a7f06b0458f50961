/** Answer to a query by key. */
export interface QueryMessageResult {
  /** Whole stored records, newest first. */
  readonly records: readonly Buffer[];
  /** Store time of the newest indexed message. */
  readonly indexLastUpdateTimestamp: number;
  /** Commit log position of the newest indexed message. */
  readonly indexLastUpdatePhyoffset: number;
}

/** Which keys a query looks at: KEYS and UNIQ_KEY (default), or tags. */
export const IndexType = { KEY: 'K', UNIQUE: 'U', TAG: 'T' } as const;
export type IndexType = (typeof IndexType)[keyof typeof IndexType];

/** Which of several messages of one time an offset search returns: the first or the last. */
export type BoundaryType = 'lower' | 'upper';
