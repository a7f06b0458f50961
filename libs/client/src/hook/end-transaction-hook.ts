import type { Message } from '@rocket-nest/common';
import type { LocalTransactionState } from '../producer/transaction/local-transaction-state';

/** The end of a transaction, as hooks see it. */
export interface EndTransactionContext {
  /** With its namespace. */
  readonly producerGroup: string;
  readonly message: Message;
  readonly msgId: string;
  readonly transactionId: string;
  /** The broker that has the half message. */
  readonly brokerAddr: string;
  readonly state: LocalTransactionState;
  /** Whether it is the answer to a broker's check. */
  readonly fromTransactionCheck: boolean;
}

/** Sees every end of a transaction. What a hook throws is logged and changes nothing. */
export interface EndTransactionHook {
  endTransaction(context: EndTransactionContext): void;
}
