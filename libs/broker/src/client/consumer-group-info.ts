import type { Clock } from '@rocket-nest/common';
import type {
  ConsumeFromWhere,
  ConsumeType,
  MessageModel,
  SubscriptionData,
} from '@rocket-nest/remoting';
import type { ClientChannelInfo } from './client-channel-info';

/** How a group consumes; the last heartbeat of any member decides. */
export interface ConsumerGroupProfile {
  readonly consumeType: ConsumeType;
  readonly messageModel: MessageModel;
  readonly consumeFromWhere: ConsumeFromWhere;
}

/** The members of one consumer group and what the group subscribes to. */
export class ConsumerGroupInfo {
  private readonly channels = new Map<number, ClientChannelInfo>();
  private readonly subscriptions = new Map<string, SubscriptionData>();
  private currentProfile: ConsumerGroupProfile;
  private updatedAtMs: number;

  constructor(
    readonly groupName: string,
    profile: ConsumerGroupProfile,
    private readonly clock: Clock,
  ) {
    this.currentProfile = profile;
    this.updatedAtMs = clock.wallNow();
  }

  get profile(): ConsumerGroupProfile {
    return this.currentProfile;
  }

  get isEmpty(): boolean {
    return this.channels.size === 0;
  }

  get channelCount(): number {
    return this.channels.size;
  }

  /** Wall time of the last change of members or subscriptions. */
  get lastUpdateTimestamp(): number {
    return this.updatedAtMs;
  }

  get subscriptionTable(): ReadonlyMap<string, SubscriptionData> {
    return this.subscriptions;
  }

  allChannels(): IterableIterator<ClientChannelInfo> {
    return this.channels.values();
  }

  allClientIds(): string[] {
    const ids = new Set<string>();
    for (const info of this.channels.values()) ids.add(info.clientId);
    return [...ids];
  }

  findChannel(connectionId: number): ClientChannelInfo | undefined {
    return this.channels.get(connectionId);
  }

  findChannelByClientId(clientId: string): ClientChannelInfo | undefined {
    for (const info of this.channels.values()) if (info.clientId === clientId) return info;
    return undefined;
  }

  findSubscriptionData(topic: string): SubscriptionData | undefined {
    return this.subscriptions.get(topic);
  }

  /** Notes a heartbeat; true when it brought a new member or another client on a known connection. */
  updateChannel(info: ClientChannelInfo, profile: ConsumerGroupProfile): boolean {
    this.currentProfile = profile;
    const known = this.channels.get(info.connection.id);
    if (known && known.clientId === info.clientId) {
      known.lastUpdateMs = info.lastUpdateMs;
      return false;
    }
    this.channels.set(info.connection.id, info);
    this.updatedAtMs = this.clock.wallNow();
    return true;
  }

  removeChannel(connectionId: number): ClientChannelInfo | undefined {
    const info = this.channels.get(connectionId);
    if (!info) return undefined;
    this.channels.delete(connectionId);
    this.updatedAtMs = this.clock.wallNow();
    return info;
  }

  /**
   * Replaces the subscription by `list`: an entry is taken over when it is new or its version is
   * higher, and a topic that is not listed is dropped. True when topics came or went.
   */
  updateSubscription(list: readonly SubscriptionData[]): boolean {
    let changed = false;
    const listed = new Set<string>();
    for (const data of list) {
      listed.add(data.topic);
      const known = this.subscriptions.get(data.topic);
      if (!known) changed = true;
      if (!known || data.subVersion > known.subVersion) this.subscriptions.set(data.topic, data);
    }
    for (const topic of this.subscriptions.keys()) {
      if (listed.has(topic)) continue;
      this.subscriptions.delete(topic);
      changed = true;
    }
    if (changed) this.updatedAtMs = this.clock.wallNow();
    return changed;
  }
}
