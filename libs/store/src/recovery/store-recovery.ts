import type { StoreComponents } from '../store-components';
import type { AbortFile } from '../checkpoint/abort-file';
import type { QueueOffsetTableState } from '../checkpoint/queue-offset-table';
import { RecordParser } from '../commitlog/record-parser';
import { getInt32, getInt64 } from '../bytes/integers';
import { RecordLayout, storeTimestampAt } from '../commitlog/record-layout';
import type { MappedFile } from '../files/mapped-file';
import { Slices } from '../flush/slices';
import { LogScanner, type ScanOptions, type ScanVisitor } from './log-scanner';
import { QueueLoader } from './queue-loader';
import { RecordRedispatcher } from './record-redispatcher';
import { RecoveryProgress } from './recovery-progress';
import { decideRecovery, type FilesFound, type RecoveryPlan } from './recovery-plan';

/** Rows that change nothing on the disk before the store is open. */
const UNCHANGED: ReadonlySet<RecoveryPlan['row']> = new Set([
  'NEW_STORE',
  'CLEAN_STOP',
  'STOP_WITHOUT_SYNC',
  'CLEAN_STOP_LOG_LOST',
]);
/** Rows in which the log is not the one that the checksums were made of. */
const FOREIGN: ReadonlySet<RecoveryPlan['row']> = new Set([
  'NEW_STORE',
  'CLEAN_STOP_LOG_LOST',
  'CLEAN_STOP_OTHER_BROKER',
  'CLEAN_STOP_OTHER_BROKER_QUEUES_MISSING',
]);
const NOTHING_DURABLE = {
  physicMsgTimestamp: 0,
  logicsMsgTimestamp: 0,
  indexMsgTimestamp: 0,
  consumeQueuePosition: 0,
  flushedPosition: 0,
  indexPosition: 0,
};
/** What was written longer ago than this has been synced: 500 ms, and as long as a disk may hang. */
const LONGEST_SYNC_MS = 60_000;
/** What the original takes off the checkpoint's times. */
const TIME_SLACK_MS = 3000;

export interface RecoveryResult {
  readonly row: RecoveryPlan['row'];
  readonly logEnd: number;
  readonly recordsRead: number;
}

/**
 * Brings the files that a start finds into one consistent state, as `recovery-plan.ts` decides. May
 * be killed at any moment and started again: what it changes first, it has noted as not clean.
 */
export class StoreRecovery {
  private readonly loader: QueueLoader;
  private readonly scanner: LogScanner;
  private recordsRead = 0;

  constructor(
    private readonly parts: StoreComponents,
    private readonly abortFile: AbortFile,
    private readonly bootHash: number,
  ) {
    const { deps, queues, escapeNames, log } = parts;
    this.loader = new QueueLoader(deps.fileSystem, log.files, queues, escapeNames);
    this.scanner = new LogScanner(log.files, deps.logger);
  }

  async run(): Promise<RecoveryResult> {
    const { log, deps } = this.parts;
    log.files.load();
    const hadAbort = this.abortFile.exists();
    const table = this.parts.table.read();
    if (!hadAbort) this.tellMissing(table);
    const found = this.inspect(hadAbort, table);
    let plan = decideRecovery(found);
    deps.logger.info('store recovery', { row: plan.row, log: log.files.folder });
    const wasClean = !hadAbort || plan.row === 'STOP_WITHOUT_SYNC';
    if (await this.carryOut(plan, table, wasClean)) {
      return { row: plan.row, logEnd: log.appendOffset, recordsRead: this.recordsRead };
    }
    deps.logger.warn('consume queues are behind the log, reading all of it', {});
    plan = {
      ...plan,
      row: 'UNCLEAN_STOP_QUEUES_MISSING',
      queues: 'rebuild',
      queuesFrom: log.minOffset,
    };
    await this.carryOut(plan, table, false);
    return { row: plan.row, logEnd: log.appendOffset, recordsRead: this.recordsRead };
  }

  /** After a clean stop every file is there at its full size. */
  private tellMissing(table: QueueOffsetTableState | undefined): void {
    const { log, deps } = this.parts;
    let expected = table?.logMinOffset ?? log.minOffset;
    for (const file of log.files.all) {
      const { path, fileFromOffset } = file;
      if (fileFromOffset > expected) {
        deps.logger.error('commit log files are missing', { from: expected, to: fileFromOffset });
      }
      // One made ahead of need and not used yet may have lost its size with the power.
      const isUsed = file.fileFromOffset < (table?.logMaxOffset ?? Infinity);
      if (isUsed && file.isShort)
        deps.logger.error('commit log file is too short, its end is lost', { path });
      expected = file.endOffset;
    }
  }

  /** False when units turn out to be missing that only the whole log can give back. */
  private async carryOut(
    plan: RecoveryPlan,
    table: QueueOffsetTableState | undefined,
    wasClean: boolean,
  ): Promise<boolean> {
    const { log, dispatcher, checkpointService, index } = this.parts;
    const isUnchanged = UNCHANGED.has(plan.row);
    if (!isUnchanged) await this.noteUnclean(plan);
    const queuesFrom = await this.loadQueues(plan, table);
    if (queuesFrom === undefined) {
      this.parts.queues.clear();
      return false;
    }
    if (plan.index === 'rebuild') index.removeAll();
    else if (index.newest === undefined) await index.load(wasClean);
    const indexFrom = plan.indexFrom ?? queuesFrom;
    const isRebuild = plan.queues === 'rebuild';
    const redispatcher = this.redispatcher({ queuesFrom, indexFrom, isRebuild });
    const logEnd = await this.readLog(plan, Math.min(queuesFrom, indexFrom), redispatcher);
    if (redispatcher.hasLostUnits) {
      this.parts.queues.clear();
      return false;
    }
    this.cutChecksums(plan, logEnd);
    if (plan.logEnd === undefined) await this.cutLog(logEnd);
    // A file made ahead of need would stand in the way of the lost one.
    else if (plan.row === 'CLEAN_STOP_LOG_LOST') log.files.removeAfter(logEnd);
    await log.checksums.open(logEnd);
    await this.cutIndex(logEnd);
    if (table) this.applyFloors(table, logEnd);
    log.resumeAt(logEnd, isUnchanged ? logEnd : Math.min(plan.durableEnd, logEnd));
    dispatcher.dispatchedOffset = logEnd;
    dispatcher.lastStoreTimestamp = redispatcher.lastStoreTimestamp;
    if (!isUnchanged) {
      // I2: what recovery found becomes visible only once it is durable.
      await log.syncAll();
      await checkpointService.flush();
      if (checkpointService.isPersistWorthwhile) await checkpointService.persist();
      // Once the log has grown past its end again, the table would count messages that are lost.
      if (table && table.logMaxOffset > logEnd) await this.parts.offsetSaver.save();
    } else {
      // So that a missing checkpoint always means a lost one.
      if (plan.row === 'NEW_STORE') await this.parts.checkpoint.write(NOTHING_DURABLE);
      this.abortFile.create();
    }
    return true;
  }

  /** From here on a crash must not look like the clean stop that came before. */
  private async noteUnclean(plan: RecoveryPlan): Promise<void> {
    const { checkpoint } = this.parts;
    const known = checkpoint.read();
    const from = plan.queues === 'files' ? plan.queuesFrom : undefined;
    const mustRestate = plan.queues === 'rebuild' || plan.index === 'rebuild';
    if (mustRestate || (known?.hasPositions !== true && from !== undefined)) {
      await checkpoint.write({
        physicMsgTimestamp: known?.physicMsgTimestamp ?? 0,
        logicsMsgTimestamp: known?.logicsMsgTimestamp ?? 0,
        indexMsgTimestamp: plan.index === 'rebuild' ? 0 : (known?.indexMsgTimestamp ?? 0),
        consumeQueuePosition: plan.queuesFrom ?? this.parts.log.minOffset,
        flushedPosition: plan.durableEnd,
        indexPosition: plan.indexFrom ?? this.parts.log.minOffset,
      });
    }
    this.abortFile.create();
    this.syncFolders();
  }

  /** A killed process may have made files and not come to sync their names. */
  private syncFolders(): void {
    const { deps, paths } = this.parts;
    for (const folder of [paths.commitLog, paths.index, paths.root]) {
      if (deps.fileSystem.status(folder)) deps.fileSystem.fsyncDirectory(folder);
    }
  }

  /** Returns the position from which units have to be made; undefined when files are not true. */
  private async loadQueues(
    plan: RecoveryPlan,
    table: QueueOffsetTableState | undefined,
  ): Promise<number | undefined> {
    const slices = new Slices(this.parts.deps.clock);
    if (plan.queues === 'rebuild') this.loader.removeFolders();
    else if (plan.queues === 'table' && table) {
      this.loader.loadFromTable(table);
      this.parts.queues.addUnsynced(table.unsyncedFiles);
    } else {
      const cutAt = plan.queuesFrom ?? Infinity;
      if (!(await this.loader.loadFromFiles(cutAt, () => slices.pause()))) return undefined;
    }
    return plan.queuesFrom ?? this.endOfNewestUnit();
  }

  private endOfNewestUnit(): number {
    const { queues, minOffsets, log } = this.parts;
    let end = log.minOffset;
    for (const queue of queues.allQueues()) {
      const unit = minOffsets.unit(queue, queue.maxOffset - 1);
      if (unit) end = Math.max(end, unit.physicalOffset + unit.sizeBytes);
    }
    return end;
  }

  private async readLog(
    plan: RecoveryPlan,
    fromOffset: number,
    redispatcher: RecordRedispatcher,
  ): Promise<number> {
    if (plan.logEnd !== undefined && fromOffset >= plan.logEnd) return plan.logEnd;
    const { durableEnd } = plan;
    const checkCrc = this.parts.config.checkCRCOnRecover;
    const end = await this.scan({ fromOffset, durableEnd, checkCrc }, redispatcher);
    return plan.logEnd ?? end;
  }

  private async scan(options: ScanOptions, redispatcher: RecordRedispatcher): Promise<number> {
    const progress = new RecoveryProgress(this.parts, options.fromOffset);
    try {
      const visitor: ScanVisitor = {
        record: (buffer, position, parser, isIntact) => {
          this.recordsRead++;
          redispatcher.record(buffer, position, parser, isIntact);
        },
        quarantined: () => redispatcher.quarantined(),
        progress: (offset) => progress.reached(offset, redispatcher),
      };
      const progressBytes = progress.everyBytes;
      return await this.scanner.scan({ ...options, progressBytes }, visitor);
    } finally {
      await progress.end();
    }
  }

  private redispatcher(range: {
    queuesFrom: number;
    indexFrom: number;
    isRebuild: boolean;
  }): RecordRedispatcher {
    const { queues, minOffsets, index, config, levels, dispatcher, deps } = this.parts;
    return new RecordRedispatcher(
      queues,
      minOffsets,
      index,
      config.messageIndexEnable,
      levels,
      dispatcher.dispatchers,
      range,
      deps.logger,
    );
  }

  /** Before the log is cut: a checksum must not outlive what it was made of. */
  private cutChecksums({ row }: RecoveryPlan, logEnd: number): void {
    const { checksums } = this.parts.log;
    if (FOREIGN.has(row)) checksums.clear();
    else if (row !== 'CLEAN_STOP' && row !== 'STOP_WITHOUT_SYNC') checksums.cut(logEnd);
  }

  /** I8: what stands behind the end goes for real, so that it cannot come back later. */
  private async cutLog(logEnd: number): Promise<void> {
    const { files } = this.parts.log;
    files.removeAfter(logEnd);
    const last = files.find(logEnd);
    last?.zeroFrom(logEnd);
    await last?.sync();
  }

  private async cutIndex(logEnd: number): Promise<void> {
    const { index, checkpoint } = this.parts;
    const from = index.truncationStart(logEnd);
    if (from === undefined) return;
    // Noted before anything goes, or a crash in between would leave entries out for good.
    const known = checkpoint.read();
    if (known?.hasPositions) await checkpoint.write({ ...known, indexPosition: from });
    index.truncate(from);
    const redispatcher = this.redispatcher({
      queuesFrom: Infinity,
      indexFrom: from,
      isRebuild: false,
    });
    const options = { fromOffset: from, durableEnd: logEnd, checkCrc: false };
    await this.scan(options, redispatcher);
  }

  /** A queue whose records are all gone goes on counting where it was. */
  private applyFloors(table: QueueOffsetTableState, logEnd: number): void {
    const { queues, deps } = this.parts;
    const isNothingLost = table.logMaxOffset <= logEnd;
    for (const [topic, known] of table.topics) {
      const topicQueues = queues.topicOf(topic);
      for (const { queueId, maxOffset } of known) {
        const queue = queues.queueOf(topicQueues, queueId);
        if (queue.maxOffset >= maxOffset) continue;
        const isEmpty = queue.maxOffset === queue.minOffset;
        if (!isEmpty && !isNothingLost) continue;
        if (!isEmpty) {
          deps.logger.error('the newest messages of a queue are missing in the commit log', {
            topic,
            queueId,
            from: queue.maxOffset,
            to: maxOffset,
          });
        }
        queues.skipTo(queue, maxOffset, logEnd);
      }
    }
  }

  private inspect(hasAbort: boolean, table: QueueOffsetTableState | undefined): FilesFound {
    const { log, checkpoint, index } = this.parts;
    const { files } = log;
    const indexFiles = new Set(index.listFiles());
    const state = checkpoint.read();
    for (const file of files.all) file.restoreSize();
    const lastFile = this.lastFileWithRecords();
    return {
      logMinOffset: files.minOffset,
      logFilesEnd: files.last?.endOffset ?? 0,
      lastFileStart: lastFile?.fileFromOffset ?? files.minOffset,
      longDurableEnd: lastFile
        ? this.newestFileBefore(this.firstStoreTime(lastFile) - LONGEST_SYNC_MS)
        : files.minOffset,
      hasAbort,
      checkpoint: state,
      table,
      isTableVouched:
        table !== undefined && table.bootHash !== 0 && table.bootHash === this.bootHash,
      hasTableQueues: table === undefined || this.loader.matches(table),
      hasQueueFolders: this.loader.hasFolders(),
      hasTableIndex: table === undefined || table.indexFiles.every((name) => indexFiles.has(name)),
      hasIndexFiles: indexFiles.size > 0,
      atTableEnd: table ? this.probe(table.logMaxOffset) : 'end',
      offsetByCheckpointTimes: state
        ? this.newestFileBefore(
            Math.min(state.physicMsgTimestamp, state.logicsMsgTimestamp) - TIME_SLACK_MS,
          )
        : 0,
    };
  }

  private probe(endOffset: number): FilesFound['atTableEnd'] {
    const { files } = this.parts.log;
    const isThere = endOffset === 0 || files.find(endOffset - 1) !== undefined;
    if (!isThere) return 'lost';
    const file = files.find(endOffset);
    if (!file || file.endOffset - endOffset < 8) return 'end';
    const head = Buffer.alloc(8);
    file.read(head, 0, head.length, endOffset);
    return new RecordParser().parse(head, 0, 8, endOffset, false) === 'empty' ? 'end' : 'more';
  }

  /** The newest file may have been made ahead of need. */
  private lastFileWithRecords(): MappedFile | undefined {
    return [...this.parts.log.files.all].reverse().find((file) => this.firstStoreTime(file) > 0);
  }

  /** Start of the newest file whose first record was stored by then. */
  private newestFileBefore(coveredMs: number): number {
    const { files } = this.parts.log;
    const covered = [...files.all].reverse().find((file) => {
      const firstMs = this.firstStoreTime(file);
      return firstMs > 0 && firstMs <= coveredMs;
    });
    return covered?.fileFromOffset ?? files.minOffset;
  }

  private firstStoreTime(file: MappedFile): number {
    const head = Buffer.alloc(80);
    file.read(head, 0, head.length, file.fileFromOffset);
    if (RecordParser.sizeAt(head, 0) === 0) return 0;
    return getInt64(head, storeTimestampAt(getInt32(head, RecordLayout.SYS_FLAG)));
  }
}
