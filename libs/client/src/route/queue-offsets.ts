import { withNamespace, type MessageQueue } from '@rocket-nest/common';
import type { BoundaryType } from '../api/queue-api';
import { ClientError } from '../errors/client-error';
import type { MQClientInstance } from '../instance/mq-client-instance';
import type { TopicRoute } from './topic-route';

/** Asks for queues and their offsets; topics are taken with or without the namespace. */
export class QueueOffsets {
  constructor(
    private readonly instance: MQClientInstance,
    private readonly namespace: string | undefined,
  ) {}

  /** Writable queues. Rejects with NO_ROUTE for an unknown topic. */
  async publishQueues(topic: string): Promise<readonly MessageQueue[]> {
    return (await this.route(topic)).publishQueues;
  }

  /** Readable queues. Rejects with NO_ROUTE for an unknown topic. */
  async subscribeQueues(topic: string): Promise<readonly MessageQueue[]> {
    return (await this.route(topic)).subscribeQueues;
  }

  /** The offset of the oldest message that the queue still has. */
  async min(queue: MessageQueue): Promise<number> {
    const { address, wired } = await this.locate(queue);
    return this.instance.queueApi.minOffset(address, wired);
  }

  /** The offset that the queue's next message gets. */
  async max(queue: MessageQueue): Promise<number> {
    const { address, wired } = await this.locate(queue);
    return this.instance.queueApi.maxOffset(address, wired);
  }

  /** The offset of the first message stored at `timestampMs` or later. */
  async search(
    queue: MessageQueue,
    timestampMs: number,
    boundary: BoundaryType = 'LOWER',
  ): Promise<number> {
    const { address, wired } = await this.locate(queue);
    return this.instance.queueApi.searchOffset(address, wired, timestampMs, boundary);
  }

  /** The topic's route, asked for now. Rejects with NO_ROUTE. */
  async route(topic: string): Promise<TopicRoute> {
    const route = await this.instance.routes.refresh(withNamespace(this.namespace, topic));
    if (route) return route;
    throw new ClientError(
      'NO_ROUTE',
      `no route for topic ${topic}: the name server ${this.instance.nameServers.description} ` +
        'knows it not; create it first',
    );
  }

  /** The queue with its namespace, and its master. Rejects with NO_ROUTE or BROKER_NOT_FOUND. */
  async locate(queue: MessageQueue): Promise<{ address: string; wired: MessageQueue }> {
    const { brokers } = this.instance.routes;
    const { brokerName } = queue;
    if (brokers.masterOf(brokerName) === undefined) await this.route(queue.topic);
    const address = brokers.masterOf(brokerName);
    if (address === undefined) {
      throw new ClientError('BROKER_NOT_FOUND', `broker ${brokerName} has no master now`);
    }
    return { address, wired: { ...queue, topic: withNamespace(this.namespace, queue.topic) } };
  }
}
