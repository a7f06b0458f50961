import type { Clock, Logger } from '@rocket-nest/common';
import type { LimitHits } from '@rocket-nest/remoting';
import type { ClientChannelInfo } from './client-channel-info';

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
  private readonly groupsByConnection = new Map<number, Set<string>>();
  private readonly channelsByClientId = new Map<string, ClientChannelInfo>();
  private turn = 0;

  constructor(private readonly deps: ProducerManagerDeps) {}

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
    const memberships = this.groupsByConnection.get(id) ?? new Set<string>();
    if (!memberships.has(group) && memberships.size >= MAX_PRODUCER_GROUPS_PER_CONNECTION) {
      this.deps.limits?.hit('maxProducerGroupsPerConnection');
      return false;
    }
    this.groupsByConnection.set(id, memberships.add(group));
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
    const memberships = this.groupsByConnection.get(connectionId);
    memberships?.delete(group);
    if (memberships?.size === 0) this.groupsByConnection.delete(connectionId);
    this.removeMember(group, connectionId);
  }

  /** Takes a closed connection out of all its groups at once. */
  onConnectionClosed(connectionId: number): void {
    const memberships = this.groupsByConnection.get(connectionId);
    if (!memberships) return;
    this.groupsByConnection.delete(connectionId);
    for (const group of memberships) this.removeMember(group, connectionId);
  }

  /** Closes connections that sent no heartbeat for `expiresAfterMs`; one group a step. */
  *scanNotActiveChannel(expiresAfterMs: number): Generator<void> {
    for (const [group, members] of this.groups) {
      const oldestMs = this.deps.clock.monotonicNow() - expiresAfterMs;
      for (const channel of members.values()) {
        if (channel.lastUpdateMs > oldestMs) continue;
        this.deps.logger.warn('a producer sent no heartbeat and is removed', {
          group,
          clientId: channel.clientId,
          remoteAddress: channel.connection.remoteAddress,
        });
        channel.connection.close('no producer heartbeat');
        this.unregisterProducer(group, channel.connection.id);
      }
      yield;
    }
  }

  private removeMember(group: string, connectionId: number): void {
    const members = this.groups.get(group);
    const channel = members?.get(connectionId);
    if (!members || !channel) return;
    members.delete(connectionId);
    if (members.size === 0) this.groups.delete(group);
    const isCurrent = this.channelsByClientId.get(channel.clientId)?.connection.id === connectionId;
    if (isCurrent && !this.groupsByConnection.has(connectionId)) {
      this.channelsByClientId.delete(channel.clientId);
    }
  }
}
