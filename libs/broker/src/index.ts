export { BrokerController } from './broker-controller';
export type { BrokerControllerDeps } from './broker-controller';
export type { BrokerContext, RequestProcessor } from './broker-context';
export { BrokerCounters } from './broker-counters';
export type {
  ConsumerCounters,
  MessageSizeObserver,
  TopicCounters,
  TransactionCounters,
} from './broker-counters';
export { BrokerError } from './broker-error';
export type { BrokerErrorCode } from './broker-error';
export { BrokerOuterApi } from './broker-outer-api';
export type { BrokerIdentity } from './broker-outer-api';
export { brokerSchema, createBrokerConfig, readBrokerConfig } from './config/broker-config';
export type {
  BrokerConfig,
  BrokerConfigBundle,
  NettyServerConfig,
  ReadBrokerConfigOptions,
  ReadBrokerConfigResult,
} from './config/broker-config';
export { ConsumerManager } from './client/consumer-manager';
export { ProducerManager } from './client/producer-manager';
export { RebalanceLockManager } from './client/rebalance-lock-manager';
export { PullRequestHoldService } from './longpolling/pull-request-hold-service';
export { ConsumerOffsetManager } from './offset/consumer-offset-manager';
export { ScheduleMessageService } from './schedule/schedule-message-service';
export { BrokerStats } from './stats/broker-stats';
export { SubscriptionGroupManager } from './subscription/subscription-group-manager';
export { TopicConfigManager } from './topic/topic-config-manager';
