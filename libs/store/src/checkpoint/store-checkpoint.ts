import type { FileSystem } from '@rocket-nest/common';
import { pwriteFully, readWholeFile } from '@rocket-nest/common/internal';
import { crc32 } from '../bytes/crc32';
import { getInt32, getInt64, putInt32, putInt64 } from '../bytes/integers';

const FILE_BYTES = 4096;
const NAME = 'checkpoint';
/** The same once more, so that a lost or damaged file costs nothing. */
const COPY_NAME = 'checkpoint.bak';
/** Bytes that the original writes. */
const ORIGINAL_BYTES = 48;
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

  /**
   * The copy counts when the file itself is lost or damaged, and not when the original wrote it,
   * whose files have nothing behind their own part.
   */
  read(): CheckpointState | undefined {
    const bytes = this.readFile(NAME);
    if (bytes && (isOurs(bytes) || isOriginals(bytes))) return decode(bytes);
    const copy = this.readFile(COPY_NAME);
    return copy && isOurs(copy) ? decode(copy) : undefined;
  }

  /** What is wrong with the file, for whoever verifies a store; undefined when it is good. */
  problem(): string | undefined {
    const bytes = this.readFile(NAME);
    if (!bytes) return 'is missing or too short';
    return isOurs(bytes) || isOriginals(bytes) ? undefined : 'is damaged: its CRC does not match';
  }

  private readFile(name: string): Buffer | undefined {
    const bytes = readWholeFile(this.fileSystem, `${this.folder}/${name}`, FILE_BYTES);
    return bytes && bytes.length >= CRC_AT + 4 ? bytes : undefined;
  }

  /**
   * Durable when it resolves, the copy first. Written in place: what counts lies in one sector,
   * which a device writes as a whole, and a torn one fails its CRC.
   */
  async write(state: Omit<CheckpointState, 'hasPositions'>): Promise<void> {
    const bytes = encode(state);
    await this.writeFile(COPY_NAME, bytes);
    await this.writeFile(NAME, bytes);
  }

  private async writeFile(name: string, bytes: Buffer): Promise<void> {
    const path = `${this.folder}/${name}`;
    const isNew = this.fileSystem.status(path) === undefined;
    const file = this.fileSystem.open(path, 'create');
    try {
      pwriteFully(this.fileSystem, file, bytes, 0, bytes.length, 0);
      await this.fileSystem.fdatasync(file);
    } finally {
      this.fileSystem.close(file);
    }
    if (isNew) this.fileSystem.fsyncDirectory(this.folder);
  }
}

function isOurs(bytes: Buffer): boolean {
  const crc = getInt32(bytes, CRC_AT);
  return crc !== 0 && crc >>> 0 === crc32(bytes, CRC_FROM, CRC_AT - CRC_FROM);
}

function isOriginals(bytes: Buffer): boolean {
  const physicMsgTimestamp = getInt64(bytes, 0);
  const isTime = physicMsgTimestamp > 0 && Number.isSafeInteger(physicMsgTimestamp);
  return isTime && bytes.subarray(ORIGINAL_BYTES).every((byte) => byte === 0);
}

function encode(state: Omit<CheckpointState, 'hasPositions'>): Buffer {
  const bytes = Buffer.alloc(FILE_BYTES);
  putInt64(bytes, 0, state.physicMsgTimestamp);
  putInt64(bytes, 8, state.logicsMsgTimestamp);
  putInt64(bytes, 16, state.indexMsgTimestamp);
  putInt64(bytes, 40, state.consumeQueuePosition);
  putInt64(bytes, 48, state.flushedPosition);
  putInt64(bytes, 56, state.indexPosition);
  putInt32(bytes, CRC_AT, crc32(bytes, CRC_FROM, CRC_AT - CRC_FROM));
  return bytes;
}

function decode(bytes: Buffer): CheckpointState {
  const hasPositions = isOurs(bytes);
  const position = (at: number): number => (hasPositions ? getInt64(bytes, at) : 0);
  return {
    physicMsgTimestamp: getInt64(bytes, 0),
    logicsMsgTimestamp: getInt64(bytes, 8),
    indexMsgTimestamp: getInt64(bytes, 16),
    consumeQueuePosition: position(40),
    flushedPosition: position(48),
    indexPosition: position(56),
    hasPositions,
  };
}
