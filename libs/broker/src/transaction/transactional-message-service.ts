import type { EndTransactionRequest } from '@rocket-nest/remoting/internal';
import type { MessageExtBrokerInner, PutMessageCallback } from '@rocket-nest/store';

/** Told once how an END_TRANSACTION ended. `code` is a response code. */
export interface EndTransactionCallback {
  onEnded(code: number, remark?: string): void;
}

/** How a request about one stored message ended. */
export interface TransactionOutcome {
  readonly code: number;
  readonly remark?: string;
}

/** The transactions of a broker, as its processors need them. */
export interface TransactionalMessageService {
  /** Stores a half message out of consumers' sight; `callback` is told as by a plain put. */
  prepareMessage(message: MessageExtBrokerInner, callback: PutMessageCallback): void;
  /** Commits or rolls back; `commitOrRollback` must be one of the two. */
  endTransaction(request: EndTransactionRequest, callback: EndTransactionCallback): void;
  /** Has the producer of a transactional message asked again, with the count of checks at 0. */
  resumeCheck(physicalOffset: number): Promise<TransactionOutcome>;
}
