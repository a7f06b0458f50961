import { Module, type DynamicModule } from '@nestjs/common';
import {
  BrokerController,
  BrokerCounters,
  BrokerOuterApi,
  BrokerStats,
  ConsumerManager,
  ConsumerOffsetManager,
  ProducerManager,
  PullRequestHoldService,
  RebalanceLockManager,
  ScheduleMessageService,
  SubscriptionGroupManager,
  TopicConfigManager,
} from '@rocket-nest/broker';
import { EngineLifecycle, type EngineLifecycleOptions } from '@rocket-nest/hosting';
import { RemotingClient, RemotingServer } from '@rocket-nest/remoting';
import { MessageStore } from '@rocket-nest/store';

/**
 * A broker in a Nest application. Its parts are injected by their classes, for example MessageStore,
 * ConsumerOffsetManager or TopicConfigManager, into any module of the application.
 */
@Module({})
export class BrokerModule {
  static forController(
    controller: BrokerController,
    options: EngineLifecycleOptions = {},
  ): DynamicModule {
    const services = servicesOf(controller);
    const lifecycle = {
      provide: EngineLifecycle,
      useValue: new EngineLifecycle(controller, options),
    };
    return {
      module: BrokerModule,
      global: true,
      providers: [...services, lifecycle],
      exports: services.map(({ provide }) => provide),
    };
  }
}

function servicesOf(controller: BrokerController) {
  return [
    { provide: BrokerController, useValue: controller },
    { provide: BrokerCounters, useValue: controller.counters },
    { provide: BrokerOuterApi, useValue: controller.brokerOuterApi },
    { provide: BrokerStats, useValue: controller.brokerStats },
    { provide: ConsumerManager, useValue: controller.consumerManager },
    { provide: ConsumerOffsetManager, useValue: controller.consumerOffsetManager },
    { provide: MessageStore, useValue: controller.messageStore },
    { provide: ProducerManager, useValue: controller.producerManager },
    { provide: PullRequestHoldService, useValue: controller.pullRequestHoldService },
    { provide: RebalanceLockManager, useValue: controller.rebalanceLockManager },
    { provide: RemotingClient, useValue: controller.remotingClient },
    { provide: RemotingServer, useValue: controller.remotingServer },
    { provide: ScheduleMessageService, useValue: controller.scheduleMessageService },
    { provide: SubscriptionGroupManager, useValue: controller.subscriptionGroupManager },
    { provide: TopicConfigManager, useValue: controller.topicConfigManager },
  ];
}
