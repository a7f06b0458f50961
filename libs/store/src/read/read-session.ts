import type { GetMessageStatus } from '../get/get-message-status';
import type { CommitLogBlock } from './commit-log-block';

/** A record that one pull wants and that is not in memory. */
export interface MissingRecord {
  readonly physicalOffset: number;
  readonly sizeBytes: number;
}

/** A record in a damaged block, and what has to be found out about it. */
export interface SuspectRecord {
  readonly physicalOffset: number;
  readonly storeTimestamp: number;
  /** Index hashes of the keys it claims. */
  readonly keyHashes: readonly number[];
}

/**
 * What one pull has loaded so far. It holds on to its blocks, so that other readers cannot push
 * them out of the cache before the pull is answered.
 */
export class ReadSession {
  readonly blocks = new Map<number, CommitLogBlock>();
  /** Stretches read for single records of a thinly spread queue, in no order. */
  readonly spans: CommitLogBlock[] = [];
  readonly missing: MissingRecord[] = [];
  readonly suspects: SuspectRecord[] = [];
  /** What became of suspects, by position. */
  readonly verdicts = new Map<number, boolean>();
  /** Units have to be read from this queue offset on before anything else; -1 = no. */
  missingUnitsFrom = -1;
  /** The units were asked for and could not be read. */
  areUnitsUnreadable = false;
  /** Units from this queue offset on have to be made again before anything else; -1 = no. */
  repairFrom = -1;
  /** Offsets for which that was done. */
  readonly repaired = new Set<number>();
  /** Everything before this queue offset was looked at and skipped. */
  startAt = -1;
  /** What a pull answers that finds nothing behind it. */
  emptyStatus: GetMessageStatus | undefined;
  /** Offsets whose damage is in the log already. */
  readonly told = new Set<number>();
  /** No more reading: answer with what is there. */
  isOver = false;
  /** Positions that were loaded once: a record that is still not there cannot be read. */
  private readonly tried = new Set<number>();

  addMissing(physicalOffset: number, sizeBytes: number): void {
    this.missing.push({ physicalOffset, sizeBytes });
  }

  wasTried(physicalOffset: number): boolean {
    return this.tried.has(physicalOffset);
  }

  /** What is missing now, to be loaded. */
  takeMissing(): MissingRecord[] {
    const missing = this.missing.splice(0);
    for (const record of missing) this.tried.add(record.physicalOffset);
    return missing;
  }
}
