import { Logger } from '@nestjs/common';
import type { LocalTransactionState, TransactionHandle } from '@rocket-nest/client';
import { errorMessageOf, type Message, type MessageExt } from '@rocket-nest/common';
import { RocketConfigError } from '../errors/rocket-config-error';
import type { MessageFactory } from '../producer/message-factory';
import type { SendCall } from '../producer/send-wrappers';
import type { TransactionRunner } from '../producer/transaction-runner';
import { DEFAULT_CONNECTION } from '../rocket.constants';
import type { LogChecker } from './log-checker';
import type { LogRetention } from './log-retention';
import { LoggedTransaction } from './logged-transaction';
import type { RouteChecks } from './route-checks';
import { RocketTransactionError } from './rocket-transaction-error';
import type { TransactionLog } from './transaction-log';
import { messageOfMethod } from './transactional-method-message';
import { TransactionProperty } from './transaction-property';
import type { TransactionStats } from './transaction-stats';
import type { TransactionalMessageOptions } from './transactional-message.options';

/** Injection token of a connection's `RocketTransactions`. Its text appears in Nest's errors. */
export function getTransactionsToken(connection = DEFAULT_CONNECTION): string {
  return `RocketTransactionModule.forRoot() of connection '${connection}'`;
}

/** What transactions of one connection are made of. */
export interface TransactionParts {
  /** Sends a half message. */
  readonly sendHalf: (message: Message, call: SendCall) => Promise<TransactionHandle>;
  readonly messages: Pick<MessageFactory, 'create'>;
  /** Undefined without a database. */
  readonly logged: { readonly log: TransactionLog; readonly checker: LogChecker } | undefined;
  readonly retention: LogRetention | undefined;
  readonly checks: RouteChecks;
  readonly stats: TransactionStats;
}

/** Runs transactional messages of one connection, and answers brokers that ask for their outcome. */
export class RocketTransactions implements TransactionRunner {
  private readonly logger = new Logger('RocketTransactions');
  private readonly logged: LoggedTransaction | undefined;

  constructor(private readonly parts: TransactionParts) {
    const { logged, stats } = parts;
    this.logged = logged ? new LoggedTransaction(logged.log, this.logger, stats) : undefined;
  }

  get stats(): Readonly<TransactionStats> {
    return this.parts.stats;
  }

  /** Runs `work` in a local transaction that the message follows. */
  run<R>(message: Message, work: () => R | Promise<R>, call: SendCall): Promise<R> {
    return this.runLogged(message, work, call, 'producer.transaction', {});
  }

  /** Runs a `@TransactionalMessage` method. */
  async runMethod<R>(
    options: TransactionalMessageOptions,
    place: string,
    args: readonly unknown[],
    work: () => R | Promise<R>,
  ): Promise<R> {
    const message = await messageOfMethod(this.parts.messages, options, args);
    const { timeoutMs, txLog, route = place } = options;
    const call: SendCall = {
      kind: 'transaction',
      timeoutMs,
      shardingKey: options.shardingKey?.(...args),
    };
    return txLog === 'none'
      ? this.runUnlogged(message, work, call, route)
      : this.runLogged(message, work, call, place, options);
  }

  /** How the transaction of a half message ended. */
  async check(message: MessageExt): Promise<LocalTransactionState> {
    const { logged, checks, stats } = this.parts;
    const hasLog = message.properties.has(TransactionProperty.LOG_ID);
    const state =
      hasLog && logged ? await logged.checker.check(message) : await checks.check(message);
    if (state === 'COMMIT_MESSAGE') stats.checkedCommit++;
    else if (state === 'ROLLBACK_MESSAGE') stats.checkedRollback++;
    else stats.checkedUnknown++;
    return state;
  }

  /** Deletes rows of the log past their time now, as is done every hour; gives their number. */
  deleteOldRows(): Promise<number> {
    return this.parts.retention?.runOnce() ?? Promise.resolve(0);
  }

  private async runLogged<R>(
    message: Message,
    work: () => R | Promise<R>,
    call: SendCall,
    place: string,
    { isolation }: Pick<TransactionalMessageOptions, 'isolation'>,
  ): Promise<R> {
    const { logged } = this;
    const log = this.parts.logged?.log;
    if (!logged || !log) {
      throw new RocketConfigError(
        `${place} needs a transaction log: add RocketDatabaseModule, or use txLog: 'none' with a ` +
          '@TransactionCheck',
      );
    }
    logged.refuseForeignTransaction(place);
    message.properties.set(TransactionProperty.LOG_ID, await log.id());
    message.properties.set(TransactionProperty.LOG_NAME, log.name);
    const handle = await this.half(message, call);
    return logged.run(handle, work, place, isolation);
  }

  private async runUnlogged<R>(
    message: Message,
    work: () => R | Promise<R>,
    call: SendCall,
    route: string,
  ): Promise<R> {
    message.properties.set(TransactionProperty.ROUTE, route);
    const handle = await this.half(message, call);
    const { stats } = this.parts;
    let result: R;
    try {
      result = await work();
    } catch (error) {
      stats.rolledBack++;
      await this.end(handle, () => handle.rollback(errorMessageOf(error)));
      throw error;
    }
    stats.committed++;
    await this.end(handle, () => handle.commit());
    return result;
  }

  private async half(message: Message, call: SendCall): Promise<TransactionHandle> {
    const handle = await this.parts.sendHalf(message, call);
    const { sendStatus } = handle.sendResult;
    if (sendStatus === 'SEND_OK') return handle;
    await this.end(handle, () => handle.rollback(sendStatus));
    throw new RocketTransactionError(
      'HALF_MESSAGE_NOT_STORED',
      `the broker answered ${sendStatus} to the half message ${handle.transactionId} for topic ` +
        `${message.topic}, which it may lose: nothing was done, try again`,
    );
  }

  private async end(handle: TransactionHandle, tell: () => Promise<void>): Promise<void> {
    await tell().catch((error: unknown) => {
      this.logger.warn(
        `the broker was not told how transaction ${handle.transactionId} ended, it asks later: ` +
          errorMessageOf(error),
      );
    });
  }
}
