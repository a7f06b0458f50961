import type { Clock, Logger } from '@rocket-nest/common';
import type { LimitHits } from '@rocket-nest/remoting';
import type { ClientChannelInfo } from './client-channel-info';

export interface GroupMembershipsDeps {
  readonly clock: Clock;
  readonly logger: Logger;
  /** Told when a connection is in as many groups as it may be. */
  readonly limits?: LimitHits;
  /** What its members are to the log. */
  readonly kind: 'consumer' | 'producer';
  /** Groups one connection may belong to. */
  readonly maxGroupsPerConnection: number;
  /** The limit's name in `limits`. */
  readonly limitName: string;
  /** Takes a member out of its group. */
  readonly removeMember: (group: string, connectionId: number) => void;
}

/** Which groups each connection belongs to, so that a closed one leaves all of them at once. */
export class GroupMemberships {
  private readonly groupsByConnection = new Map<number, Set<string>>();

  constructor(private readonly deps: GroupMembershipsDeps) {}

  /** Whether the connection is in any group. */
  has(connectionId: number): boolean {
    return this.groupsByConnection.has(connectionId);
  }

  /** False, and nothing changed, when the connection has reached its number of groups. */
  join(group: string, connectionId: number): boolean {
    const groups = this.groupsByConnection.get(connectionId);
    if (!groups) {
      this.groupsByConnection.set(connectionId, new Set([group]));
      return true;
    }
    if (!groups.has(group) && groups.size >= this.deps.maxGroupsPerConnection) {
      this.deps.limits?.hit(this.deps.limitName);
      return false;
    }
    groups.add(group);
    return true;
  }

  leave(group: string, connectionId: number): void {
    const groups = this.groupsByConnection.get(connectionId);
    groups?.delete(group);
    if (groups?.size === 0) this.groupsByConnection.delete(connectionId);
    this.deps.removeMember(group, connectionId);
  }

  /** For a closed connection. */
  leaveAll(connectionId: number): void {
    const groups = this.groupsByConnection.get(connectionId);
    if (!groups) return;
    this.groupsByConnection.delete(connectionId);
    for (const group of groups) this.deps.removeMember(group, connectionId);
  }

  /** Closes connections that sent no heartbeat for `expiresAfterMs`; one group a step. */
  *closeSilent(
    groups: Iterable<readonly [group: string, members: Iterable<ClientChannelInfo>]>,
    expiresAfterMs: number,
  ): Generator<void> {
    const { clock, logger, kind } = this.deps;
    for (const [group, members] of groups) {
      const oldestMs = clock.monotonicNow() - expiresAfterMs;
      for (const { connection, clientId, lastUpdateMs } of members) {
        if (lastUpdateMs > oldestMs) continue;
        logger.warn(`a ${kind} sent no heartbeat and is removed`, {
          group,
          clientId,
          remoteAddress: connection.remoteAddress,
        });
        connection.close(`no ${kind} heartbeat`);
        this.leave(group, connection.id);
      }
      yield;
    }
  }
}
