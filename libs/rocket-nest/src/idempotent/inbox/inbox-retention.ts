import { clearTimeout, setTimeout } from 'node:timers';
import { Logger } from '@nestjs/common';
import type { SqlExecutor } from '../../database/sql-executor';
import { deleteExpiredInboxRows } from './inbox-statements';

/** Rows deleted by one statement, so that none of them holds locks for long. */
const ROWS_AT_A_TIME = 1000;
/** Statements of one run; what is left then is for the next. */
const MOST_STATEMENTS = 1000;
const LONGEST_DELAY_MS = 0x7fffffff;

export const DEFAULT_RETENTION_INTERVAL_MS = 600_000;

/** Deletes inbox rows past their time, from every instance of a service at its own moment. */
export class InboxRetention {
  private readonly logger = new Logger('IdempotencyInbox');
  private timer: NodeJS.Timeout | undefined;
  private running: Promise<unknown> | undefined;
  private stopped = false;

  constructor(
    private readonly executor: SqlExecutor,
    private readonly intervalMs: number = DEFAULT_RETENTION_INTERVAL_MS,
    private readonly nowMs: () => number = Date.now,
  ) {}

  start(): void {
    // Instances that were started together do not go on together.
    this.schedule(this.intervalMs * (0.5 + Math.random()));
  }

  /** Ends after the statement that runs. */
  async stop(): Promise<void> {
    this.stopped = true;
    clearTimeout(this.timer);
    await this.running;
  }

  /** Deletes what is past its time now; gives the number of rows. */
  async runOnce(): Promise<number> {
    let deleted = 0;
    for (let statement = 0; statement < MOST_STATEMENTS && !this.stopped; statement++) {
      const rows = await this.executor.detached((connection) =>
        deleteExpiredInboxRows(this.executor.dialect, connection, this.nowMs(), ROWS_AT_A_TIME),
      );
      deleted += rows;
      if (rows < ROWS_AT_A_TIME) break;
    }
    return deleted;
  }

  private schedule(delayMs: number): void {
    if (this.stopped) return;
    this.timer = setTimeout(
      () => {
        this.running = this.runAndGoOn();
      },
      Math.min(delayMs, LONGEST_DELAY_MS),
    );
    this.timer.unref();
  }

  private async runAndGoOn(): Promise<void> {
    try {
      await this.runOnce();
    } catch (error) {
      this.logger.warn(
        `expired rows of rocket_inbox in the database '${this.executor.name}' could not be deleted; ` +
          `the next try is in ${this.intervalMs} ms: ${String(error)}`,
      );
    }
    this.schedule(this.intervalMs);
  }
}
