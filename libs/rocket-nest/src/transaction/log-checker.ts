import { Logger } from '@nestjs/common';
import { errorMessageOf, type MessageExt } from '@rocket-nest/common';
import type { LocalTransactionState } from '@rocket-nest/client';
import type { LoggedState, TransactionLog } from './transaction-log';
import { TransactionProperty } from './transaction-property';
import type { TransactionStats } from './transaction-stats';

export interface LogCheckerOptions {
  /** Age below which a half message without a row is left alone. */
  readonly graceMs: number;
  /** Age from which the row of a half message may be gone. */
  readonly retentionMs: number;
}

const ANSWERS: Readonly<Record<LoggedState, LocalTransactionState>> = {
  COMMITTED: 'COMMIT_MESSAGE',
  ABORTED: 'ROLLBACK_MESSAGE',
};

/**
 * Answers checks out of the transaction log, also for methods that ran in other processes. Message and
 * database cannot disagree: a rollback is answered only once the row that forbids the commit is there.
 */
export class LogChecker {
  private readonly logger = new Logger('RocketTransactions');

  constructor(
    private readonly log: TransactionLog,
    private readonly options: LogCheckerOptions,
    private readonly stats: TransactionStats,
    private readonly nowMs: () => number,
  ) {}

  async check(message: MessageExt): Promise<LocalTransactionState> {
    const { msgId, properties } = message;
    const id = properties.get('UNIQ_KEY') ?? msgId;
    try {
      if (!(await this.isOfThisLog(message))) return 'UNKNOW';
      const ageMs = this.nowMs() - message.bornTimestamp;
      if (ageMs > this.options.retentionMs) return this.tooOld(message, ageMs);
      if (ageMs >= this.options.graceMs && (await this.log.abort(id))) return 'ROLLBACK_MESSAGE';
      const state = await this.log.stateOf(id);
      return state === undefined ? 'UNKNOW' : ANSWERS[state];
    } catch (error) {
      // A lock that was not given within its time is held by the transaction itself.
      if (!this.log.executor.isRetryable(error)) {
        this.logger.warn(
          `how the transaction of message ${id} (topic ${message.topic}) ended could not be read ` +
            `from database '${this.log.name}', the broker asks again: ${errorMessageOf(error)}`,
        );
      }
      return 'UNKNOW';
    }
  }

  private async isOfThisLog(message: MessageExt): Promise<boolean> {
    const theirs = message.properties.get(TransactionProperty.LOG_ID);
    const ours = await this.log.id();
    if (theirs === ours) return true;
    this.stats.alarms++;
    const theirName = message.properties.get(TransactionProperty.LOG_NAME) ?? 'unknown';
    this.logger.error(
      `message ${message.msgId} (topic ${message.topic}) was sent with the transaction log ` +
        `'${theirName}' (id ${theirs ?? 'none'}), but this service has '${this.log.name}' (id ${ours}), ` +
        'so it cannot tell how the transaction ended: give services with different databases ' +
        'different transactional producer groups',
    );
    return false;
  }

  private tooOld({ msgId, topic }: MessageExt, ageMs: number): LocalTransactionState {
    this.stats.alarms++;
    this.logger.error(
      `message ${msgId} (topic ${topic}) waits for the end of its transaction since ` +
        `${Math.round(ageMs / 1000)} s, longer than the transaction log is kept: whether it is to be ` +
        'delivered has to be decided by hand',
    );
    return 'UNKNOW';
  }
}
