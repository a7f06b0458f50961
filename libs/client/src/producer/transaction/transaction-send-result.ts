import type { SendResult } from '../send-result';
import type { LocalTransactionState } from './local-transaction-state';

/** What became of a transactional message. */
export interface TransactionSendResult extends SendResult {
  /** How the local transaction ended, whether or not the broker could be told. */
  readonly localTransactionState: LocalTransactionState;
}
