import { AsyncLocalStorage } from 'node:async_hooks';
import type { SqlIsolation } from './sql-dialect';
import type { TransactionScope } from './transaction-scope';

/** The part of `TransactionHost` of `@nestjs-cls/transactional` that is used. */
export interface TransactionHostLike {
  /** The open transaction or, outside of any, the client itself. */
  readonly tx: unknown;
  isTransactionActive(): boolean;
  withTransaction(...args: unknown[]): Promise<unknown>;
  withoutTransaction<T>(work: () => Promise<T>): Promise<T>;
}

/** What the host's adapter takes for an isolation level. */
export type HostOptionsOf = (isolation: SqlIsolation) => object;

const REQUIRES_NEW = 'REQUIRES_NEW';

/**
 * Uses the application's own `TransactionHost`, so that `@Transactional()`, `@InjectTransaction()` and
 * the transactions begun here are the same ones.
 */
export class HostTransactionScope<Transaction> implements TransactionScope<Transaction> {
  /** The transaction that was open when a new one was asked for, until the new one is. */
  private readonly outer = new AsyncLocalStorage<{ readonly transaction: unknown }>();

  constructor(
    private readonly host: TransactionHostLike,
    private readonly optionsOf: HostOptionsOf,
  ) {
    // A new transaction must not be begun on the connection of the open one, which the repositories
    // and clients join. On this instance only.
    const withTransaction = host.withTransaction.bind(host);
    host.withTransaction = (...args) =>
      args[0] === REQUIRES_NEW
        ? this.outer.run({ transaction: this.active() }, () => withTransaction(...args))
        : withTransaction(...args);
  }

  current(): Transaction | undefined {
    const active = this.active();
    return this.outer.getStore()?.transaction === active ? undefined : active;
  }

  run<T>(
    work: (transaction: Transaction) => Promise<T>,
    isolation: SqlIsolation | undefined,
  ): Promise<T> {
    const options = isolation === undefined ? {} : this.optionsOf(isolation);
    return this.host.withTransaction(REQUIRES_NEW, options, () =>
      work(this.host.tx as Transaction),
    ) as Promise<T>;
  }

  outside<T>(work: () => Promise<T>): Promise<T> {
    return this.host.withoutTransaction(work);
  }

  private active(): Transaction | undefined {
    return this.host.isTransactionActive() ? (this.host.tx as Transaction) : undefined;
  }
}
