import type { MessageQueue } from '@rocket-nest/common';
import type { TopicRoute } from './topic-route';

/** Turns through the writable queues of each topic, and on after a failure to another broker. */
export class PublishQueueCursor {
  private readonly positions = new WeakMap<TopicRoute, { next: number }>();

  constructor(private readonly start: (below: number) => number) {}

  /**
   * The next queue in turn, not of `avoidBroker` when there is another one; undefined when the topic
   * has no writable queue.
   */
  next(route: TopicRoute, avoidBroker?: string): MessageQueue | undefined {
    const queues = route.publishQueues;
    if (queues.length === 0) return undefined;
    const position = this.positionOf(route);
    for (let step = 0; avoidBroker !== undefined && step < queues.length; step++) {
      const queue = queues[position.next++ % queues.length];
      if (queue.brokerName !== avoidBroker) return queue;
    }
    return queues[position.next++ % queues.length];
  }

  private positionOf(route: TopicRoute): { next: number } {
    let position = this.positions.get(route);
    if (!position) {
      position = { next: this.start(route.publishQueues.length) };
      this.positions.set(route, position);
    }
    return position;
  }
}
