import { clearTimeout, setTimeout } from 'node:timers';
import { Logger } from '@nestjs/common';
import { errorCodeOf, errorMessageOf, type Message } from '@rocket-nest/common';
import type { SqlConnection } from '../database/sql-connection';
import { mayBeSentLater } from '../producer/kept-in-outbox';
import { messageOfRow, type OutboxRow } from './outbox-row';
import type { OutboxFailure, OutboxTable } from './outbox-table';

const FIRST_RETRY_MS = 1000;
const LONGEST_RETRY_MS = 300_000;
/** First look after a message that a transaction wrote, which is not committed yet. */
const SOON_MS = 5;
const LONGEST_TIMER_MS = 0x7fffffff;

export interface OutboxRelayOptions {
  /** Pause after the table was found empty. */
  readonly pollIntervalMs: number;
  /** Messages sent at a time. */
  readonly batchSize: number;
}

/** What the relay of this process did since its start. */
export interface OutboxStats {
  sent: number;
  /** Tries that failed and will be made again. */
  retried: number;
  /** Messages that no broker will take as they are, kept with the state FAILED. */
  parked: number;
}

interface Outcome {
  readonly sent: OutboxRow['id'][];
  readonly failed: OutboxFailure[];
}

/** Sends what the outbox holds. Any number of instances may: one passes over what another sends. */
export class OutboxRelay {
  readonly stats: OutboxStats = { sent: 0, retried: 0, parked: 0 };
  private readonly logger = new Logger('RocketOutbox');
  private timer: NodeJS.Timeout | undefined;
  private running: Promise<void> | undefined;
  private awake = false;
  /** Pause after the next look that finds nothing. */
  private pauseMs: number;
  private stopped = true;
  private skipLocked: boolean | undefined;

  constructor(
    private readonly table: OutboxTable,
    private readonly send: (message: Message, shardingKey: string | undefined) => Promise<unknown>,
    private readonly options: OutboxRelayOptions,
    private readonly nowMs: () => number,
  ) {
    this.pauseMs = options.pollIntervalMs;
  }

  start(): void {
    this.stopped = false;
    this.schedule(0);
  }

  /** Ends once what is being sent has been written down. */
  async stop(): Promise<void> {
    this.stopped = true;
    clearTimeout(this.timer);
    await this.running;
  }

  /** There is something to send now. */
  wake(): void {
    if (this.stopped) return;
    this.awake = true;
    if (!this.running) this.schedule(0);
  }

  /** There is something to send once a transaction commits, which nobody will tell. */
  wakeSoon(): void {
    if (this.stopped) return;
    this.pauseMs = SOON_MS;
    if (!this.running) this.schedule(SOON_MS);
  }

  /** Sends what is due; gives the number of rows that were dealt with. */
  async runOnce(): Promise<number> {
    const { executor } = this.table;
    if (!executor.singleConnection) {
      this.skipLocked ??= await this.table.canSkipLocked();
      const locking = this.skipLocked ? 'FOR UPDATE SKIP LOCKED' : 'FOR UPDATE';
      return executor.transaction(
        async (connection) => {
          const rows = await this.next(connection, locking);
          await this.write(connection, await this.sendAll(rows));
          return rows.length;
        },
        { isolation: 'READ COMMITTED' },
      );
    }
    // The only connection is not kept while brokers are waited for; nobody else sends these rows.
    const rows = await executor.detached((connection) => this.next(connection, ''));
    const outcome = await this.sendAll(rows);
    if (rows.length > 0) {
      await executor.detached((connection) => this.write(connection, outcome));
    }
    return rows.length;
  }

  private next(
    connection: SqlConnection,
    locking: Parameters<OutboxTable['next']>[3],
  ): Promise<OutboxRow[]> {
    return this.table.next(connection, this.nowMs(), this.options.batchSize, locking);
  }

  private async sendAll(rows: readonly OutboxRow[]): Promise<Outcome> {
    const outcome: Outcome = { sent: [], failed: [] };
    await Promise.all(
      rows.map(async (row) => {
        try {
          await this.send(messageOfRow(row), row.order_key ?? undefined);
          outcome.sent.push(row.id);
        } catch (error) {
          outcome.failed.push(this.failureOf(row, error));
        }
      }),
    );
    return outcome;
  }

  private async write(connection: SqlConnection, { sent, failed }: Outcome): Promise<void> {
    await this.table.remove(connection, sent);
    for (const failure of failed) await this.table.fail(connection, failure);
    this.stats.sent += sent.length;
    const parked = failed.filter(({ isFinal }) => isFinal).length;
    this.stats.parked += parked;
    this.stats.retried += failed.length - parked;
  }

  private failureOf(row: OutboxRow, error: unknown): OutboxFailure {
    const attempts = row.attempts + 1;
    const isFinal = !mayBeSentLater(errorCodeOf(error)) && errorCodeOf(error) !== 'NOT_RUNNING';
    const pauseMs = Math.min(FIRST_RETRY_MS * 2 ** (attempts - 1), LONGEST_RETRY_MS);
    const what = `message ${row.unique_key} (topic ${row.topic}) of the outbox was not sent`;
    if (isFinal) {
      this.logger.error(
        `${what} and never will be as it is: ${errorMessageOf(error)}; it stays in rocket_outbox with ` +
          "state FAILED: mend it and set 'PENDING', or delete it",
      );
    } else {
      this.logger.warn(`${what}, the next try is in ${pauseMs} ms: ${errorMessageOf(error)}`);
    }
    return {
      id: row.id,
      attempts,
      nextAttemptAtMs: this.nowMs() + pauseMs,
      isFinal,
      error: errorMessageOf(error),
    };
  }

  private schedule(delayMs: number): void {
    clearTimeout(this.timer);
    if (this.stopped) return;
    this.timer = setTimeout(
      () => {
        this.running = this.runAndGoOn();
      },
      Math.min(delayMs, LONGEST_TIMER_MS),
    );
    this.timer.unref();
  }

  private async runAndGoOn(): Promise<void> {
    this.awake = false;
    let handled = 0;
    try {
      handled = await this.runOnce();
    } catch (error) {
      const { executor } = this.table;
      if (!executor.isRetryable(error)) {
        this.logger.warn(
          `the outbox in database '${executor.name}' could not be read, the next try is in ` +
            `${this.options.pollIntervalMs} ms: ${errorMessageOf(error)}`,
        );
      }
    }
    this.running = undefined;
    this.schedule(handled > 0 || this.awake ? 0 : this.pauseMs);
    this.pauseMs = Math.min(this.pauseMs * 2, this.options.pollIntervalMs);
  }
}
