import { AsyncLocalStorage } from 'node:async_hooks';
import type { SqlBackend } from './sql-backend';
import type { SqlIsolation } from './sql-dialect';
import type { TransactionScope } from './transaction-scope';

interface Frame<Transaction> {
  /** Gone once the transaction ended, for code that outlives it. */
  transaction: Transaction | undefined;
}

/** Keeps the open transaction in an asynchronous context of its own. */
export class LocalTransactionScope<Transaction> implements TransactionScope<Transaction> {
  private readonly frames = new AsyncLocalStorage<Frame<Transaction>>();

  constructor(private readonly backend: Pick<SqlBackend<Transaction>, 'transaction'>) {}

  current(): Transaction | undefined {
    return this.frames.getStore()?.transaction;
  }

  run<T>(
    work: (transaction: Transaction) => Promise<T>,
    isolation: SqlIsolation | undefined,
  ): Promise<T> {
    const enter = async (transaction: Transaction): Promise<T> => {
      const frame: Frame<Transaction> = { transaction };
      try {
        return await this.frames.run(frame, () => work(transaction));
      } finally {
        frame.transaction = undefined;
      }
    };
    return this.outside(() => this.backend.transaction(enter, isolation));
  }

  outside<T>(work: () => Promise<T>): Promise<T> {
    return this.frames.run({ transaction: undefined }, work);
  }
}
