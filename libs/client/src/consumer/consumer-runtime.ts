import type { Clock, Logger } from '@rocket-nest/common';
import type { MQClientInstance } from '../instance/mq-client-instance';
import type { OffsetStore } from '../offset/offset-store';
import type { ConsumeMessageHook } from '../hook/consume-message-hook';
import type { ConsumerSettings } from './consumer-options';
import type { ConsumerStats } from './stats/consumer-stats';
import type { Subscription } from './subscription';

/** What the parts of one running consumer share. */
export interface ConsumerRuntime {
  /** With its namespace, as on the wire. */
  readonly consumerGroup: string;
  readonly namespace: string | undefined;
  readonly settings: ConsumerSettings;
  readonly instance: MQClientInstance;
  readonly offsetStore: OffsetStore;
  /** By topic, with namespace. */
  readonly subscriptions: ReadonlyMap<string, Subscription>;
  /** Topics that the name servers did not know when this member joined, and when that was. */
  readonly newTopics: Map<string, number>;
  readonly orderly: boolean;
  /** Pulls as a lite pull consumer does: each request carries its filter. */
  readonly litePull: boolean;
  /** Topics of which nothing is pulled and no call is begun. */
  readonly suspendedTopics: ReadonlySet<string>;
  readonly hooks: readonly ConsumeMessageHook[];
  readonly stats: ConsumerStats;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** Whether the broker's queue locks decide who consumes. */
export function needsQueueLocks({ orderly, settings }: ConsumerRuntime): boolean {
  return orderly && settings.messageModel === 'CLUSTERING';
}
