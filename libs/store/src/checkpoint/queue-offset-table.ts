import { crc32 as nativeCrc32 } from 'node:zlib';
import type { FileSystem } from '@rocket-nest/common';
import { readWholeFile } from '@rocket-nest/common/internal';
import { getInt32, getInt64, getUint16, putInt16, putInt32, putInt64 } from '../bytes/integers';
import { replaceFile } from '../files/file-io';

const NAME = 'queueoffsets';
const MAGIC = 0x524e5154;
const VERSION = 3;
const CRC_AT = 40;
const HEADER_BYTES = 44;
const MAX_BYTES = 1024 * 1024 * 1024;
/** Queue positions behind the topic's name: int32 queue id, int64 minimum, int64 next. */
const QUEUE_BYTES = 20;

/** Positions of one queue when the table was written. */
export interface QueueOffsets {
  readonly queueId: number;
  readonly minOffset: number;
  readonly maxOffset: number;
}

/** What the table knows; valid for exactly this extent of the commit log. */
export interface QueueOffsetTableState {
  readonly logMinOffset: number;
  readonly logMaxOffset: number;
  /** Names of the index files that existed. */
  readonly indexFiles: readonly string[];
  readonly topics: ReadonlyMap<string, readonly QueueOffsets[]>;
  /** Consume queue files that were written and not synced, below the folder of consume queues. */
  readonly unsyncedFiles: readonly string[];
  /** Hash of the machine's boot in which those files are sure to be whole; 0 = none are left. */
  readonly bootHash: number;
}

/**
 * `queueoffsets`: the first and next offset of every queue, written at a clean stop (so that the
 * next start needs to open no consume queue) and before commit log files are deleted (so that a
 * queue whose records are all gone goes on counting).
 *
 *      0  4  magic            4  4  version
 *      8  8  log minimum     16  8  log maximum
 *     24  4  boot hash       28  4  unsynced files
 *     32  4  index files     36  4  topics
 *     40  4  CRC-32 of everything before and behind
 *     then per index file 2 + n name, per topic 2 + n name, int32 queues, per queue 20 bytes, per
 *     unsynced file 2 + n name
 */
export class QueueOffsetTable {
  constructor(
    private readonly fileSystem: FileSystem,
    private readonly folder: string,
  ) {}

  read(): QueueOffsetTableState | undefined {
    const bytes = readWholeFile(this.fileSystem, `${this.folder}/${NAME}`, MAX_BYTES);
    if (!bytes || bytes.length < HEADER_BYTES || getInt32(bytes, 0) !== MAGIC) return undefined;
    if (getInt32(bytes, 4) !== VERSION) return undefined;
    return getInt32(bytes, CRC_AT) >>> 0 === crcOf(bytes) ? decode(bytes) : undefined;
  }

  /** Durable when it resolves. */
  write(state: QueueOffsetTableState): Promise<void> {
    return replaceFile(this.fileSystem, this.folder, NAME, encode(state));
  }
}

function encode(state: QueueOffsetTableState): Buffer {
  let sizeBytes = HEADER_BYTES;
  for (const name of state.indexFiles) sizeBytes += 2 + Buffer.byteLength(name);
  for (const name of state.unsyncedFiles) sizeBytes += 2 + Buffer.byteLength(name);
  for (const [topic, queues] of state.topics) {
    sizeBytes += 2 + Buffer.byteLength(topic) + 4 + queues.length * QUEUE_BYTES;
  }
  const bytes = Buffer.alloc(sizeBytes);
  putInt32(bytes, 0, MAGIC);
  putInt32(bytes, 4, VERSION);
  putInt64(bytes, 8, state.logMinOffset);
  putInt64(bytes, 16, state.logMaxOffset);
  putInt32(bytes, 24, state.bootHash);
  putInt32(bytes, 28, state.unsyncedFiles.length);
  putInt32(bytes, 32, state.indexFiles.length);
  putInt32(bytes, 36, state.topics.size);
  let at = HEADER_BYTES;
  for (const name of state.indexFiles) at = putText(bytes, at, name);
  for (const [topic, queues] of state.topics) {
    at = putText(bytes, at, topic);
    putInt32(bytes, at, queues.length);
    at += 4;
    for (const queue of queues) {
      putInt32(bytes, at, queue.queueId);
      putInt64(bytes, at + 4, queue.minOffset);
      putInt64(bytes, at + 12, queue.maxOffset);
      at += QUEUE_BYTES;
    }
  }
  for (const name of state.unsyncedFiles) at = putText(bytes, at, name);
  putInt32(bytes, CRC_AT, crcOf(bytes));
  return bytes;
}

function crcOf(bytes: Buffer): number {
  return nativeCrc32(bytes.subarray(HEADER_BYTES), nativeCrc32(bytes.subarray(0, CRC_AT)));
}

function decode(bytes: Buffer): QueueOffsetTableState {
  const indexFiles: string[] = [];
  const unsyncedFiles: string[] = [];
  const topics = new Map<string, QueueOffsets[]>();
  let at = HEADER_BYTES;
  const text = (): string => {
    const length = getUint16(bytes, at);
    at += 2 + length;
    return bytes.toString('utf8', at - length, at);
  };
  for (let left = getInt32(bytes, 32); left > 0; left--) indexFiles.push(text());
  for (let left = getInt32(bytes, 36); left > 0; left--) {
    const topic = text();
    const queues: QueueOffsets[] = [];
    const count = getInt32(bytes, at);
    at += 4;
    for (let index = 0; index < count; index++, at += QUEUE_BYTES) {
      queues.push({
        queueId: getInt32(bytes, at),
        minOffset: getInt64(bytes, at + 4),
        maxOffset: getInt64(bytes, at + 12),
      });
    }
    topics.set(topic, queues);
  }
  for (let left = getInt32(bytes, 28); left > 0; left--) unsyncedFiles.push(text());
  return {
    logMinOffset: getInt64(bytes, 8),
    logMaxOffset: getInt64(bytes, 16),
    indexFiles,
    topics,
    unsyncedFiles,
    bootHash: getInt32(bytes, 24),
  };
}

function putText(bytes: Buffer, at: number, text: string): number {
  const length = bytes.write(text, at + 2, 'utf8');
  putInt16(bytes, at, length);
  return at + 2 + length;
}
