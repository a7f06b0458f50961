import type { Clock, Logger } from '@rocket-nest/common';
import type { LimitHits } from '@rocket-nest/remoting';
import type { ClientChannelInfo } from './client-channel-info';
import { GroupMemberships } from './group-memberships';

/** Producer groups one connection may belong to; a heartbeat past it is refused. */
export const MAX_PRODUCER_GROUPS_PER_CONNECTION = 4096;

export interface ProducerManagerDeps {
  readonly clock: Clock;
  readonly logger: Logger;
  /** Told when a named limit is reached. */
  readonly limits?: LimitHits;
}

/** Who produces: the groups and their live members, for check-backs, replies and the admin tools. */
export class ProducerManager {
  private readonly groups = new Map<string, Map<number, ClientChannelInfo>>();
  private readonly memberships: GroupMemberships;
  private readonly channelsByClientId = new Map<string, ClientChannelInfo>();
  private turn = 0;

  constructor(deps: ProducerManagerDeps) {
    this.memberships = new GroupMemberships({
      ...deps,
      kind: 'producer',
      maxGroupsPerConnection: MAX_PRODUCER_GROUPS_PER_CONNECTION,
      limitName: 'maxProducerGroupsPerConnection',
      removeMember: (group, connectionId) => this.removeMember(group, connectionId),
    });
  }

  get groupNames(): IterableIterator<string> {
    return this.groups.keys();
  }

  /** The live members of a group; empty for an unknown one. */
  channelsOf(group: string): ClientChannelInfo[] {
    return [...(this.groups.get(group)?.values() ?? [])];
  }

  /** The connection of a producer, by its client id; for replies. */
  findChannel(clientId: string): ClientChannelInfo | undefined {
    return this.channelsByClientId.get(clientId);
  }

  /** Any live member, another one each time. */
  availableChannel(group: string): ClientChannelInfo | undefined {
    const channels = this.channelsOf(group).filter((info) => info.connection.isOpen);
    if (channels.length === 0) return undefined;
    return channels[this.turn++ % channels.length];
  }

  /** False when the connection has reached its number of groups. */
  registerProducer(group: string, channel: ClientChannelInfo): boolean {
    const id = channel.connection.id;
    if (!this.memberships.join(group, id)) return false;
    let members = this.groups.get(group);
    if (!members) this.groups.set(group, (members = new Map()));
    const known = members.get(id);
    if (known && known.clientId === channel.clientId) {
      known.lastUpdateMs = channel.lastUpdateMs;
    } else {
      members.set(id, channel);
      this.channelsByClientId.set(channel.clientId, channel);
    }
    return true;
  }

  unregisterProducer(group: string, connectionId: number): void {
    this.memberships.leave(group, connectionId);
  }

  /** Takes a closed connection out of all its groups at once. */
  onConnectionClosed(connectionId: number): void {
    this.memberships.leaveAll(connectionId);
  }

  /** Closes connections that sent no heartbeat for `expiresAfterMs`; one group a step. */
  scanNotActiveChannel(expiresAfterMs: number): Generator<void> {
    return this.memberships.closeSilent(this.members(), expiresAfterMs);
  }

  private *members(): Generator<readonly [string, Iterable<ClientChannelInfo>]> {
    for (const [group, members] of this.groups) yield [group, members.values()];
  }

  private removeMember(group: string, connectionId: number): void {
    const members = this.groups.get(group);
    const channel = members?.get(connectionId);
    if (!members || !channel) return;
    members.delete(connectionId);
    if (members.size === 0) this.groups.delete(group);
    const isCurrent = this.channelsByClientId.get(channel.clientId)?.connection.id === connectionId;
    if (isCurrent && !this.memberships.has(connectionId)) {
      this.channelsByClientId.delete(channel.clientId);
    }
  }
}
