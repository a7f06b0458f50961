import type { CheckpointState } from '../checkpoint/store-checkpoint';
import type { QueueOffsetTableState } from '../checkpoint/queue-offset-table';

/** The state of the files that a start finds. */
export interface FilesFound {
  /** Commit log files hold this range of positions; both 0 without files. */
  readonly logMinOffset: number;
  readonly logFilesEnd: number;
  /** Start of the newest commit log file. */
  readonly lastFileStart: number;
  /** Below it records are so much older than the newest that a sync must have come between. */
  readonly longDurableEnd: number;
  /** The abort file: the last stop was not a clean one. */
  readonly hasAbort: boolean;
  readonly checkpoint: CheckpointState | undefined;
  readonly table: QueueOffsetTableState | undefined;
  /** The last stop left files unsynced, and the machine has been running ever since. */
  readonly isTableVouched: boolean;
  /** Every queue that the table knows with messages has its folder. */
  readonly hasTableQueues: boolean;
  readonly hasQueueFolders: boolean;
  /** Every index file that the table names is there. */
  readonly hasTableIndex: boolean;
  readonly hasIndexFiles: boolean;
  /** What stands where the log ended at the clean stop: nothing, further records, not even the file. */
  readonly atTableEnd: 'end' | 'more' | 'lost';
  /** Where records begin that are younger than what the checkpoint's times cover. */
  readonly offsetByCheckpointTimes: number;
}

export type RecoveryRow =
  | 'NEW_STORE'
  | 'CLEAN_STOP'
  | 'STOP_WITHOUT_SYNC'
  | 'CLEAN_STOP_LOG_LOST'
  | 'CLEAN_STOP_QUEUES_MISSING'
  | 'CLEAN_STOP_INDEX_MISSING'
  | 'CLEAN_STOP_OTHER_BROKER'
  | 'CLEAN_STOP_OTHER_BROKER_QUEUES_MISSING'
  | 'UNCLEAN_STOP'
  | 'UNCLEAN_STOP_QUEUES_MISSING'
  | 'UNCLEAN_STOP_INDEX_MISSING'
  | 'UNCLEAN_STOP_TIMES_ONLY'
  | 'UNCLEAN_STOP_NO_CHECKPOINT';

/** What a start does; `docs/recovery.md` has the same as a table. */
export interface RecoveryPlan {
  readonly row: RecoveryRow;
  /** Where queue positions come from; `rebuild` removes what is there and reads the whole log. */
  readonly queues: 'table' | 'files' | 'rebuild';
  /** Units of records from here on are made again; undefined = behind the newest unit. */
  readonly queuesFrom: number | undefined;
  readonly index: 'keep' | 'rebuild';
  /** Records from here on are indexed again; undefined = as `queuesFrom`. */
  readonly indexFrom: number | undefined;
  /** Below it damage is set aside; at and above it the log is cut at the first bad record. */
  readonly durableEnd: number;
  /** The log is read on from there; undefined = its end is known. */
  readonly logEnd: number | undefined;
}

/** The decision table, from top to bottom. */
export function decideRecovery(found: FilesFound): RecoveryPlan {
  const { table, checkpoint, logMinOffset } = found;
  if (found.logFilesEnd === 0 && table === undefined) return rebuildAll(found, 'NEW_STORE', 0);
  if (!found.hasAbort) {
    return table && found.atTableEnd !== 'more' ? cleanStop(found, table) : otherBroker(found);
  }
  if (table && found.isTableVouched && found.hasTableQueues && found.hasTableIndex) {
    if (found.atTableEnd === 'end') return { ...cleanStop(found, table), row: 'STOP_WITHOUT_SYNC' };
  }
  if (!checkpoint) {
    return rebuildAll(found, 'UNCLEAN_STOP_NO_CHECKPOINT', found.longDurableEnd);
  }
  const flushed = checkpoint.hasPositions ? checkpoint.flushedPosition : 0;
  const queuesFrom = checkpoint.hasPositions
    ? checkpoint.consumeQueuePosition
    : found.offsetByCheckpointTimes;
  const areQueuesThere =
    found.hasTableQueues && (found.hasQueueFolders || queuesFrom <= logMinOffset);
  if (!areQueuesThere) {
    return rebuildAll(found, 'UNCLEAN_STOP_QUEUES_MISSING', flushed);
  }
  const isIndexMissing = !found.hasIndexFiles && checkpoint.indexMsgTimestamp > 0;
  const plan = {
    queues: 'files',
    queuesFrom: Math.max(queuesFrom, logMinOffset),
    durableEnd: flushed,
    logEnd: undefined,
  } as const;
  if (isIndexMissing) {
    const indexFrom = logMinOffset;
    return { row: 'UNCLEAN_STOP_INDEX_MISSING', ...plan, index: 'rebuild', indexFrom };
  }
  const row = checkpoint.hasPositions ? 'UNCLEAN_STOP' : 'UNCLEAN_STOP_TIMES_ONLY';
  const indexFrom = checkpoint.hasPositions ? checkpoint.indexPosition : queuesFrom;
  return { row, ...plan, index: 'keep', indexFrom: Math.max(indexFrom, logMinOffset) };
}

function cleanStop(found: FilesFound, table: QueueOffsetTableState): RecoveryPlan {
  const end = table.logMaxOffset;
  const known = { durableEnd: end, logEnd: end };
  const isIndexThere = found.hasTableIndex;
  if (!found.hasTableQueues) {
    return {
      row: 'CLEAN_STOP_QUEUES_MISSING',
      queues: 'rebuild',
      queuesFrom: found.logMinOffset,
      index: isIndexThere ? 'keep' : 'rebuild',
      indexFrom: isIndexThere ? end : found.logMinOffset,
      ...known,
    };
  }
  const queues = { queues: 'table', queuesFrom: end } as const;
  if (!isIndexThere) {
    const indexFrom = found.logMinOffset;
    return { row: 'CLEAN_STOP_INDEX_MISSING', ...queues, index: 'rebuild', indexFrom, ...known };
  }
  const row = found.atTableEnd === 'lost' ? 'CLEAN_STOP_LOG_LOST' : 'CLEAN_STOP';
  return { row, ...queues, index: 'keep', indexFrom: end, ...known };
}

/** Another broker wrote last (or the table is damaged): its consume queues are complete. */
function otherBroker(found: FilesFound): RecoveryPlan {
  const durableEnd = found.lastFileStart;
  if (!found.hasQueueFolders) {
    return rebuildAll(found, 'CLEAN_STOP_OTHER_BROKER_QUEUES_MISSING', durableEnd);
  }
  return {
    row: 'CLEAN_STOP_OTHER_BROKER',
    queues: 'files',
    queuesFrom: undefined,
    index: found.hasIndexFiles ? 'keep' : 'rebuild',
    indexFrom: found.hasIndexFiles ? undefined : found.logMinOffset,
    durableEnd,
    logEnd: undefined,
  };
}

function rebuildAll(found: FilesFound, row: RecoveryRow, durableEnd: number): RecoveryPlan {
  return {
    row,
    queues: 'rebuild',
    queuesFrom: found.logMinOffset,
    index: 'rebuild',
    indexFrom: found.logMinOffset,
    durableEnd,
    logEnd: undefined,
  };
}
