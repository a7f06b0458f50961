import assert from 'node:assert';
import { lookup } from 'node:dns/promises';
import { isIP } from 'node:net';
import * as path from 'node:path';
import type { Clock, FileSystem, Logger, Random } from '@rocket-nest/common';
import { EventLoopTurn, Limits, realSetTimeout } from '@rocket-nest/common/internal';
import { RemotingClient, RemotingServer } from '@rocket-nest/remoting';
import type { RpcObserver } from '@rocket-nest/remoting';
import { MessageStore, createHostAddress } from '@rocket-nest/store';
import type { StoreLatencyObserver } from '@rocket-nest/store';
import { JsonTableFile } from './background/json-table-file';
import { runEachStep } from './background/run-each-step';
import type { BrokerContext } from './broker-context';
import { BrokerCounters } from './broker-counters';
import type { MessageSizeObserver } from './broker-counters';
import { BrokerOuterApi } from './broker-outer-api';
import type { BrokerIdentity } from './broker-outer-api';
import { createBrokerProcessors } from './broker-processors';
import type { BrokerProcessors } from './broker-processors';
import { ClientHousekeepingService } from './client/client-housekeeping-service';
import { ConsumerManager } from './client/consumer-manager';
import { notifyConsumerIdsChanged } from './client/notify-consumer-ids-changed';
import { ProducerManager } from './client/producer-manager';
import { RebalanceLockManager } from './client/rebalance-lock-manager';
import type { BrokerConfigBundle } from './config/broker-config';
import { MessageRequestModeManager } from './loadbalance/message-request-mode-manager';
import {
  DEFAULT_PULL_REQUEST_HOLD_LIMITS,
  PullRequestHoldService,
} from './longpolling/pull-request-hold-service';
import { ConsumerOffsetManager } from './offset/consumer-offset-manager';
import { TopicRouteFinder } from './outer/topic-route-finder';
import { RequestDispatcher } from './request-dispatcher';
import { createRequestTable } from './request-table';
import { DelayLevels } from './schedule/delay-levels';
import { ScheduleMessageService } from './schedule/schedule-message-service';
import { BrokerStats } from './stats/broker-stats';
import { SubscriptionGroupManager } from './subscription/subscription-group-manager';
import { TopicConfigManager } from './topic/topic-config-manager';
import { TopicQueueMappingManager } from './topic/topic-queue-mapping-manager';
import { TransactionManager } from './transaction/transaction-manager';

/** How far below the main port the VIP port is. */
const VIP_PORT_DISTANCE = 2;

export interface BrokerControllerDeps {
  readonly fileSystem: FileSystem;
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
  /** Shared by what lives in one process; default: one of its own. */
  readonly turn?: EventLoopTurn;
  /** Told how long writes and syncs of the commit log took. */
  readonly latency?: StoreLatencyObserver | undefined;
  /** Told how long requests took. */
  readonly rpcObserver?: RpcObserver | undefined;
  /** Told how large stored messages are. */
  readonly messageSizes?: MessageSizeObserver | undefined;
  /** Whether the open ports keep the process alive. Default false. */
  readonly keepProcessAlive?: boolean;
  /** How long requests are still served after the broker has left the name servers. Default 0. */
  readonly drainMs?: number;
}

/**
 * A whole broker: makes every part and ties them together. `initialize` recovers the store and
 * reads the tables, `start` opens the ports, `shutdown` leaves a clean store.
 */
export class BrokerController implements BrokerContext {
  readonly clock: Clock;
  readonly logger: Logger;
  readonly fileSystem: FileSystem;
  readonly random: Random;
  readonly turn: EventLoopTurn;
  readonly counters: BrokerCounters;
  readonly limits = new Limits();
  readonly brokerStats: BrokerStats;
  readonly messageStore: MessageStore;
  readonly remotingServer: RemotingServer;
  readonly remotingClient: RemotingClient;
  readonly brokerOuterApi: BrokerOuterApi;
  readonly topicConfigManager: TopicConfigManager;
  readonly topicQueueMappingManager: TopicQueueMappingManager;
  readonly subscriptionGroupManager: SubscriptionGroupManager;
  readonly consumerOffsetManager: ConsumerOffsetManager;
  readonly consumerManager: ConsumerManager;
  readonly producerManager: ProducerManager;
  readonly rebalanceLockManager: RebalanceLockManager;
  readonly messageRequestModeManager: MessageRequestModeManager;
  readonly topicRouteFinder: TopicRouteFinder;
  readonly clientHousekeepingService: ClientHousekeepingService;
  readonly pullRequestHoldService: PullRequestHoldService;
  readonly scheduleMessageService: ScheduleMessageService;
  readonly transactionalMessageService: TransactionManager;
  readonly processors: BrokerProcessors;
  readonly dispatcher: RequestDispatcher;
  private readonly drainMs: number;
  private storeIp: string;
  private state: 'NEW' | 'LOADED' | 'STARTED' | 'STOPPED' = 'NEW';

  constructor(
    readonly config: BrokerConfigBundle,
    deps: BrokerControllerDeps,
  ) {
    const { clock, logger, fileSystem, random } = deps;
    this.clock = clock;
    this.logger = logger;
    this.fileSystem = fileSystem;
    this.random = random;
    this.turn = deps.turn ?? new EventLoopTurn();
    this.drainMs = deps.drainMs ?? 0;
    this.storeIp = config.broker.brokerIP1;
    const counters = (this.counters = new BrokerCounters(deps.messageSizes));
    const { turn, limits } = this;
    this.declareLimits();
    const remotingDeps = { clock, logger, turn, limits };
    this.messageStore = new MessageStore(config.store, {
      ...remotingDeps,
      fileSystem,
      random,
      ...(deps.latency ? { latency: deps.latency } : {}),
    });
    this.remotingServer = this.createServer(deps);
    this.remotingClient = new RemotingClient({}, remotingDeps);
    this.brokerStats = new BrokerStats(clock, counters);
    this.topicConfigManager = this.createTopicConfigManager();
    this.topicQueueMappingManager = new TopicQueueMappingManager(config.broker, {
      clock,
      logger,
      file: this.configFile('topicQueueMapping.json'),
      onMappingChanged: (topic) => this.topicConfigManager.announceAgain(topic),
    });
    this.subscriptionGroupManager = new SubscriptionGroupManager(config.broker, {
      clock,
      logger,
      limits,
      file: this.configFile('subscriptionGroup.json'),
    });
    this.consumerManager = this.createConsumerManager();
    this.producerManager = new ProducerManager({ clock, logger, limits });
    this.consumerOffsetManager = this.createConsumerOffsetManager();
    this.rebalanceLockManager = new RebalanceLockManager(clock, limits);
    this.clientHousekeepingService = new ClientHousekeepingService(
      this,
      config.broker.channelExpiredTimeout,
    );
    const maxHeldPulls = config.broker.maxHeldPulls;
    const holdLimits = { ...DEFAULT_PULL_REQUEST_HOLD_LIMITS, maxHeldPulls };
    this.pullRequestHoldService = new PullRequestHoldService(clock, turn, counters, holdLimits);
    this.scheduleMessageService = this.createScheduleMessageService();
    this.transactionalMessageService = this.createTransactionManager();
    this.brokerOuterApi = this.createOuterApi();
    this.topicRouteFinder = new TopicRouteFinder(
      this.remotingClient,
      () => this.brokerOuterApi.nameServerAddressList,
      clock,
      logger,
    );
    this.messageRequestModeManager = new MessageRequestModeManager({
      limits,
      file: this.configFile('messageRequestMode.json'),
    });
    this.processors = createBrokerProcessors(this);
    const table = createRequestTable(this.processors);
    this.dispatcher = new RequestDispatcher(table, counters, logger);
    this.connect();
  }

  get brokerAddr(): string {
    const host = this.config.broker.brokerIP1;
    return `${isIP(host) === 6 ? `[${host}]` : host}:${this.listenPort}`;
  }

  /** The port clients connect to; the configured one before the ports are open. */
  get listenPort(): number {
    return this.remotingServer.ports[0] ?? this.config.server.listenPort;
  }

  get storeHost(): { readonly host: string; readonly port: number } {
    return { host: this.storeIp, port: this.listenPort };
  }

  /** Recovers the store and reads the tables beside it. */
  async initialize(): Promise<void> {
    assert(this.state === 'NEW', 'a broker is initialized once');
    await this.messageStore.load();
    try {
      this.topicConfigManager.load();
      this.topicQueueMappingManager.load();
      this.subscriptionGroupManager.load();
      this.consumerOffsetManager.load((topic, queueId) =>
        this.messageStore.maxOffsetInQueue(topic, queueId),
      );
      this.messageRequestModeManager.load();
      this.scheduleMessageService.load();
      this.transactionalMessageService.load();
    } catch (error) {
      this.messageStore.abandon();
      throw error;
    }
    this.state = 'LOADED';
  }

  /**
   * Resolves when the ports are open; name servers are told in the background. After a failure
   * everything is closed again, and the error says why.
   */
  async start(): Promise<void> {
    assert(this.state === 'LOADED', 'a broker is started once, after initialize');
    const { broker, store } = this.config;
    this.messageStore.start();
    try {
      await this.resolveStoreIp();
      await this.remotingServer.start();
    } catch (error) {
      this.state = 'STOPPED';
      await this.messageStore.shutdown();
      throw error;
    }
    this.state = 'STARTED';
    this.dispatcher.vipPort = this.remotingServer.ports[1];
    this.scheduleMessageService.start(store.flushDelayOffsetInterval);
    this.transactionalMessageService.start();
    this.consumerOffsetManager.start(broker.flushConsumerOffsetInterval);
    this.pullRequestHoldService.start();
    this.brokerStats.start();
    this.clientHousekeepingService.start();
    this.brokerOuterApi.start();
    this.logger.info('broker started', {
      brokerName: broker.brokerName,
      brokerAddr: this.brokerAddr,
      vipPort: this.dispatcher.vipPort,
      namesrvAddr: this.brokerOuterApi.nameServerAddressList,
      store: store.storePathRootDir,
    });
  }

  /**
   * Leaves the name servers, answers what waits, writes every table and closes the store cleanly.
   * Does what is left to do when it was only initialized, and nothing when it has stopped.
   */
  async shutdown(): Promise<void> {
    const { state } = this;
    this.state = 'STOPPED';
    if (state === 'LOADED') return this.messageStore.shutdown();
    if (state !== 'STARTED') return;
    this.clientHousekeepingService.shutdown();
    this.brokerStats.shutdown();
    await runEachStep(this.logger, [
      ['leaving the name servers', () => this.brokerOuterApi.shutdown()],
      ['answering what is under way', () => this.drain()],
      ['delay levels', () => this.scheduleMessageService.shutdown()],
      ['transactions', () => this.transactionalMessageService.shutdown()],
      ['consumer offsets', () => this.consumerOffsetManager.shutdown()],
      ['topics', () => this.topicConfigManager.shutdown()],
      ['static topics', () => this.topicQueueMappingManager.shutdown()],
      ['subscription groups', () => this.subscriptionGroupManager.shutdown()],
      ['message store', () => this.messageStore.shutdown()],
      ['connections', () => this.remotingServer.shutdown()],
      ['connections to name servers', () => this.remotingClient.shutdown()],
    ]);
  }

  /** Clients that still know this broker get answers for a moment after it has left the route. */
  private async drain(): Promise<void> {
    const { enableShutdownGracefully, shutdownWaitTimeSeconds } = this.config.server;
    if (enableShutdownGracefully) this.remotingServer.goAway();
    const drainMs = enableShutdownGracefully ? shutdownWaitTimeSeconds * 1000 : this.drainMs;
    if (drainMs > 0) await new Promise<void>((resolve) => realSetTimeout(resolve, drainMs));
    this.dispatcher.stop();
    this.pullRequestHoldService.shutdown();
  }

  private declareLimits(): void {
    const { broker } = this.config;
    const { sendThreadPoolQueueCapacity, maxHeldPulls } = broker;
    const busy = 'answered SYSTEM_BUSY';
    this.limits.declare('sendThreadPoolQueueCapacity', sendThreadPoolQueueCapacity, busy);
    this.limits.declare('maxHeldPulls', maxHeldPulls, busy);
    const { diskSpaceWarningLevelRatio, diskSpaceCleanForciblyRatio } = this.config.store;
    const refused = 'messages are refused with SERVICE_NOT_AVAILABLE';
    this.limits.declare('diskSpaceWarningLevelRatio', diskSpaceWarningLevelRatio, refused);
    const deleted = 'the oldest messages are deleted, if cleanFileForciblyEnable says so';
    this.limits.declare('diskSpaceCleanForciblyRatio', diskSpaceCleanForciblyRatio, deleted);
  }

  private connect(): void {
    const { pullRequestHoldService, clientHousekeepingService } = this;
    this.messageStore.setMessageArrivingListener({
      arriving: (topic, queueId, maxOffset, tagsCode) =>
        pullRequestHoldService.notifyMessageArriving(topic, queueId, maxOffset, tagsCode),
    });
    this.remotingServer.onRequest((connection, request) =>
      this.dispatcher.handle(connection, request),
    );
    this.remotingServer.onConnectionEvent({
      closed: (connection) => {
        pullRequestHoldService.onConnectionClosed(connection.id);
        clientHousekeepingService.onConnectionClosed(connection.id);
      },
    });
  }

  private createServer(deps: BrokerControllerDeps): RemotingServer {
    const { server, broker } = this.config;
    const { listenPort, bindAddress, serverChannelMaxIdleTimeSeconds } = server;
    const ports = [listenPort];
    if (listenPort > VIP_PORT_DISTANCE) ports.push(listenPort - VIP_PORT_DISTANCE);
    return new RemotingServer(
      {
        host: bindAddress,
        ports,
        maxConnections: broker.maxConnections,
        ...(broker.maxConnectionsPerIp > 0
          ? { maxConnectionsPerIp: broker.maxConnectionsPerIp }
          : {}),
        idleCloseMs: serverChannelMaxIdleTimeSeconds * 1000,
        keepProcessAlive: deps.keepProcessAlive ?? false,
      },
      {
        clock: this.clock,
        logger: this.logger,
        turn: this.turn,
        limits: this.limits,
        rpcObserver: deps.rpcObserver,
      },
    );
  }

  private createTopicConfigManager(): TopicConfigManager {
    const { clock, logger } = this;
    return new TopicConfigManager(this.config.broker, {
      clock,
      logger,
      file: this.configFile('topics.json'),
      onTopicsChanged: (topics) => this.brokerOuterApi.registerTopics(topics),
      onTopicDeleted: (topic) => this.pullRequestHoldService.wakeTopic(topic),
    });
  }

  private createConsumerManager(): ConsumerManager {
    const { clock, logger, limits } = this;
    return new ConsumerManager({
      clock,
      logger,
      limits,
      isNotifyEnabled: (group) =>
        this.config.broker.notifyConsumerIdsChangedEnable &&
        (this.subscriptionGroupManager.getSubscriptionGroupConfig(group)
          ?.notifyConsumerIdsChangedEnable ??
          true),
      onConsumerIdsChanged: notifyConsumerIdsChanged,
    });
  }

  private createConsumerOffsetManager(): ConsumerOffsetManager {
    const { clock, logger, limits } = this;
    return new ConsumerOffsetManager(
      {
        clock,
        logger,
        limits,
        file: this.configFile('consumerOffset.json'),
        isMember: (group, connectionId) => this.consumerManager.isMember(group, connectionId),
      },
      this.config.broker.consumerOffsetUpdateVersionStep,
    );
  }

  private createScheduleMessageService(): ScheduleMessageService {
    const { clock, logger, messageStore } = this;
    return new ScheduleMessageService(
      {
        clock,
        logger,
        messageStore,
        file: this.configFile('delayOffset.json'),
        levels: DelayLevels.parse(this.config.store.messageDelayLevel),
      },
      this.config.broker.delayOffsetUpdateVersionStep,
    );
  }

  private createTransactionManager(): TransactionManager {
    const { clock, logger, turn, limits, counters, messageStore } = this;
    const { consumerOffsetManager, producerManager } = this;
    return new TransactionManager({
      clock,
      logger,
      turn,
      limits,
      counters,
      messageStore,
      consumerOffsetManager,
      producerManager,
      settings: this.config.broker,
      fileReservedHours: () => this.config.store.fileReservedTime,
      maxDelayLevel: this.scheduleMessageService.levels.maxLevel,
      storeHost: () => createHostAddress(this.storeHost.host, this.storeHost.port),
    });
  }

  private createOuterApi(): BrokerOuterApi {
    const { clock, logger, counters, topicConfigManager, topicQueueMappingManager } = this;
    return new BrokerOuterApi(this.config.broker, {
      clock,
      logger,
      counters,
      client: this.remotingClient,
      identity: () => this.identity(),
      topics: () => topicConfigManager.topicConfigTable.values(),
      dataVersion: () => topicConfigManager.dataVersion,
      mappings: () => topicQueueMappingManager.detailTable,
      mappingDataVersion: () => topicQueueMappingManager.dataVersion,
      onOrderTopicConfig: (orderTopics) => topicConfigManager.updateOrderTopicConfig(orderTopics),
    });
  }

  private identity(): BrokerIdentity {
    const { brokerClusterName, brokerName, brokerId, brokerIP2 } = this.config.broker;
    const haListenPort = this.config.store.haListenPort || this.listenPort + 1;
    return {
      clusterName: brokerClusterName,
      brokerName,
      brokerId,
      brokerAddr: this.brokerAddr,
      haServerAddr: `${brokerIP2}:${haListenPort}`,
    };
  }

  private configFile(name: string): JsonTableFile {
    const folder = path.join(this.config.store.storePathRootDir, 'config');
    return new JsonTableFile(this.fileSystem, this.clock, path.join(folder, name));
  }

  /** Records hold an address, while a configuration may name a host. */
  private async resolveStoreIp(): Promise<void> {
    if (isIP(this.storeIp)) return;
    this.storeIp = (await lookup(this.storeIp)).address;
  }
}
