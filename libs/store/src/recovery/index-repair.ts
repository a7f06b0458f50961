import type { Clock, Logger } from '@rocket-nest/common';
import { errorMessageOf } from '@rocket-nest/common';
import type { CommitLog } from '../commitlog/commit-log';
import { StoreError } from '../errors/store-error';
import { OneAtATime } from '../flush/one-at-a-time';
import { Slices, nextTurn } from '../flush/slices';
import type { IndexFile } from '../index-file/index-file';
import type { IndexRepairer, IndexService } from '../index-file/index-service';
import { IndexRebuild } from './index-rebuild';
import { LogScanner } from './log-scanner';

/** Commit log looked through before the event loop gets its turn. */
const SLICE_BYTES = 256 * 1024;
/** How long a query waits; after that it answers with what it finds. */
const MAX_WAIT_MS = 5000;
/** Queries that may wait; the others answer with what they find. */
const MAX_WAITING = 64;
/** A file that could not be made again, or was damaged anew, is left alone for so long. */
const PAUSE_MS = 10_000;

export interface IndexRepairDeps {
  readonly log: CommitLog;
  readonly index: IndexService;
  readonly clock: Clock;
  readonly logger: Logger;
  visibleEnd(): number;
  /** Makes everything visible durable. */
  syncLog(): Promise<void>;
}

/**
 * Makes damaged index files again from the records of the commit log, the only truth: beside the
 * old file, which is replaced once the new one is durable. One is made at a time.
 */
export class IndexRepair implements IndexRepairer {
  private readonly running = new Map<IndexFile, Promise<void>>();
  private readonly triedMs = new WeakMap<IndexFile, number>();
  private readonly rebuilds = new OneAtATime();
  private waiting = 0;
  private state: 'new' | 'open' | 'closed' = 'new';

  constructor(private readonly deps: IndexRepairDeps) {}

  /** From now on files are made again, first those that were found damaged already. */
  start(): void {
    this.state = 'open';
    for (const file of this.deps.index.damagedFiles) this.begin(file);
  }

  /** What is under way is left; the old file is still there. */
  close(): void {
    this.state = 'closed';
  }

  /** Resolves when nothing is under way. */
  async stop(): Promise<void> {
    this.close();
    await Promise.all(this.running.values());
  }

  begin(file: IndexFile): void {
    const lastMs = this.triedMs.get(file) ?? -Infinity;
    const isSoon = this.deps.clock.monotonicNow() - lastMs < PAUSE_MS;
    const mayWrite = this.state === 'open' && this.deps.log.readOnlyReason === undefined;
    if (!mayWrite || isSoon || this.running.has(file)) return;
    const running = this.rebuilds
      .run(() => this.rebuildQuietly(file))
      .finally(() => this.running.delete(file));
    this.running.set(file, running);
  }

  async wait(file: IndexFile): Promise<boolean> {
    if (file.damage !== undefined) this.begin(file);
    const running = this.running.get(file);
    if (running && this.waiting < MAX_WAITING) await this.waitFor(running);
    return file.damage === undefined && this.deps.index.has(file);
  }

  private async waitFor(running: Promise<void>): Promise<void> {
    this.waiting++;
    try {
      await new Promise<void>((resolve) => {
        const timer = this.deps.clock.after(MAX_WAIT_MS, resolve);
        void running.then(() => {
          timer.cancel();
          resolve();
        });
      });
    } finally {
      this.waiting--;
    }
  }

  private async rebuildQuietly(file: IndexFile): Promise<void> {
    const { clock, index, logger } = this.deps;
    const rebuild = new IndexRebuild(file, index);
    try {
      if (this.state !== 'open' || !index.has(file)) return;
      await this.rebuild(file, rebuild);
      logger.info('index file made again', { path: file.path, items: rebuild.items });
    } catch (error) {
      if (this.state !== 'open') return;
      const cause = errorMessageOf(error);
      logger.error('index file not made again, will try at a later query', {
        path: file.path,
        cause,
      });
    } finally {
      this.triedMs.set(file, clock.monotonicNow());
      this.removeQuietly(rebuild);
    }
  }

  private async rebuild(file: IndexFile, rebuild: IndexRebuild): Promise<void> {
    const { log, index, clock, syncLog } = this.deps;
    const { afterOffset, beforeOffset } = index.rangeOf(file);
    const end = beforeOffset ?? this.deps.visibleEnd();
    const scanner = new LogScanner(log.files, this.deps.logger, log.checksums);
    let at = Math.max(afterOffset, log.minOffset);
    for (let before = -1; at < end && at > before;) {
      const toOffset = Math.min(at + SLICE_BYTES, end);
      const options = { fromOffset: at, toOffset, durableEnd: end, checkCrc: true };
      before = at;
      at = await scanner.scan(options, {
        record: (buffer, _position, parser, isIntact) => {
          if (isIntact && parser.physicalOffset > afterOffset) rebuild.add(buffer, parser);
        },
        quarantined: () => undefined,
        progress: () => Promise.resolve(),
      });
      await nextTurn();
      this.refuseWhenClosed();
    }
    // Its items must not outlive their records in a power cut.
    if (log.flushedOffset < end) await syncLog();
    const slices = new Slices(clock);
    await rebuild.finish(() => slices.pause());
    this.refuseWhenClosed();
    await index.replace(file, rebuild.files);
  }

  private refuseWhenClosed(): void {
    if (this.state !== 'open') throw new StoreError('STORE_CLOSED', 'the store is being closed');
  }

  private removeQuietly(rebuild: IndexRebuild): void {
    try {
      rebuild.removeFiles();
    } catch (error) {
      this.deps.logger.warn('left over from an index file that was made again', {
        cause: errorMessageOf(error),
      });
    }
  }
}
