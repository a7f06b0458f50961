import type { Clock, FileSystem, Logger, Random } from '@rocket-nest/common';
import type { EventLoopTurn } from '@rocket-nest/common/internal';
import type { Connection, LimitHits, RemotingCommand, RemotingServer } from '@rocket-nest/remoting';
import type { MessageStore } from '@rocket-nest/store';
import type { BrokerConfigBundle } from './config/broker-config';
import type { BrokerCounters } from './broker-counters';
import type { BrokerStats } from './stats/broker-stats';
import type { BrokerOuterApi } from './broker-outer-api';
import type { ConsumerManager } from './client/consumer-manager';
import type { ProducerManager } from './client/producer-manager';
import type { RebalanceLockManager } from './client/rebalance-lock-manager';
import type { ConsumerOffsetManager } from './offset/consumer-offset-manager';
import type { MessageRequestModeManager } from './loadbalance/message-request-mode-manager';
import type { PullRequestHoldService } from './longpolling/pull-request-hold-service';
import type { TopicRouteFinder } from './outer/topic-route-finder';
import type { ScheduleMessageService } from './schedule/schedule-message-service';
import type { SubscriptionGroupManager } from './subscription/subscription-group-manager';
import type { TopicConfigManager } from './topic/topic-config-manager';
import type { TopicQueueMappingManager } from './topic/topic-queue-mapping-manager';
import type { TransactionalMessageService } from './transaction/transactional-message-service';

/**
 * How processors reach their siblings. Only processors and the controller see it: a manager takes
 * the few things it needs as constructor arguments, so that imports stay free of cycles and each
 * manager can be built alone in a test.
 */
export interface BrokerContext {
  readonly config: BrokerConfigBundle;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly fileSystem: FileSystem;
  readonly random: Random;
  readonly turn: EventLoopTurn;
  readonly counters: BrokerCounters;
  readonly brokerStats: BrokerStats;
  /** Told when a named limit is reached. */
  readonly limits: LimitHits;

  readonly messageStore: MessageStore;
  readonly remotingServer: RemotingServer;
  readonly brokerOuterApi: BrokerOuterApi;
  readonly topicRouteFinder: TopicRouteFinder;

  readonly topicConfigManager: TopicConfigManager;
  readonly topicQueueMappingManager: TopicQueueMappingManager;
  readonly subscriptionGroupManager: SubscriptionGroupManager;
  readonly consumerOffsetManager: ConsumerOffsetManager;
  readonly consumerManager: ConsumerManager;
  readonly producerManager: ProducerManager;
  readonly rebalanceLockManager: RebalanceLockManager;
  readonly messageRequestModeManager: MessageRequestModeManager;
  readonly pullRequestHoldService: PullRequestHoldService;
  readonly scheduleMessageService: ScheduleMessageService;
  /** Absent: transactional messages are refused. */
  readonly transactionalMessageService: TransactionalMessageService | undefined;

  /** `brokerIP1:port`, what clients and name servers know this broker by; valid once ports are open. */
  readonly brokerAddr: string;
  /** Numeric address and port that records hold as the store host; valid once ports are open. */
  readonly storeHost: { readonly host: string; readonly port: number };
}

/**
 * Answers one request. `undefined` means that nothing is to be answered now: a oneway request, or
 * the processor answers later through `connection.respond`. A rejected promise or a thrown error
 * becomes a SYSTEM_ERROR answer.
 */
export type RequestProcessor = (
  connection: Connection,
  request: RemotingCommand,
) => RemotingCommand | undefined | Promise<RemotingCommand | undefined>;
