import type { MessageQueue } from '@rocket-nest/common';
import type {
  AllocateMessageQueueStrategy,
  AllocateRequest,
} from './allocate-message-queue-strategy';

/**
 * Only queues of brokers named `room@broker` whose room is one of `consumerIdcs`, shared averagely;
 * what does not divide evenly goes one by one to the first members.
 */
export class AllocateMessageQueueByMachineRoom implements AllocateMessageQueueStrategy {
  readonly name = 'MACHINE_ROOM';
  private readonly rooms: ReadonlySet<string>;

  /** `consumerIdcs` are the machine rooms to consume from. */
  constructor(consumerIdcs: Iterable<string>) {
    this.rooms = new Set(consumerIdcs);
  }

  allocate({ currentClientId, messageQueues, clientIds }: AllocateRequest): MessageQueue[] {
    const position = clientIds.indexOf(currentClientId);
    if (position < 0) return [];
    const near = messageQueues.filter(({ brokerName }) => {
      const parts = brokerName.split('@');
      return parts.length === 2 && this.rooms.has(parts[0]);
    });
    const share = Math.floor(near.length / clientIds.length);
    const own = near.slice(position * share, (position + 1) * share);
    return [...own, ...near.slice(clientIds.length * share).slice(position, position + 1)];
  }
}
