import { clearTimeout, setTimeout } from 'node:timers';
import { Logger } from '@nestjs/common';
import { errorMessageOf } from '@rocket-nest/common';
import type { TransactionLog } from './transaction-log';

const INTERVAL_MS = 3_600_000;
/** Clocks of services may differ by this; a row must outlive the messages that may ask for it. */
const MARGIN_MS = 3_600_000;
/** Rows deleted by one statement, so that none holds locks for long. */
const ROWS_AT_A_TIME = 1000;
/** Statements of one run; what is left then is for the next. */
const MOST_STATEMENTS = 1000;

/** Deletes rows of the transaction log past their time, from every instance at its own moment. */
export class LogRetention {
  private readonly logger = new Logger('RocketTransactions');
  private timer: NodeJS.Timeout | undefined;
  private running: Promise<unknown> | undefined;
  private stopped = false;

  constructor(
    private readonly log: TransactionLog,
    private readonly retentionMs: number,
    private readonly nowMs: () => number,
  ) {}

  start(): void {
    if (this.stopped) return;
    // Instances that were started together do not go on together.
    const delayMs = INTERVAL_MS * (0.5 + Math.random());
    this.timer = setTimeout(() => {
      this.running = this.runAndGoOn();
    }, delayMs);
    this.timer.unref();
  }

  /** Ends after the statement that runs. */
  async stop(): Promise<void> {
    this.stopped = true;
    clearTimeout(this.timer);
    await this.running;
  }

  /** Deletes what is past its time now; gives the number of rows. */
  async runOnce(): Promise<number> {
    const beforeMs = this.nowMs() - this.retentionMs - MARGIN_MS;
    let deleted = 0;
    for (let statement = 0; statement < MOST_STATEMENTS && !this.stopped; statement++) {
      const rows = await this.log.deleteBefore(beforeMs, ROWS_AT_A_TIME);
      deleted += rows;
      if (rows < ROWS_AT_A_TIME) break;
    }
    return deleted;
  }

  private async runAndGoOn(): Promise<void> {
    try {
      await this.runOnce();
    } catch (error) {
      this.logger.warn(
        `old rows of rocket_tx_log in database '${this.log.name}' could not be deleted, the next try ` +
          `is in about an hour: ${errorMessageOf(error)}`,
      );
    }
    this.start();
  }
}
