import type { MessageQueue } from '@rocket-nest/common';
import type { AllocateMessageQueueStrategy } from './allocate-message-queue-strategy';

/** The queues it was given, whoever else there is: the members' lists must not overlap. */
export class AllocateMessageQueueByConfig implements AllocateMessageQueueStrategy {
  readonly name = 'CONFIG';

  constructor(private readonly messageQueues: readonly MessageQueue[]) {}

  allocate(): MessageQueue[] {
    return [...this.messageQueues];
  }
}
