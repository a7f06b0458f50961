import type { FileSystem } from '@rocket-nest/common';
import { readWholeFile, writeFully } from '../files/file-io';
import { crc32 } from '../bytes/crc32';
import { getInt32, getInt64, putInt32, putInt64 } from '../bytes/integers';

const FILE_BYTES = 4096;
const NAME = 'checkpoint';
/** Bytes that the CRC of our own part covers. */
const CRC_FROM = 40;
const CRC_AT = 64;

/**
 * How far the files are known to be durable:
 *
 *      0  8  store time of the newest durable record
 *      8  8  store time of the newest record whose consume queue unit is durable
 *     16  8  store time of the newest record whose index entries are durable
 *     24  8  master flushed offset       32  8  confirm offset (replication)
 *     40  8  commit log position below which consume queues are durable
 *     48  8  commit log position below which the commit log is durable   (ours)
 *     56  8  commit log position below which the index is durable        (ours)
 *     64  4  CRC-32 of bytes 40-63                                       (ours)
 *
 * The original ignores what is behind 48, so its stores and ours can be exchanged.
 */
export interface CheckpointState {
  readonly physicMsgTimestamp: number;
  readonly logicsMsgTimestamp: number;
  readonly indexMsgTimestamp: number;
  readonly consumeQueuePosition: number;
  readonly flushedPosition: number;
  readonly indexPosition: number;
  /** False when the file was written by the original or is damaged: only the times count. */
  readonly hasPositions: boolean;
}

export class StoreCheckpoint {
  constructor(
    private readonly fileSystem: FileSystem,
    private readonly folder: string,
  ) {}

  read(): CheckpointState | undefined {
    const bytes = readWholeFile(this.fileSystem, `${this.folder}/${NAME}`, FILE_BYTES);
    if (!bytes || bytes.length < CRC_AT + 4) return undefined;
    const isOurs =
      getInt32(bytes, CRC_AT) >>> 0 === crc32(bytes, CRC_FROM, CRC_AT - CRC_FROM) &&
      getInt32(bytes, CRC_AT) !== 0;
    return {
      physicMsgTimestamp: getInt64(bytes, 0),
      logicsMsgTimestamp: getInt64(bytes, 8),
      indexMsgTimestamp: getInt64(bytes, 16),
      consumeQueuePosition: isOurs ? getInt64(bytes, 40) : 0,
      flushedPosition: isOurs ? getInt64(bytes, 48) : 0,
      indexPosition: isOurs ? getInt64(bytes, 56) : 0,
      hasPositions: isOurs,
    };
  }

  /**
   * Durable when it resolves. Written in place: what counts lies in one sector, which a device
   * writes as a whole, and a torn one fails its CRC.
   */
  async write(state: Omit<CheckpointState, 'hasPositions'>): Promise<void> {
    const bytes = Buffer.alloc(FILE_BYTES);
    putInt64(bytes, 0, state.physicMsgTimestamp);
    putInt64(bytes, 8, state.logicsMsgTimestamp);
    putInt64(bytes, 16, state.indexMsgTimestamp);
    putInt64(bytes, 40, state.consumeQueuePosition);
    putInt64(bytes, 48, state.flushedPosition);
    putInt64(bytes, 56, state.indexPosition);
    putInt32(bytes, CRC_AT, crc32(bytes, CRC_FROM, CRC_AT - CRC_FROM));
    const path = `${this.folder}/${NAME}`;
    const isNew = this.fileSystem.status(path) === undefined;
    const file = this.fileSystem.open(path, 'create');
    try {
      writeFully(this.fileSystem, file, bytes, 0, bytes.length, 0);
      await this.fileSystem.fdatasync(file);
    } finally {
      this.fileSystem.close(file);
    }
    if (isNew) this.fileSystem.fsyncDirectory(this.folder);
  }
}
