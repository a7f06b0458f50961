import { join } from 'node:path';
import { NodeFileSystem, SeededRandom, SilentLogger } from '@rocket-nest/common';
import { EventLoopTurn, Limits } from '@rocket-nest/common/internal';
import { RemotingCommand } from '@rocket-nest/remoting';
import { JsonTableFile } from '../background/json-table-file';
import type { BrokerContext, RequestProcessor } from '../broker-context';
import { BrokerCounters } from '../broker-counters';
import { ConsumerManager } from '../client/consumer-manager';
import { notifyConsumerIdsChanged } from '../client/notify-consumer-ids-changed';
import { ProducerManager } from '../client/producer-manager';
import { RebalanceLockManager } from '../client/rebalance-lock-manager';
import { createBrokerConfig } from '../config/broker-config';
import { MessageRequestModeManager } from '../loadbalance/message-request-mode-manager';
import { PullRequestHoldService } from '../longpolling/pull-request-hold-service';
import { ConsumerOffsetManager } from '../offset/consumer-offset-manager';
import { DelayLevels } from '../schedule/delay-levels';
import { ScheduleMessageService } from '../schedule/schedule-message-service';
import { BrokerStats } from '../stats/broker-stats';
import { SubscriptionGroupManager } from '../subscription/subscription-group-manager';
import { TopicConfigManager } from '../topic/topic-config-manager';
import { TopicQueueMappingManager } from '../topic/topic-queue-mapping-manager';
import type { FakeConnection } from './fake-connection';
import { ManualClock } from './manual-clock';
import { MemoryMessageStore } from './memory-message-store';

/** A broker's managers, the real ones, over a store in memory; no ports, no name servers. */
export interface FakeBroker extends BrokerContext {
  readonly clock: ManualClock;
  readonly memoryStore: MemoryMessageStore;
}

/** @param folder where the tables are written */
export function createFakeBroker(
  folder: string,
  properties: Readonly<Record<string, string>> = {},
): FakeBroker {
  const config = createBrokerConfig({
    brokerName: 'broker-a',
    storePathRootDir: folder,
    ...properties,
  });
  const clock = new ManualClock();
  const logger = new SilentLogger();
  const fileSystem = new NodeFileSystem();
  const file = (name: string): JsonTableFile =>
    new JsonTableFile(fileSystem, clock, join(folder, 'config', name));
  const memoryStore = new MemoryMessageStore(clock);
  const messageStore = Object.assign(memoryStore, {
    config: config.store,
  }) as unknown as BrokerContext['messageStore'];
  const counters = new BrokerCounters();
  const turn = new EventLoopTurn();
  const consumerManager = new ConsumerManager({
    clock,
    logger,
    isNotifyEnabled: () => true,
    onConsumerIdsChanged: notifyConsumerIdsChanged,
  });
  const scheduleMessageService = new ScheduleMessageService({
    clock,
    logger,
    messageStore,
    file: file('delayOffset.json'),
    levels: DelayLevels.parse(config.store.messageDelayLevel),
  });
  const topicConfigManager = new TopicConfigManager(config.broker, {
    clock,
    logger,
    file: file('topics.json'),
    onTopicsChanged: () => undefined,
    onTopicDeleted: () => undefined,
  });
  topicConfigManager.load();
  return {
    config,
    clock,
    logger,
    fileSystem,
    random: new SeededRandom(1),
    turn,
    counters,
    brokerStats: new BrokerStats(clock, counters),
    limits: new Limits(),
    memoryStore,
    messageStore,
    remotingServer: undefined as unknown as BrokerContext['remotingServer'],
    brokerOuterApi: undefined as unknown as BrokerContext['brokerOuterApi'],
    topicRouteFinder: {
      subscribeQueues: () => Promise.resolve(undefined),
    } as unknown as BrokerContext['topicRouteFinder'],
    messageRequestModeManager: new MessageRequestModeManager({
      file: file('messageRequestMode.json'),
    }),
    topicConfigManager,
    topicQueueMappingManager: new TopicQueueMappingManager(config.broker, {
      clock,
      logger,
      file: file('topicQueueMapping.json'),
    }),
    subscriptionGroupManager: new SubscriptionGroupManager(config.broker, {
      clock,
      logger,
      file: file('subscriptionGroup.json'),
    }),
    consumerOffsetManager: new ConsumerOffsetManager({
      clock,
      logger,
      file: file('consumerOffset.json'),
      isMember: (group, id) => consumerManager.isMember(group, id),
    }),
    consumerManager,
    producerManager: new ProducerManager({ clock, logger }),
    rebalanceLockManager: new RebalanceLockManager(clock),
    pullRequestHoldService: new PullRequestHoldService(clock, turn, counters),
    scheduleMessageService,
    transactionalMessageService: undefined,
    brokerAddr: '127.0.0.1:10911',
    storeHost: { host: '127.0.0.1', port: 10_911 },
  };
}

/** Asks a processor and gives its answer, whichever way it comes. */
export async function ask(
  processor: RequestProcessor,
  connection: FakeConnection,
  code: number,
  fields: Readonly<Record<string, string>> = {},
  body?: string,
): Promise<RemotingCommand> {
  const request = RemotingCommand.createRequest(
    code,
    new Map(Object.entries(fields)),
    body === undefined ? undefined : Buffer.from(body),
  );
  const answered = connection.responses.length;
  const response = await processor(connection, request);
  const found = response ?? connection.responses[answered]?.response;
  if (!found) throw new Error('the request was not answered');
  return found;
}
