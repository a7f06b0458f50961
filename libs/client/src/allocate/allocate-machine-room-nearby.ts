import type { MessageQueue } from '@rocket-nest/common';
import { ClientError } from '../errors/client-error';
import type {
  AllocateMessageQueueStrategy,
  AllocateRequest,
} from './allocate-message-queue-strategy';

/** Tells where brokers and consumers stand; the same on every member of a group. */
export interface MachineRoomResolver {
  brokerDeployIn(messageQueue: MessageQueue): string;
  consumerDeployIn(clientId: string): string;
}

/**
 * The queues of a machine room to the members in it; those of rooms without a member to all. Each of
 * these shares is divided by another strategy.
 */
export class AllocateMachineRoomNearby implements AllocateMessageQueueStrategy {
  readonly name: string;

  constructor(
    private readonly strategy: AllocateMessageQueueStrategy,
    private readonly resolver: MachineRoomResolver,
  ) {
    this.name = `MACHINE_ROOM_NEARBY-${strategy.name}`;
  }

  allocate(request: AllocateRequest): MessageQueue[] {
    const { currentClientId, messageQueues, clientIds } = request;
    if (!clientIds.includes(currentClientId)) return [];
    const queuesIn = groupBy(messageQueues, (queue) => this.resolver.brokerDeployIn(queue));
    const clientsIn = groupBy(clientIds, (id) => this.resolver.consumerDeployIn(id));
    const here = this.resolver.consumerDeployIn(currentClientId);
    const share = (room: string, members: readonly string[]): MessageQueue[] =>
      this.strategy.allocate({
        ...request,
        messageQueues: queuesIn.get(room) ?? [],
        clientIds: members,
      });
    const own = queuesIn.has(here) ? share(here, clientsIn.get(here)!) : [];
    const left = [...queuesIn.keys()].filter((room) => !clientsIn.has(room)).sort();
    return [...own, ...left.flatMap((room) => share(room, clientIds))];
  }
}

function groupBy<T>(items: readonly T[], roomOf: (item: T) => string): Map<string, T[]> {
  const rooms = new Map<string, T[]>();
  for (const item of items) {
    const room = roomOf(item);
    if (!room) {
      throw new ClientError(
        'OPTION_ILLEGAL',
        `the MachineRoomResolver names no room for ${JSON.stringify(item)}`,
      );
    }
    const group = rooms.get(room);
    if (group) group.push(item);
    else rooms.set(room, [item]);
  }
  return rooms;
}
