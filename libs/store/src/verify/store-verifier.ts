import type { Clock, FileSystem, Logger, Random } from '@rocket-nest/common';
import { EventLoopTurn } from '@rocket-nest/common/internal';
import { AbortFile } from '../checkpoint/abort-file';
import type { QueueOffsetTableState } from '../checkpoint/queue-offset-table';
import type { MessageStoreConfig } from '../config/message-store-config';
import { LogScanner } from '../recovery/log-scanner';
import { createStoreComponents, type StoreComponents } from '../store-components';
import { IndexVerifier } from './index-verifier';
import { ProblemList } from './problem-list';
import { QueueVerifier } from './queue-verifier';

/** Bytes whose checksums are compared at a time; a multiple of a block. */
const PIECE_BYTES = 1024 * 1024;

export interface StoreVerifierDeps {
  readonly fileSystem: FileSystem;
  readonly clock: Clock;
  readonly random: Random;
}

/** What a walk through a store found. */
export interface VerifyReport {
  /** Empty when nothing is wrong. */
  readonly problems: readonly string[];
  readonly notes: readonly string[];
  readonly logEnd: number;
  readonly records: number;
  readonly units: number;
  readonly indexItems: number;
}

/**
 * Walks through the files of a store that no broker has open, and changes nothing: the commit log
 * record by record, its checksums, each record's unit and each unit's record, the index, checkpoint
 * and `queueoffsets`. After an unclean stop, what the next start makes again is not judged.
 */
export class StoreVerifier {
  private readonly found = new ProblemList();
  private readonly parts: StoreComponents;
  private records = 0;

  constructor(config: MessageStoreConfig, deps: StoreVerifierDeps) {
    const logger: Logger = {
      debug: () => undefined,
      info: () => undefined,
      warn: (message, fields) => this.found.add(message, fields),
      error: (message, fields) => this.found.add(message, fields),
    };
    this.parts = createStoreComponents(config, { ...deps, logger, turn: new EventLoopTurn() });
  }

  async verify(): Promise<VerifyReport> {
    const { parts, found } = this;
    const { log, deps, paths } = parts;
    const { fileSystem } = deps;
    if (!fileSystem.status(paths.commitLog)) {
      found.add('no commit log', { folder: paths.commitLog });
      return this.report(0, 0, 0);
    }
    log.files.load();
    const isClean = !new AbortFile(fileSystem, paths.root, 0).exists();
    if (!isClean) found.note('the last stop was not clean: the next start recovers the store');
    const table = this.verifyTable();
    const checkpoint = parts.checkpoint.read();
    const problem = parts.checkpoint.problem();
    if (problem) found.add(`checkpoint ${problem}`);
    const isTableTrue = isClean && table !== undefined;
    const durableEnd = isTableTrue ? table.logMaxOffset : (checkpoint?.flushedPosition ?? 0);
    const judgedEnd = isTableTrue ? table.logMaxOffset : (checkpoint?.consumeQueuePosition ?? 0);
    this.verifyFiles(isClean, isTableTrue ? table : undefined);
    const queues = new QueueVerifier(parts, found, table, judgedEnd);
    const logEnd = await this.verifyLog(durableEnd, queues);
    if (isTableTrue && logEnd !== table.logMaxOffset) {
      found.add('the commit log does not end where the clean stop left it', {
        expected: table.logMaxOffset,
        found: logEnd,
      });
    }
    await this.verifyChecksums(logEnd, isClean);
    const units = await queues.verifyFolders(logEnd, isClean);
    const items = await new IndexVerifier(parts, found, logEnd).verify(isClean);
    parts.pool.closeAll();
    return this.report(logEnd, units, items);
  }

  private verifyTable(): QueueOffsetTableState | undefined {
    const { table, deps, paths } = this.parts;
    const state = table.read();
    const path = `${paths.root}/queueoffsets`;
    if (!state && deps.fileSystem.status(path))
      this.found.add('damaged, its CRC is wrong', { path });
    return state;
  }

  private verifyFiles(isClean: boolean, table: QueueOffsetTableState | undefined): void {
    const { log } = this.parts;
    let expected = table?.logMinOffset ?? log.minOffset;
    for (const file of log.files.all) {
      const { path, fileFromOffset } = file;
      if (fileFromOffset > expected) {
        this.found.add('commit log files are missing', { from: expected, to: fileFromOffset });
      }
      // One made ahead of need and not used yet may have lost its size with the power.
      const isUsed = fileFromOffset < (table?.logMaxOffset ?? Infinity);
      if (isClean && isUsed && file.isShort)
        this.found.add('commit log file is too short', { path });
      expected = file.endOffset;
    }
  }

  private verifyLog(durableEnd: number, queues: QueueVerifier): Promise<number> {
    const { log, deps } = this.parts;
    const scanner = new LogScanner(log.files, deps.logger);
    const options = { fromOffset: log.minOffset, durableEnd, checkCrc: true };
    return scanner.scan(options, {
      record: (buffer, _position, parser, isIntact) => {
        this.records++;
        if (isIntact) queues.record(buffer, parser);
        else this.found.add('body of a record is damaged', { position: parser.physicalOffset });
      },
      quarantined: () => undefined,
      progress: () => Promise.resolve(),
    });
  }

  /** After an unclean stop those of blocks that the log ends within may have outlived their bytes. */
  private async verifyChecksums(logEnd: number, isClean: boolean): Promise<void> {
    const { log } = this.parts;
    const { checksums } = log;
    checksums.showPrefix();
    const judgedEnd = isClean ? logEnd : checksums.endAfterCrash(logEnd);
    for (const file of log.files.all) {
      const end = Math.min(file.endOffset, judgedEnd);
      for (let at = file.fileFromOffset; at < end; at += PIECE_BYTES) {
        const bytes = Buffer.alloc(Math.min(PIECE_BYTES, end - at));
        const read = await file.readAsync(bytes, 0, bytes.length, at);
        checksums.verify(at, bytes.subarray(0, read), await checksums.load(at, at + read));
      }
    }
  }

  private report(logEnd: number, units: number, indexItems: number): VerifyReport {
    const { problems, notes } = this.found;
    return { problems, notes, logEnd, records: this.records, units, indexItems };
  }
}
