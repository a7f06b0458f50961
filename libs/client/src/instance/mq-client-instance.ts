import { errorMessageOf } from '@rocket-nest/common';
import type { HeartbeatData } from '@rocket-nest/remoting';
import { AdminApi } from '../api/admin-api';
import { AuthApi } from '../api/auth-api';
import { ConsumerApi } from '../api/consumer-api';
import { GroupAdminApi } from '../api/group-admin-api';
import { MembershipApi } from '../api/membership-api';
import { NameServerApi } from '../api/name-server-api';
import { NameServerAddressSource } from '../api/name-server-address-source';
import { PullApi } from '../api/pull-api';
import { QueueApi } from '../api/queue-api';
import { SendApi } from '../api/send-api';
import { TransactionApi } from '../api/transaction-api';
import type { ClientSettings } from '../config/client-options';
import { ClientError } from '../errors/client-error';
import { BrokerRequestProcessor } from './broker-request-processor';
import type { ClientEnvironment } from './client-environment';
import type { ConsumerMember, ProducerMember } from './client-members';
import { HeartbeatService } from './heartbeat-service';
import { PendingReplies } from '../producer/request-reply/pending-replies';
import { RoutePoller } from '../route/route-poller';
import { TopicRouteTable } from '../route/topic-route-table';
import type { ClientTransport } from '../transport/client-transport';
import { RpcClient } from '../transport/rpc-client';

/**
 * What all producers and consumers of one client id share: connections, routes, heartbeats and the
 * answers to what brokers ask.
 */
export class MQClientInstance {
  readonly nameServers: NameServerApi;
  readonly routes: TopicRouteTable;
  readonly heartbeats: HeartbeatService;
  readonly membershipApi: MembershipApi;
  readonly consumerApi: ConsumerApi;
  readonly pullApi: PullApi;
  readonly queueApi: QueueApi;
  readonly sendApi: SendApi;
  readonly transactionApi: TransactionApi;
  readonly adminApi: AdminApi;
  readonly groupAdminApi: GroupAdminApi;
  readonly authApi: AuthApi;
  readonly replies = new PendingReplies();
  private readonly addressSource: NameServerAddressSource | undefined;
  private readonly transport: ClientTransport;
  private readonly rpc: RpcClient;
  private readonly poller: RoutePoller;
  private readonly producers = new Map<string, ProducerMember>();
  private readonly consumers = new Map<string, ConsumerMember>();

  constructor(
    readonly clientId: string,
    readonly settings: ClientSettings,
    readonly environment: ClientEnvironment,
  ) {
    const { clock, logger, random } = environment;
    const timeoutMs = settings.mqClientApiTimeoutMs;
    this.transport = environment.createTransport(settings);
    this.rpc = new RpcClient(this.transport, settings.addressMapper, settings.rpcHooks);
    // Their addresses are those that the user knows.
    const unmapped = new RpcClient(this.transport, undefined, settings.rpcHooks);
    this.nameServers = new NameServerApi(settings.namesrvAddr, unmapped, timeoutMs, random);
    this.addressSource = this.createAddressSource();
    this.membershipApi = new MembershipApi(this.rpc, timeoutMs);
    this.consumerApi = new ConsumerApi(this.rpc, timeoutMs);
    this.pullApi = new PullApi(this.rpc);
    this.queueApi = new QueueApi(this.rpc, timeoutMs);
    this.sendApi = new SendApi(this.rpc);
    this.transactionApi = new TransactionApi(this.rpc, timeoutMs);
    this.adminApi = new AdminApi(this.rpc, timeoutMs);
    this.groupAdminApi = new GroupAdminApi(this.rpc, timeoutMs);
    this.authApi = new AuthApi(this.rpc, timeoutMs);
    this.routes = new TopicRouteTable((topic) => this.nameServers.topicRoute(topic), logger);
    this.poller = new RoutePoller(
      this.routes,
      () => this.subscribedTopics(),
      settings.pollNameServerIntervalMs,
      clock,
    );
    this.heartbeats = new HeartbeatService(
      this.membershipApi,
      this.routes.brokers,
      () => this.heartbeatData(),
      settings.heartbeatBrokerIntervalMs,
      clock,
      logger,
    );
  }

  start(): void {
    this.addressSource?.start();
    this.poller.start();
    this.heartbeats.start();
    this.routes.onChanged((topic) => this.routeChanged(topic));
    this.transport.onConnectionClosed((address) => this.connectionClosed(address));
    const processor = new BrokerRequestProcessor({
      consumers: this.consumers,
      producers: this.producers,
      replies: this.replies,
      clock: this.environment.clock,
      logger: this.environment.logger,
    });
    for (const code of processor.codes) {
      this.transport.registerProcessor(code, (connection, request) =>
        processor.process(connection, request),
      );
    }
  }

  async shutdown(): Promise<void> {
    this.addressSource?.stop();
    this.poller.stop();
    this.heartbeats.stop();
    await this.transport.shutdown();
  }

  registerProducer(producer: ProducerMember): void {
    const { producerGroup } = producer;
    if (this.producers.has(producerGroup)) throw this.groupInUse('producer', producerGroup);
    this.producers.set(producerGroup, producer);
  }

  registerConsumer(consumer: ConsumerMember): void {
    const { consumerGroup } = consumer;
    if (this.consumers.has(consumerGroup)) throw this.groupInUse('consumer', consumerGroup);
    this.consumers.set(consumerGroup, consumer);
  }

  async unregisterProducer(producerGroup: string): Promise<void> {
    if (this.producers.delete(producerGroup)) await this.unregister({ producerGroup });
  }

  async unregisterConsumer(consumerGroup: string): Promise<void> {
    if (this.consumers.delete(consumerGroup)) await this.unregister({ consumerGroup });
  }

  /** Asks for routes that subscriptions need and that are not known, until they are. */
  findMissingRoutes(): Promise<void> {
    return this.poller.findMissing();
  }

  /** Only where no addresses were given. */
  private createAddressSource(): NameServerAddressSource | undefined {
    const { namesrvAddr, nameServerAddressUrl } = this.settings;
    if (namesrvAddr !== '' || nameServerAddressUrl === undefined) return undefined;
    const { clock, logger } = this.environment;
    const take = (list: string): void => this.nameServers.updateAddresses(list);
    const source = new NameServerAddressSource(nameServerAddressUrl, take, clock, logger);
    this.nameServers.useSource(source);
    return source;
  }

  private subscribedTopics(): string[] {
    return [...this.consumers.values()].flatMap((consumer) => [...consumer.topics()]);
  }

  private heartbeatData(): HeartbeatData {
    return {
      clientID: this.clientId,
      producerDataSet: [...this.producers.keys()].map((groupName) => ({ groupName })),
      consumerDataSet: [...this.consumers.values()].map((consumer) => consumer.consumerData()),
      heartbeatFingerprint: 0,
      withoutSub: false,
    };
  }

  private routeChanged(topic: string): void {
    if (this.consumers.size + this.producers.size === 0) return;
    // A broker names the members of a group once it has heard of it.
    void this.heartbeats.greetNew().then(() => {
      for (const consumer of this.consumers.values()) {
        for (const subscribed of consumer.topics()) {
          if (subscribed === topic) consumer.rebalanceSoon();
        }
      }
    });
  }

  private connectionClosed(address: string): void {
    for (const broker of this.routes.brokers.all()) {
      if (this.rpc.reachable(broker.address) === address) {
        this.heartbeats.connectionClosed(broker.address);
      }
    }
  }

  private async unregister(groups: {
    producerGroup?: string;
    consumerGroup?: string;
  }): Promise<void> {
    const brokers = this.routes.brokers.all();
    await Promise.all(
      brokers.map(async ({ address, brokerName }) => {
        try {
          await this.membershipApi.unregister(address, this.clientId, groups);
        } catch (error) {
          const { logger } = this.environment;
          logger.debug(`not unregistered at ${brokerName}: ${errorMessageOf(error)}`);
        }
      }),
    );
  }

  private groupInUse(kind: string, group: string): ClientError {
    return new ClientError(
      'GROUP_ILLEGAL',
      `the ${kind} group ${group} is in use in client ${this.clientId}: give one of the two another ` +
        'instanceName, or another registry',
    );
  }
}
