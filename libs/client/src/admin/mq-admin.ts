import {
  createTopicConfig,
  decodeMessageId,
  isOffsetMessageId,
  keysOf,
  validateTopic,
  withNamespace,
  type MessageExt,
  type MessageQueue,
  type TopicConfig,
} from '@rocket-nest/common';
import type { ClusterInfo, TopicRouteData, TopicStatsTable } from '@rocket-nest/remoting';
import type { MessageQuery } from '../api/admin-api';
import type { BoundaryType } from '../api/queue-api';
import {
  clientSettings,
  type ClientDependencies,
  type ClientOptions,
} from '../config/client-options';
import { ClientError } from '../errors/client-error';
import { ClientRegistry } from '../instance/client-registry';
import type { MQClientInstance } from '../instance/mq-client-instance';
import { QueueOffsets } from '../route/queue-offsets';
import { AccessAdmin } from './access-admin';
import { mastersOf, type AdminContext } from './admin-context';
import { GroupAdmin } from './group-admin';

const MASTER_ID = 0;

/** Where a topic is made, and how. */
export interface CreateTopicOptions extends Partial<Omit<TopicConfig, 'topicName'>> {
  /** On the masters of this cluster. Default: of all clusters. */
  clusterName?: string;
}

/** Looks after topics, groups and access, and finds messages and offsets. */
export class MQAdmin {
  readonly groups: GroupAdmin;
  readonly access: AccessAdmin;
  private readonly context: AdminContext;
  private readonly registry: ClientRegistry;
  private instance: MQClientInstance | undefined;

  constructor(
    private readonly options: ClientOptions,
    dependencies: ClientDependencies = {},
  ) {
    this.registry = dependencies.registry ?? new ClientRegistry(dependencies);
    const running = (): MQClientInstance => this.running;
    this.context = {
      namespace: options.namespace,
      get instance() {
        return running();
      },
    };
    this.groups = new GroupAdmin(this.context, (topic, cluster) =>
      this.deleteTopic(topic, cluster),
    );
    this.access = new AccessAdmin(this.context);
  }

  start(): Promise<void> {
    this.instance ??= this.registry.acquire(clientSettings(this.options));
    return Promise.resolve();
  }

  async shutdown(): Promise<void> {
    const { instance } = this;
    this.instance = undefined;
    if (instance) await this.registry.release(instance);
  }

  /**
   * Makes a topic, or changes it, on the masters of a cluster. Default: 16 queues to write and to
   * read on each, readable and writable.
   */
  async createTopic(topicName: string, options: CreateTopicOptions = {}): Promise<void> {
    const problem = validateTopic(topicName);
    if (problem) throw new ClientError('TOPIC_ILLEGAL', problem.message);
    const { clusterName, ...config } = options;
    const topicConfig = createTopicConfig(withNamespace(this.options.namespace, topicName), config);
    const masters = await mastersOf(this.context, clusterName, `creating topic ${topicName}`);
    const { adminApi } = this.running;
    await Promise.all(masters.map((master) => adminApi.createTopic(master, topicConfig, 'TBW102')));
  }

  /** Deletes a topic on the masters of a cluster (default: of all), and at the name servers. */
  async deleteTopic(topic: string, clusterName?: string): Promise<void> {
    const name = withNamespace(this.options.namespace, topic);
    const { adminApi, nameServers } = this.running;
    const masters = await mastersOf(this.context, clusterName, `deleting topic ${topic}`);
    await Promise.all(masters.map((master) => adminApi.deleteTopic(master, name)));
    await nameServers.deleteTopic(name, clusterName);
  }

  /** Every topic that a name server knows, with namespace; topics of the system included. */
  fetchAllTopicList(): Promise<readonly string[]> {
    return this.running.nameServers.topicNames();
  }

  /** Where the queues of a topic begin and end, and when they were last written. */
  async topicStats(topic: string): Promise<TopicStatsTable> {
    const route = await this.offsets.route(topic);
    const { brokers } = this.running.routes;
    const masters = route.data.brokerDatas.flatMap(({ brokerName }) => {
      const master = brokers.masterOf(brokerName);
      return master === undefined ? [] : [master];
    });
    const { adminApi } = this.running;
    const found = await Promise.all(masters.map((at) => adminApi.topicStats(at, route.topic)));
    return {
      offsetTable: found.flatMap((stats) => stats.offsetTable),
      topicPutTps: found.reduce((sum, stats) => sum + stats.topicPutTps, 0),
    };
  }

  clusterInfo(): Promise<ClusterInfo> {
    return this.running.nameServers.clusterInfo();
  }

  /** The topic's route as a name server has it now, undefined when there is none. */
  topicRoute(topic: string): Promise<TopicRouteData | undefined> {
    return this.running.nameServers.topicRoute(withNamespace(this.options.namespace, topic));
  }

  /** Writable queues. Rejects with NO_ROUTE for an unknown topic. */
  fetchPublishMessageQueues(topic: string): Promise<readonly MessageQueue[]> {
    return this.offsets.publishQueues(topic);
  }

  /** Readable queues. Rejects with NO_ROUTE for an unknown topic. */
  fetchSubscribeMessageQueues(topic: string): Promise<readonly MessageQueue[]> {
    return this.offsets.subscribeQueues(topic);
  }

  /** The offset of the oldest message that the queue still has. */
  minOffset(queue: MessageQueue): Promise<number> {
    return this.offsets.min(queue);
  }

  /** The offset that the queue's next message gets. */
  maxOffset(queue: MessageQueue): Promise<number> {
    return this.offsets.max(queue);
  }

  /** The offset of the first message stored at `timestampMs` or later. */
  searchOffset(
    queue: MessageQueue,
    timestampMs: number,
    boundary: BoundaryType = 'LOWER',
  ): Promise<number> {
    return this.offsets.search(queue, timestampMs, boundary);
  }

  /** The group's stored offset of the queue, undefined when none is stored. */
  async consumerOffset(consumerGroup: string, queue: MessageQueue): Promise<number | undefined> {
    const { address, wired } = await this.offsets.locate(queue);
    const group = withNamespace(this.options.namespace, consumerGroup);
    return this.running.consumerApi.queryOffset(address, group, wired);
  }

  /** A message by its offset message id, or by its unique key. Rejects with NOT_FOUND. */
  async viewMessage(topic: string, msgId: string): Promise<MessageExt> {
    const [byKey] = await this.queryMessages({ topic, key: msgId, indexType: 'U', maxNum: 32 });
    if (byKey) return byKey;
    if (isOffsetMessageId(msgId)) {
      const { address, offset } = decodeMessageId(msgId);
      return this.running.adminApi.viewMessage(
        address,
        withNamespace(this.options.namespace, topic),
        offset,
      );
    }
    throw new ClientError('NOT_FOUND', `topic ${topic} has no message ${msgId}`);
  }

  /** Messages of a topic by key, unique key or tag, from all its brokers, newest first. */
  async queryMessages(query: MessageQuery): Promise<MessageExt[]> {
    const topic = withNamespace(this.options.namespace, query.topic);
    const { data } = await this.offsets.route(query.topic);
    const addresses = data.brokerDatas.flatMap((broker) => {
      const address = broker.brokerAddrs?.get(MASTER_ID) ?? [...(broker.brokerAddrs ?? [])][0]?.[1];
      return address === undefined ? [] : [{ address, brokerName: broker.brokerName }];
    });
    const found = await Promise.all(
      addresses.map(async ({ address, brokerName }) => {
        const messages = await this.running.adminApi.queryMessages(address, { ...query, topic });
        for (const message of messages) message.brokerName = brokerName;
        return messages;
      }),
    );
    return found
      .flat()
      .filter((message) => isMatch(message, topic, query))
      .sort((a, b) => b.storeTimestamp - a.storeTimestamp)
      .slice(0, query.maxNum ?? 32);
  }

  private get offsets(): QueueOffsets {
    return new QueueOffsets(this.running, this.options.namespace);
  }

  private get running(): MQClientInstance {
    if (this.instance) return this.instance;
    throw new ClientError('NOT_RUNNING', 'the admin client is not running: call start() first');
  }
}

/** The broker's index is by hash: what it finds is compared with what was asked for. */
function isMatch(message: MessageExt, topic: string, { key, indexType }: MessageQuery): boolean {
  if (message.topic !== topic) return false;
  switch (indexType) {
    case 'U':
      return message.msgId === key;
    case 'T':
      return message.properties.get('TAGS') === key;
    default:
      return keysOf(message).includes(key);
  }
}
