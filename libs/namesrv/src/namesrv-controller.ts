import type { Clock, FileSystem, Logger, Timer } from '@rocket-nest/common';
import { EventLoopTurn, Limits, realSetTimeout } from '@rocket-nest/common/internal';
import { RemotingClient, RemotingServer, type RpcObserver } from '@rocket-nest/remoting';
import { KeyedSequence } from './background/keyed-sequence';
import type { NamesrvConfig } from './config/namesrv-config';
import { KVConfigManager } from './kvconfig/kv-config-manager';
import { DEFAULT_NAMESRV_LIMITS, type NamesrvLimits } from './namesrv-limits';
import type { NamesrvProcessors } from './namesrv-processors';
import { MinBrokerIdNotifier } from './outer/min-broker-id-notifier';
import { BrokerLifecycleProcessor } from './processor/broker-lifecycle-processor';
import { ClusterProcessor } from './processor/cluster-processor';
import { KVConfigProcessor } from './processor/kv-config-processor';
import { NamesrvConfigProcessor } from './processor/namesrv-config-processor';
import { RegisterBrokerProcessor } from './processor/register-broker-processor';
import { TopicAdminProcessor } from './processor/topic-admin-processor';
import { TopicListProcessor } from './processor/topic-list-processor';
import { TopicRouteProcessor } from './processor/topic-route-processor';
import { RequestDispatcher } from './request-dispatcher';
import { createRequestTable } from './request-table';
import { RouteInfoManager } from './route/route-info-manager';

export interface NamesrvControllerDeps {
  readonly fileSystem: FileSystem;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Default: one of its own. */
  readonly limits?: Limits;
  readonly turn?: EventLoopTurn;
  /** Told how long requests took. */
  readonly rpcObserver?: RpcObserver | undefined;
}

export interface NamesrvControllerOptions {
  readonly limits?: NamesrvLimits;
  /** Whether the listening socket keeps the process alive. Default false. */
  readonly keepProcessAlive?: boolean;
}

/** A name server: its parts, put together, and their start and end. */
export class NamesrvController {
  readonly limits: Limits;
  readonly routeInfoManager: RouteInfoManager;
  readonly kvConfigManager: KVConfigManager;
  readonly remotingServer: RemotingServer;
  /** To brokers; only where they are told something. */
  private readonly remotingClient: RemotingClient | undefined;
  private scan: Timer | undefined;

  constructor(
    readonly config: NamesrvConfig,
    private readonly deps: NamesrvControllerDeps,
    options: NamesrvControllerOptions = {},
  ) {
    const { clock, logger, fileSystem, turn = new EventLoopTurn() } = deps;
    const namesrvLimits = options.limits ?? DEFAULT_NAMESRV_LIMITS;
    const limits = (this.limits = deps.limits ?? new Limits());
    this.remotingClient = config.notifyMinBrokerIdChanged
      ? new RemotingClient({}, { clock, logger, turn, limits })
      : undefined;
    const notifier = this.remotingClient && new MinBrokerIdNotifier(this.remotingClient, logger);
    const onMinBrokerIdChanged = notifier && notifier.notify.bind(notifier);
    const routeDeps = { clock, logger, limits, onMinBrokerIdChanged };
    this.routeInfoManager = new RouteInfoManager(config, routeDeps, namesrvLimits);
    const kvDeps = { fileSystem, logger, limits };
    this.kvConfigManager = new KVConfigManager(config.kvConfigPath, kvDeps, namesrvLimits);
    this.remotingServer = new RemotingServer(
      {
        host: config.bindAddress,
        ports: [config.listenPort],
        maxConnections: config.maxConnections,
        idleCloseMs: config.serverChannelMaxIdleTimeSeconds * 1000,
        keepProcessAlive: options.keepProcessAlive,
      },
      { clock, logger, turn, limits, rpcObserver: deps.rpcObserver },
    );
    const table = createRequestTable(this.createProcessors(namesrvLimits));
    const dispatcher = new RequestDispatcher(table, logger);
    this.remotingServer.onRequest((connection, request) => dispatcher.handle(connection, request));
    this.remotingServer.onConnectionEvent({
      closed: (connection) => void this.routeInfoManager.onConnectionClosed(connection),
    });
  }

  /** The port bound; the configured one, or the one found for 0. Valid once started. */
  get listenPort(): number {
    return this.remotingServer.ports[0];
  }

  /** Reads what is kept on disk. Throws when it cannot be used. */
  initialize(): void {
    this.kvConfigManager.load();
  }

  /** Resolves once the port is open; rejects with BIND_FAILED. */
  async start(): Promise<void> {
    await this.remotingServer.start();
    this.scan = this.deps.clock.every(this.config.scanNotActiveBrokerInterval, () => {
      this.routeInfoManager.scanNotActiveBrokers();
    });
    const { bindAddress } = this.config;
    this.deps.logger.info('name server listens', { bindAddress, port: this.listenPort });
  }

  async shutdown(): Promise<void> {
    this.scan?.cancel();
    const { enableShutdownGracefully, shutdownWaitTimeSeconds } = this.config;
    if (enableShutdownGracefully) {
      this.remotingServer.goAway();
      const waitMs = shutdownWaitTimeSeconds * 1000;
      await new Promise<void>((resolve) => realSetTimeout(resolve, waitMs));
    }
    await this.remotingServer.shutdown();
    await this.remotingClient?.shutdown();
    await this.kvConfigManager.shutdown();
  }

  private createProcessors(limits: NamesrvLimits): NamesrvProcessors {
    const {
      config,
      routeInfoManager: routes,
      kvConfigManager: kvConfigs,
      limits: limitHits,
    } = this;
    const { clock, logger } = this.deps;
    const sequence = new KeyedSequence();
    const registerDeps = { routes, kvConfigs, clock, sequence, limits, limitHits };
    return {
      register: new RegisterBrokerProcessor(config, registerDeps),
      lifecycle: new BrokerLifecycleProcessor(routes, sequence),
      route: new TopicRouteProcessor(config, routes, kvConfigs, clock),
      topics: new TopicAdminProcessor(routes),
      lists: new TopicListProcessor(config, routes),
      cluster: new ClusterProcessor(routes),
      kvConfig: new KVConfigProcessor(kvConfigs),
      config: new NamesrvConfigProcessor(config, logger),
    };
  }
}
