import type { Logger } from '@rocket-nest/common';
import type { NameServerApi } from '../api/name-server-api';
import { ClientError } from '../errors/client-error';
import { createTopicRoute, type TopicRoute } from '../route/topic-route';
import type { TopicRouteTable } from '../route/topic-route-table';

/** Finds where a topic's messages go, also when the topic is only made by the first one. */
export class PublishRouteFinder {
  constructor(
    private readonly routes: TopicRouteTable,
    private readonly nameServers: NameServerApi,
    private readonly createTopicKey: string,
    private readonly defaultTopicQueueNums: number,
    private readonly logger: Logger,
  ) {}

  /** Asks the name servers; rejects with NO_ROUTE when they know neither topic nor default topic. */
  async find(topic: string): Promise<TopicRoute> {
    const own = await this.routes.refresh(topic);
    if (own && own.publishQueues.length > 0) return own;
    if (own) {
      throw new ClientError(
        'NO_WRITABLE_QUEUE',
        `topic ${topic} has no queue that may be written: check its permission and that a master ` +
          'of its brokers runs',
      );
    }
    return this.fromDefaultTopic(topic);
  }

  /** A broker that makes topics on demand shows it by the route of the default topic. */
  private async fromDefaultTopic(topic: string): Promise<TopicRoute> {
    const defaults = await this.routes.refresh(this.createTopicKey);
    const route = defaults && createTopicRoute(topic, this.limitQueues(defaults));
    if (!route || route.publishQueues.length === 0) {
      throw new ClientError(
        'NO_ROUTE',
        `no route for topic ${topic}: the name server ${this.nameServers.description} knows it ` +
          'not; create it, or enable autoCreateTopicEnable on the brokers',
      );
    }
    this.logger.debug(`topic ${topic} has no route yet: using that of ${this.createTopicKey}`);
    return this.routes.store(route);
  }

  private limitQueues({ data }: TopicRoute): TopicRoute['data'] {
    const queueDatas = data.queueDatas.map((queueData) => {
      const count = Math.min(this.defaultTopicQueueNums, queueData.readQueueNums);
      return { ...queueData, readQueueNums: count, writeQueueNums: count };
    });
    return { ...data, queueDatas };
  }
}
