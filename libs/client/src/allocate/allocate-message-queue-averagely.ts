import type { MessageQueue } from '@rocket-nest/common';
import type {
  AllocateMessageQueueStrategy,
  AllocateRequest,
} from './allocate-message-queue-strategy';

/**
 * Neighbouring queues to each member, as many to each as divide evenly; the first members take one
 * more until the rest is used up. The original's default.
 */
export class AllocateMessageQueueAveragely implements AllocateMessageQueueStrategy {
  readonly name = 'AVG';

  allocate({ currentClientId, messageQueues, clientIds }: AllocateRequest): MessageQueue[] {
    const position = clientIds.indexOf(currentClientId);
    if (position < 0) return [];
    const rest = messageQueues.length % clientIds.length;
    const share = (messageQueues.length - rest) / clientIds.length;
    const start = position * share + Math.min(position, rest);
    return messageQueues.slice(start, start + share + (position < rest ? 1 : 0));
  }
}
