import type { Message, MessageExt } from '@rocket-nest/common';
import type { LocalTransactionState } from './local-transaction-state';

/** Tells brokers how transactions ended of which they did not hear. */
export interface TransactionChecker {
  /**
   * Called with the half message, in any process of the producer group, also while the local
   * transaction runs: answer UNKNOW then. A call that throws counts as UNKNOW.
   */
  checkLocalTransaction(
    message: MessageExt,
  ): LocalTransactionState | Promise<LocalTransactionState>;
}

/** Runs local transactions and tells how they ended. */
export interface TransactionListener extends TransactionChecker {
  /**
   * Called once the half message is stored. A call that throws counts as UNKNOW, as with the
   * original: whether the transaction took place is decided by `checkLocalTransaction`.
   *
   * @param arg what was given to `sendMessageInTransaction`
   */
  executeLocalTransaction(
    message: Message,
    arg: unknown,
    transactionId: string,
  ): LocalTransactionState | Promise<LocalTransactionState>;
}
