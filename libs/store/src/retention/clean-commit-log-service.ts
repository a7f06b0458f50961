import type { Clock, FileSystem, Logger, Timer } from '@rocket-nest/common';
import { errorMessageOf } from '@rocket-nest/common';
import type { MessageStoreConfig } from '../config/message-store-config';
import { planCleaning, refusesPuts } from './clean-plan';
import type { CleanResult, CommitLogCleaner } from './commit-log-cleaner';
import { isTimeToDelete, nextTimeToDelete } from './delete-when';
import { usedDiskPercent } from './disk-usage';

const HOUR_MS = 3_600_000;
/** Between two looks at a disk that is full, so that writing resumes soon after it is not. */
const LOOK_AT_FULL_DISK_MS = 1000;
/** Longest wait on the wall clock, so that a changed `deleteWhen` is noticed. */
const MAX_WALL_WAIT_MS = HOUR_MS;

export interface CleanCommitLogServiceDeps {
  readonly fileSystem: FileSystem;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly cleaner: CommitLogCleaner;
  /** On whose disks the store lies. */
  readonly folders: readonly string[];
  /** Told of every unexpired file deleted, and of every change to a full disk. */
  readonly limits: { hit(name: string): void } | undefined;
}

/**
 * Looks at clock and disk every `cleanResourceInterval`, and when an hour of `deleteWhen` begins on
 * the wall clock, and deletes what `planCleaning` says.
 */
export class CleanCommitLogService {
  /** Above `diskSpaceWarningLevelRatio`: nothing is accepted. */
  isDiskFull = false;
  usedPercent = 0;
  private intervalTimer: Timer | undefined;
  private fullTimer: Timer | undefined;
  private wallTimer: Timer | undefined;
  private running: Promise<void> | undefined;
  private isClosed = false;
  private isAskedFor = false;
  private wasTime = false;

  constructor(
    private readonly config: MessageStoreConfig,
    private readonly deps: CleanCommitLogServiceDeps,
  ) {}

  start(): void {
    const { clock } = this.deps;
    this.intervalTimer = clock.every(this.config.cleanResourceInterval, () => this.run());
    this.fullTimer = clock.every(LOOK_AT_FULL_DISK_MS, () => this.lookAtFullDisk());
    this.armWallTimer();
  }

  /** Resolves when nothing is being deleted any more. */
  async stop(): Promise<void> {
    this.close();
    await this.running;
  }

  /** Deletes nothing from now on; what is under way ends by itself. */
  close(): void {
    this.isClosed = true;
    this.intervalTimer?.cancel();
    this.fullTimer?.cancel();
    this.wallTimer?.cancel();
  }

  /** Deletes what has expired at whatever hour; does not wait for it. */
  executeDeleteFilesManually(): void {
    this.isAskedFor = true;
    this.run();
  }

  /** Resolves when the round that runs, if any, is over. */
  settled(): Promise<void> {
    return this.running ?? Promise.resolve();
  }

  /** Deletes files whose newest record was stored before a time, at once and all of them. */
  deleteBefore(beforeMs: number): Promise<CleanResult> {
    return this.deps.cleaner.clean({
      beforeMs,
      mayDeleteUnexpired: () => false,
      maxFiles: Infinity,
      intervalMs: 0,
      isCancelled: () => this.isClosed,
    });
  }

  private armWallTimer(): void {
    const { clock } = this.deps;
    const nowMs = clock.wallNow();
    const next = nextTimeToDelete(this.config.deleteWhen, nowMs) ?? Infinity;
    this.wallTimer = clock.atWall(Math.min(next, nowMs + MAX_WALL_WAIT_MS), () => {
      if (this.isClosed) return;
      this.armWallTimer();
      this.run();
    });
  }

  private run(): void {
    if (this.isClosed) return;
    // Noted now: the hour may be over when a round that is under way has ended.
    this.wasTime ||= isTimeToDelete(this.config.deleteWhen, this.deps.clock.wallNow());
    this.running ??= this.rounds();
  }

  private async rounds(): Promise<void> {
    try {
      do {
        await this.round();
      } while (!this.isClosed && (this.wasTime || this.isAskedFor));
    } catch (error) {
      this.deps.logger.warn('retention failed, will try again', { cause: errorMessageOf(error) });
    } finally {
      // In the same step as the loop's last look, or what is asked for in between would be forgotten.
      this.running = undefined;
    }
  }

  private async round(): Promise<void> {
    const { config, deps } = this;
    this.lookAtDisk();
    const situation = {
      usedPercent: this.usedPercent,
      isTime: this.wasTime,
      isAskedFor: this.isAskedFor,
    };
    this.wasTime = this.isAskedFor = false;
    const plan = planCleaning(config, situation);
    if (!plan.deletesExpired) return;
    const { expired, unexpired } = await deps.cleaner.clean({
      beforeMs: deps.clock.wallNow() - config.fileReservedTime * HOUR_MS,
      mayDeleteUnexpired: () => plan.deletesUnexpired && this.mayDeleteUnexpired(),
      maxFiles: config.deleteFileBatchMax,
      intervalMs: config.deleteCommitLogFilesInterval,
      isCancelled: () => this.isClosed,
    });
    for (let count = 0; count < unexpired; count++) deps.limits?.hit('diskSpaceCleanForciblyRatio');
    if (expired + unexpired > 0) this.lookAtDisk();
    if (expired + unexpired >= config.deleteFileBatchMax) {
      this.isAskedFor ||= situation.isAskedFor;
      this.wasTime ||= situation.isTime;
    }
  }

  private mayDeleteUnexpired(): boolean {
    this.lookAtDisk();
    return (
      this.config.cleanFileForciblyEnable &&
      this.usedPercent > this.config.diskSpaceCleanForciblyRatio
    );
  }

  private lookAtFullDisk(): void {
    if (!this.isDiskFull || this.isClosed) return;
    try {
      this.lookAtDisk();
    } catch (error) {
      this.deps.logger.warn('disk cannot be looked at', { cause: errorMessageOf(error) });
    }
  }

  private lookAtDisk(): void {
    const { config, deps } = this;
    this.usedPercent = usedDiskPercent(deps.fileSystem, deps.folders);
    const isFull = refusesPuts(config, this.usedPercent);
    if (isFull === this.isDiskFull) return;
    this.isDiskFull = isFull;
    const fields = {
      usedPercent: this.usedPercent,
      diskSpaceWarningLevelRatio: config.diskSpaceWarningLevelRatio,
    };
    if (isFull) deps.logger.error('disk nearly full, messages are refused', fields);
    else deps.logger.info('the disk has room again, messages are accepted', fields);
  }
}
