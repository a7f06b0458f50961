import type { InjectionToken, ModuleMetadata, OptionalFactoryDependency } from '@nestjs/common';

/** What may differ between environments. */
export interface TransactionSettings {
  /**
   * Producer group of transactional messages: every member may be asked how a transaction of another
   * ended, so give it to no plain producer and to no service with another database. Default: the
   * connection's producer group with `_tx`.
   */
  producerGroup?: string;
  /**
   * Age in milliseconds below which a message is not rolled back although its transaction has not
   * begun. Default 10 000.
   */
  graceMs?: number;
  /** How long rows of `rocket_tx_log` are kept, in milliseconds. Default 7 days. */
  retentionMs?: number;
  /** How long the brokers keep messages (`fileReservedTime`), in milliseconds. Default 72 hours. */
  brokerRetentionMs?: number;
  /**
   * Topics for which checks are answered from the start on, in addition to those of
   * `@TransactionalMessage` methods. Name those of `producer.transaction()`.
   */
  topics?: readonly string[];
  /** Checks answered at a time. Default 16. */
  checkConcurrency?: number;
}

export interface RocketTransactionOptions extends TransactionSettings {
  /** Connection of RocketModule. Default: the default one. */
  connection?: string;
  /** Name of the RocketDatabaseModule that holds `rocket_tx_log`. Default `default`. */
  database?: string;
}

export interface RocketTransactionAsyncOptions {
  connection?: string;
  database?: string;
  imports?: ModuleMetadata['imports'];
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- Nest's own form of a factory
  useFactory: (...args: any[]) => TransactionSettings | Promise<TransactionSettings>;
  inject?: (InjectionToken | OptionalFactoryDependency)[];
}
