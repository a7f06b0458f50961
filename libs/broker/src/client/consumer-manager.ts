import type { Clock, Logger } from '@rocket-nest/common';
import type { LimitHits, SubscriptionData } from '@rocket-nest/remoting';
import type { ClientChannelInfo } from './client-channel-info';
import { ConsumerGroupInfo } from './consumer-group-info';
import type { ConsumerGroupProfile } from './consumer-group-info';
import { GroupMemberships } from './group-memberships';

/** Consumer groups one connection may belong to; a heartbeat past it is refused. */
export const MAX_CONSUMER_GROUPS_PER_CONNECTION = 4096;

/** Topics one group may subscribe to; a heartbeat past it is refused. */
export const MAX_SUBSCRIPTIONS_PER_GROUP = 4096;

export interface ConsumerManagerDeps {
  readonly clock: Clock;
  readonly logger: Logger;
  /** Told when a named limit is reached. */
  readonly limits?: LimitHits;
  /** Whether the group's configuration wants notices of changes. */
  readonly isNotifyEnabled: (group: string) => boolean;
  /**
   * Tells a group that its members or topics changed. Called once for all changes of a moment,
   * never for a broadcasting group.
   */
  readonly onConsumerIdsChanged: (group: string, channels: Iterable<ClientChannelInfo>) => void;
}

export interface ConsumerRegistration {
  readonly group: string;
  readonly channel: ClientChannelInfo;
  readonly profile: ConsumerGroupProfile;
  /** Absent: the group's subscription stays as it is. */
  readonly subscriptions: readonly SubscriptionData[] | undefined;
}

/** `REFUSED`: a limit was reached and nothing was changed. */
export type RegisterConsumerStatus = 'CHANGED' | 'UNCHANGED' | 'REFUSED';

/** Who consumes: the groups, their live members and their subscriptions. */
export class ConsumerManager {
  private readonly groups = new Map<string, ConsumerGroupInfo>();
  private readonly memberships: GroupMemberships;
  private readonly changedGroups = new Set<string>();

  constructor(private readonly deps: ConsumerManagerDeps) {
    this.memberships = new GroupMemberships({
      ...deps,
      kind: 'consumer',
      maxGroupsPerConnection: MAX_CONSUMER_GROUPS_PER_CONNECTION,
      limitName: 'maxConsumerGroupsPerConnection',
      removeMember: (group, connectionId) => this.removeMember(group, connectionId),
    });
  }

  get groupNames(): IterableIterator<string> {
    return this.groups.keys();
  }

  getConsumerGroupInfo(group: string): ConsumerGroupInfo | undefined {
    return this.groups.get(group);
  }

  findChannel(group: string, clientId: string): ClientChannelInfo | undefined {
    return this.groups.get(group)?.findChannelByClientId(clientId);
  }

  findSubscriptionData(group: string, topic: string): SubscriptionData | undefined {
    return this.groups.get(group)?.findSubscriptionData(topic);
  }

  isMember(group: string, connectionId: number): boolean {
    return this.groups.get(group)?.findChannel(connectionId) !== undefined;
  }

  /** Groups with a live member that subscribes to `topic`. */
  queryTopicConsumeByWho(topic: string): string[] {
    const found: string[] = [];
    for (const [group, info] of this.groups) {
      if (info.findSubscriptionData(topic)) found.push(group);
    }
    return found;
  }

  registerConsumer(registration: ConsumerRegistration): RegisterConsumerStatus {
    const { group, channel, profile, subscriptions } = registration;
    if ((subscriptions?.length ?? 0) > MAX_SUBSCRIPTIONS_PER_GROUP) {
      this.deps.limits?.hit('maxSubscriptionsPerGroup');
      return 'REFUSED';
    }
    if (!this.memberships.join(group, channel.connection.id)) return 'REFUSED';
    let info = this.groups.get(group);
    if (!info) {
      info = new ConsumerGroupInfo(group, profile, this.deps.clock);
      this.groups.set(group, info);
    }
    const channelChanged = info.updateChannel(channel, profile);
    const topicsChanged = subscriptions ? info.updateSubscription(subscriptions) : false;
    if (!channelChanged && !topicsChanged) return 'UNCHANGED';
    this.noteChange(info);
    return 'CHANGED';
  }

  unregisterConsumer(group: string, connectionId: number): void {
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
    for (const [group, info] of this.groups) yield [group, info.allChannels()];
  }

  private removeMember(group: string, connectionId: number): void {
    const info = this.groups.get(group);
    if (!info?.removeChannel(connectionId)) return;
    if (info.isEmpty) this.groups.delete(group);
    else this.noteChange(info);
  }

  /** A thousand members that come in one moment cost a thousand notices, not a million. */
  private noteChange(info: ConsumerGroupInfo): void {
    if (info.profile.messageModel === 'BROADCASTING') return;
    if (this.changedGroups.size === 0) this.deps.clock.after(0, () => this.notifyChanged());
    this.changedGroups.add(info.groupName);
  }

  private notifyChanged(): void {
    const changed = [...this.changedGroups];
    this.changedGroups.clear();
    for (const group of changed) {
      const info = this.groups.get(group);
      if (!info || !this.deps.isNotifyEnabled(group)) continue;
      this.deps.onConsumerIdsChanged(group, info.allChannels());
    }
  }
}
