import type { Message } from '@rocket-nest/common';

/** Keeps messages in the database until they can be sent; `onFailure: 'outbox'` writes to it. */
export interface OutboxWriter {
  /**
   * Resolves once the message is safely kept. It is sent later as it is: its unique key stays, so
   * that a copy which reached the broker after all is known for a duplicate.
   */
  keep(message: Message): Promise<void>;
}
