import type { Message } from '@rocket-nest/common';
import type { SendCall } from './send-wrappers';

/**
 * Sends a half message, runs `work` in its local transaction, and ends the message as the
 * transaction ended. `ProducerService.transaction` hands its calls to the runner of its connection.
 */
export interface TransactionRunner {
  /** Resolves with what `work` returned, once the local transaction is committed. */
  run<R>(message: Message, work: () => R | Promise<R>, call: SendCall): Promise<R>;
}
