import type { MessageQueue } from '@rocket-nest/common';
import type {
  AllocateMessageQueueStrategy,
  AllocateRequest,
} from './allocate-message-queue-strategy';

/** Queues dealt out one by one, like cards. */
export class AllocateMessageQueueAveragelyByCircle implements AllocateMessageQueueStrategy {
  readonly name = 'AVG_BY_CIRCLE';

  allocate({ currentClientId, messageQueues, clientIds }: AllocateRequest): MessageQueue[] {
    const position = clientIds.indexOf(currentClientId);
    if (position < 0) return [];
    return messageQueues.filter((_, index) => index % clientIds.length === position);
  }
}
