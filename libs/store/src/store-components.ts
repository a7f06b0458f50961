import type { Clock, FileSystem, Logger, Random } from '@rocket-nest/common';
import type { EventLoopTurn } from '@rocket-nest/common/internal';
import { QueueOffsetSaver } from './checkpoint/queue-offset-saver';
import { QueueOffsetTable } from './checkpoint/queue-offset-table';
import { StoreCheckpoint } from './checkpoint/store-checkpoint';
import { ChecksumFile } from './checksum/checksum-file';
import { CommitLogChecksums } from './checksum/commit-log-checksums';
import { CommitLog, type LatencyObserver } from './commitlog/commit-log';
import { CommitLogTail } from './commitlog/commit-log-tail';
import type { MessageStoreConfig } from './config/message-store-config';
import { RecordDispatcher } from './dispatch/record-dispatcher';
import { FileHandlePool } from './files/file-handle-pool';
import { MappedFileQueue } from './files/mapped-file-queue';
import { CheckpointService } from './flush/checkpoint-service';
import { ConsumeQueueQueryService } from './get/consume-queue-query-service';
import { MessageQueryService } from './get/message-query-service';
import { MessageReader } from './get/message-reader';
import { RecordWitness } from './get/record-witness';
import { IndexChecksumFiles } from './index-file/index-checksum-files';
import { IndexService } from './index-file/index-service';
import { CommitLogAppender } from './put/commit-log-appender';
import { CommitService } from './put/commit-service';
import { DelayLevelTable } from './put/delay-level-table';
import { PendingIndexKeys } from './put/pending-index-keys';
import { ConsumeQueueFiles } from './queue/consume-queue-files';
import { ConsumeQueueStore } from './queue/consume-queue-store';
import { MinOffsetCorrector } from './queue/min-offset-corrector';
import { ColdReadGate } from './read/cold-read-gate';
import { CommitLogBlockCache } from './read/commit-log-block-cache';
import { BLOCK_BYTES, CommitLogReader } from './read/commit-log-reader';
import { ConsumeQueueReader } from './read/consume-queue-reader';
import { IndexRepair } from './recovery/index-repair';
import { QueueRepair } from './recovery/queue-repair';
import { CleanCommitLogService } from './retention/clean-commit-log-service';
import { CommitLogCleaner } from './retention/commit-log-cleaner';
import { ConsumeQueueCleaner } from './retention/consume-queue-cleaner';

export interface MessageStoreDeps {
  readonly fileSystem: FileSystem;
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
  readonly turn: EventLoopTurn;
  /** Told how long writes and syncs of the commit log took. */
  readonly latency?: StoreLatencyObserver;
  /** Told when a named limit is hit. */
  readonly limits?: { hit(name: string): void };
}

/** Durations in milliseconds. */
export type StoreLatencyObserver = LatencyObserver;

export interface StorePaths {
  readonly root: string;
  readonly commitLog: string;
  readonly consumeQueue: string;
  readonly index: string;
  readonly checksums: string;
}

/** The parts of one store, tied together. */
export interface StoreComponents {
  readonly config: MessageStoreConfig;
  readonly deps: MessageStoreDeps;
  readonly paths: StorePaths;
  readonly pool: FileHandlePool;
  readonly levels: DelayLevelTable;
  readonly log: CommitLog;
  readonly queues: ConsumeQueueStore;
  readonly index: IndexService;
  readonly indexRepair: IndexRepair;
  readonly checkpoint: StoreCheckpoint;
  readonly table: QueueOffsetTable;
  readonly offsetSaver: QueueOffsetSaver;
  readonly minOffsets: MinOffsetCorrector;
  /** Topic folders are escaped, as this platform needs it. */
  readonly escapeNames: boolean;
  readonly dispatcher: RecordDispatcher;
  readonly appender: CommitLogAppender;
  readonly commitService: CommitService;
  readonly checkpointService: CheckpointService;
  readonly recordReader: CommitLogReader;
  readonly unitReader: ConsumeQueueReader;
  readonly reader: MessageReader;
  readonly queries: MessageQueryService;
  readonly unitQueries: ConsumeQueueQueryService;
  readonly queueCleaner: ConsumeQueueCleaner;
  readonly cleanService: CleanCommitLogService;
}

const NO_LATENCY: StoreLatencyObserver = {
  onPwrite: () => undefined,
  onFsync: () => undefined,
};

/** Folder separators are written as `/` on every platform. */
function storePaths(config: MessageStoreConfig): StorePaths {
  const root = config.storePathRootDir.replace(/\/+$/, '');
  return {
    root,
    commitLog: config.storePathCommitLog ?? `${root}/commitlog`,
    consumeQueue: `${root}/consumequeue`,
    index: `${root}/index`,
    checksums: `${root}/checksums`,
  };
}

/** Makes the parts of a store and ties them together; nothing is opened yet. */
export function createStoreComponents(
  config: MessageStoreConfig,
  deps: MessageStoreDeps,
): StoreComponents {
  const { fileSystem, clock, logger } = deps;
  const paths = storePaths(config);
  const pool = new FileHandlePool(fileSystem, config.maxOpenFiles);
  const levels = new DelayLevelTable(config.messageDelayLevel);
  const log = createLog(config, deps, pool, paths);
  const escapeNames = process.platform === 'win32';
  const queueFiles = new ConsumeQueueFiles(
    fileSystem,
    pool,
    paths.consumeQueue,
    config.mappedFileSizeConsumeQueue,
    config.preallocateFiles,
  );
  const queues = new ConsumeQueueStore(queueFiles, escapeNames, logger);
  const index = createIndex(config, deps, pool, paths, () => log.minOffset);
  const checkpoint = new StoreCheckpoint(fileSystem, paths.root);
  const table = new QueueOffsetTable(fileSystem, paths.root);
  const minOffsets = new MinOffsetCorrector(queueFiles, () => log.minOffset);
  const parts = { config, deps, paths, pool, levels, log, queues, index, checkpoint };
  const write = createWriteSide(parts);
  const read = createReadSide({ ...parts, minOffsets, dispatcher: write.dispatcher });
  const { dispatcher } = write;
  const offsetSaver = new QueueOffsetSaver(
    table,
    log,
    dispatcher,
    queues,
    index,
    minOffsets,
    clock,
  );
  const retention = createRetention({ ...parts, ...write, offsetSaver, minOffsets });
  const indexRepair = new IndexRepair({
    log,
    index,
    clock,
    logger,
    visibleEnd: () => dispatcher.dispatchedOffset,
    syncLog: () => write.commitService.sync(),
  });
  index.repairer = indexRepair;
  return {
    ...parts,
    table,
    offsetSaver,
    minOffsets,
    escapeNames,
    indexRepair,
    ...write,
    ...read,
    ...retention,
  };
}

function createIndex(
  config: MessageStoreConfig,
  { fileSystem, clock, logger }: MessageStoreDeps,
  pool: FileHandlePool,
  paths: StorePaths,
  logStart: () => number,
): IndexService {
  const size = { slotNum: config.maxHashSlotNum, itemNum: config.maxIndexNum };
  const folder = `${paths.checksums}/index`;
  return new IndexService({
    fileSystem,
    pool,
    clock,
    logger,
    folder: paths.index,
    size,
    preallocated: config.preallocateFiles,
    checksums: new IndexChecksumFiles(fileSystem, pool, logger, folder, size.slotNum),
    logStart,
  });
}

function createLog(
  config: MessageStoreConfig,
  deps: MessageStoreDeps,
  pool: FileHandlePool,
  paths: StorePaths,
): CommitLog {
  const files = new MappedFileQueue(
    deps.fileSystem,
    pool,
    paths.commitLog,
    config.mappedFileSizeCommitLog,
    config.preallocateFiles,
  );
  const chunkBytes = Math.min(config.commitLogChunkBytes, config.mappedFileSizeCommitLog);
  const tail = new CommitLogTail(chunkBytes, config.commitLogTailBytes);
  const checksumFile = new ChecksumFile(deps.fileSystem, pool, paths.checksums);
  const checksums = new CommitLogChecksums(files, checksumFile, deps.logger);
  const latency = deps.latency ?? NO_LATENCY;
  return new CommitLog(files, tail, deps.clock, deps.logger, latency, checksums);
}

interface WriteSideParts {
  readonly config: MessageStoreConfig;
  readonly deps: MessageStoreDeps;
  readonly levels: DelayLevelTable;
  readonly log: CommitLog;
  readonly queues: ConsumeQueueStore;
  readonly index: IndexService;
  readonly checkpoint: StoreCheckpoint;
}

function createWriteSide(parts: WriteSideParts) {
  const { config, deps, levels, log, queues, index, checkpoint } = parts;
  const { clock, logger } = deps;
  const indexKeys = new PendingIndexKeys();
  const dispatcher = new RecordDispatcher(queues, index, indexKeys, logger);
  const appender = new CommitLogAppender(config, log, queues, indexKeys, levels, clock);
  const commitService = new CommitService(
    {
      isSyncFlush: config.flushDiskType === 'SYNC_FLUSH',
      syncFlushTimeoutMs: config.syncFlushTimeout,
    },
    log,
    dispatcher,
    indexKeys,
    deps.turn,
    clock,
    logger,
  );
  const checkpointService = new CheckpointService(
    {
      flushIntervalMs: config.flushIntervalConsumeQueue,
      thoroughIntervalMs: config.flushConsumeQueueThoroughInterval,
    },
    log,
    commitService,
    dispatcher,
    queues,
    index,
    checkpoint,
    clock,
    logger,
  );
  return { dispatcher, appender, commitService, checkpointService };
}

interface RetentionParts extends WriteSideParts {
  readonly paths: StorePaths;
  readonly dispatcher: RecordDispatcher;
  readonly commitService: CommitService;
  readonly offsetSaver: QueueOffsetSaver;
  readonly minOffsets: MinOffsetCorrector;
}

function createRetention(
  parts: RetentionParts,
): Pick<StoreComponents, 'queueCleaner' | 'cleanService'> {
  const { config, deps, paths, queues, minOffsets } = parts;
  const { fileSystem, clock, logger, limits } = deps;
  const queueCleaner = new ConsumeQueueCleaner(fileSystem, queues, minOffsets, clock, logger);
  const cleaner = new CommitLogCleaner({ ...parts, fileSystem, clock, logger, queueCleaner });
  const folders = [paths.root, paths.commitLog];
  const cleanService = new CleanCommitLogService(config, {
    fileSystem,
    clock,
    logger,
    cleaner,
    folders,
    limits,
  });
  return { queueCleaner, cleanService };
}

interface ReadSideParts extends WriteSideParts {
  readonly minOffsets: MinOffsetCorrector;
  readonly dispatcher: RecordDispatcher;
}

function createReadSide(parts: ReadSideParts) {
  const { config, deps, levels, log, queues, index, minOffsets, dispatcher } = parts;
  const gate = new ColdReadGate(config.coldReadConcurrency, config.maxWaitingColdReads, () =>
    deps.limits?.hit('maxWaitingColdReads'),
  );
  const cache = new CommitLogBlockCache(
    config.readCacheBytes,
    Math.min(BLOCK_BYTES, log.files.fileSizeBytes),
  );
  const recordReader = new CommitLogReader(log, cache, gate, deps.logger);
  const unitReader = new ConsumeQueueReader(queues.files, gate, config.consumeQueueReadCacheBytes);
  const visibleEnd = (): number => dispatcher.dispatchedOffset;
  const repair = new QueueRepair(
    log,
    queues,
    minOffsets,
    levels,
    visibleEnd,
    (queue) => unitReader.forget(queue),
    deps.logger,
  );
  const reader = new MessageReader(
    config,
    log,
    queues,
    unitReader,
    recordReader,
    minOffsets,
    new RecordWitness(index, config.messageIndexEnable),
    repair,
    visibleEnd,
    deps.logger,
  );
  const queries = new MessageQueryService(
    config,
    recordReader,
    index,
    minOffsets,
    () => log.minOffset,
    visibleEnd,
  );
  const unitQueries = new ConsumeQueueQueryService(unitReader, minOffsets, queries);
  return { recordReader, unitReader, reader, queries, unitQueries };
}
