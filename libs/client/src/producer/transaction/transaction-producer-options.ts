import type { ProducerOptions } from '../producer-options';
import type { TransactionChecker, TransactionListener } from './transaction-listener';

export interface TransactionProducerOptions extends ProducerOptions {
  /**
   * Answers checks, and runs the local transactions of `sendMessageInTransaction`; a checker alone is
   * enough for `sendHalfMessage`.
   */
  transactionListener: TransactionListener | TransactionChecker;
  /** Checker calls running at a time. Default 16. */
  checkConcurrency?: number;
  /** Checks that wait for their turn; further ones are dropped and asked again. Default 2000. */
  checkRequestHoldMax?: number;
}
