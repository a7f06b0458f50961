import type { Logger } from '@nestjs/common';
import type { TransactionHandle } from '@rocket-nest/client';
import { errorMessageOf } from '@rocket-nest/common';
import type { SqlConnection } from '../database/sql-connection';
import type { SqlIsolation } from '../database/sql-dialect';
import { NestedFrames, type TransactionFrame } from './nested-frame';
import { RocketTransactionError } from './rocket-transaction-error';
import type { TransactionLog } from './transaction-log';
import type { TransactionStats } from './transaction-stats';

/** How far a local transaction came. */
interface Progress {
  /** The row of the log is written, though not committed. */
  begun: boolean;
  /** The method has thrown: nothing was or will be committed. */
  failed: boolean;
  /** The method has returned: a later failure leaves open what was committed. */
  returned: boolean;
}

/** Runs methods in local transactions whose first statement writes the row that checks look for. */
export class LoggedTransaction {
  private readonly frames = new NestedFrames();

  constructor(
    private readonly log: TransactionLog,
    private readonly logger: Logger,
    private readonly stats: TransactionStats,
  ) {}

  /** @throws RocketTransactionError NESTED_TRANSACTION before anything is sent */
  refuseForeignTransaction(place: string): void {
    if (!this.log.executor.current() || this.joinable()) return;
    throw new RocketTransactionError(
      'NESTED_TRANSACTION',
      `${place} was called inside a transaction that was begun elsewhere, and whose commit cannot be ` +
        'waited for here: call it outside, make the outer method a @TransactionalMessage, or put the ' +
        'message into the outbox',
    );
  }

  run<R>(
    handle: TransactionHandle,
    work: () => R | Promise<R>,
    place: string,
    isolation: SqlIsolation | undefined,
  ): Promise<R> {
    const outer = this.joinable();
    return outer
      ? this.join(outer, handle, work, place)
      : this.begin(handle, work, place, isolation);
  }

  /** The messages of a method and of those that it calls share one transaction. */
  private async join<R>(
    outer: TransactionFrame,
    handle: TransactionHandle,
    work: () => R | Promise<R>,
    place: string,
  ): Promise<R> {
    outer.pending++;
    try {
      await this.log.insertCommitted(outer.connection, handle.transactionId, place);
      outer.handles.push(handle);
      return await work();
    } catch (error) {
      outer.failure ??= error;
      throw error;
    } finally {
      outer.pending--;
    }
  }

  /** The open transaction of a transactional method, if it is the caller's innermost one. */
  private joinable(): TransactionFrame | undefined {
    const frame = this.frames.current();
    return frame && frame.connection === this.log.executor.current() ? frame : undefined;
  }

  private async begin<R>(
    handle: TransactionHandle,
    work: () => R | Promise<R>,
    place: string,
    isolation: SqlIsolation | undefined,
  ): Promise<R> {
    const progress: Progress = { begun: false, failed: false, returned: false };
    const handles = [handle];
    let result: R;
    try {
      result = await this.log.executor.transaction(
        async (connection) => {
          await this.log.insertCommitted(connection, handle.transactionId, place);
          progress.begun = true;
          const frame = { connection, handles, failure: undefined, pending: 0, open: true };
          const value = await this.runMethod(frame, work, progress);
          await this.refuseLost(frame.connection, handle.transactionId, place, progress);
          progress.returned = true;
          return value;
        },
        isolation === undefined ? {} : { isolation },
      );
    } catch (error) {
      throw await this.afterFailure(handles, place, progress, error);
    }
    this.stats.committed += handles.length;
    for (const each of handles) await this.tell(each, () => each.commit());
    return result;
  }

  private async refuseLost(
    connection: SqlConnection,
    id: string,
    place: string,
    progress: Progress,
  ): Promise<void> {
    let cause: unknown;
    const isIntact = await this.log.isIntact(connection, id).catch((error: unknown) => {
      cause = error;
      return false;
    });
    if (isIntact) return;
    progress.failed = true;
    throw new RocketTransactionError(
      'TRANSACTION_LOST',
      `the database has ended the transaction ${id} while ${place} ran, after a deadlock or a failed ` +
        'statement whose error the method caught: let such errors pass, or use a savepoint; its ' +
        'message is dropped',
      { cause },
    );
  }

  private async runMethod<R>(
    frame: TransactionFrame,
    work: () => R | Promise<R>,
    progress: Progress,
  ): Promise<R> {
    try {
      const value = await this.frames.run(frame, work);
      if (frame.pending > 0) frame.failure ??= new Error('one that was called was not awaited');
      if (frame.failure === undefined) return value;
      throw new RocketTransactionError(
        'NESTED_TRANSACTION_FAILED',
        'a transactional method called inside failed, which rolls the common transaction back: let ' +
          `its error pass (${errorMessageOf(frame.failure)})`,
        { cause: frame.failure },
      );
    } catch (error) {
      progress.failed = true;
      throw error;
    }
  }

  /** Tells the broker what is certain, and gives the error for the caller. */
  private async afterFailure(
    handles: readonly TransactionHandle[],
    place: string,
    { begun, failed, returned }: Progress,
    error: unknown,
  ): Promise<unknown> {
    const [{ transactionId }] = handles;
    if (failed) {
      this.stats.rolledBack += handles.length;
      for (const each of handles) {
        await this.tell(each, () => each.rollback(errorMessageOf(error)));
      }
      return error;
    }
    for (const each of handles) each.unknown();
    if (returned) {
      this.stats.inDoubt += handles.length;
      return new RocketTransactionError(
        'COMMIT_IN_DOUBT',
        `${place} has run, but the commit of its transaction ${transactionId} failed ` +
          `(${errorMessageOf(error)}): whether it took place is found out by the broker's check, which ` +
          'the message follows; look into the database before you try again',
        { cause: error },
      );
    }
    if (begun || !this.log.executor.isDuplicateKey(error)) return error;
    return new RocketTransactionError(
      'TRANSACTION_ABORTED',
      `the check of message ${transactionId} came before the transaction of ${place} began, and rolled ` +
        'it back: nothing was written, try again (and raise graceMs if this happens often)',
      { cause: error },
    );
  }

  private async tell(handle: TransactionHandle, end: () => Promise<void>): Promise<void> {
    await end().catch((error: unknown) => {
      this.logger.warn(
        `the broker was not told how transaction ${handle.transactionId} ended, it asks later: ` +
          errorMessageOf(error),
      );
    });
  }
}
