import type { MessageExtBrokerInner, PutMessageCallback } from '@rocket-nest/store';

/** Where the send path hands over half messages. */
export interface TransactionalMessageService {
  /** Stores a half message out of consumers' sight; `callback` is told as by a plain put. */
  prepareMessage(message: MessageExtBrokerInner, callback: PutMessageCallback): void;
}
