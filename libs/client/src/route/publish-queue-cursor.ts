import type { MessageQueue } from '@rocket-nest/common';
import type { TopicRoute } from './topic-route';

/** Turns through the writable queues of each topic, and on after a failure to another broker. */
export class PublishQueueCursor {
  private readonly positions = new WeakMap<TopicRoute, { next: number }>();

  constructor(private readonly start: (below: number) => number) {}

  /**
   * The next queue in turn, not of `avoidBroker` and of a broker that is available, as far as there
   * are such queues; undefined when the topic has no writable queue.
   */
  next(
    route: TopicRoute,
    avoidBroker?: string,
    isAvailable?: (brokerName: string) => boolean,
  ): MessageQueue | undefined {
    const queues = route.publishQueues;
    if (queues.length === 0) return undefined;
    const position = this.positionOf(route);
    const find = (wanted: (brokerName: string) => boolean): MessageQueue | undefined => {
      for (let step = 0; step < queues.length; step++) {
        const queue = queues[position.next++ % queues.length];
        if (wanted(queue.brokerName)) return queue;
      }
      return undefined;
    };
    const isOther = (brokerName: string): boolean => brokerName !== avoidBroker;
    if (isAvailable) {
      const chosen = find((name) => isOther(name) && isAvailable(name));
      if (chosen) return chosen;
    }
    const other = avoidBroker === undefined ? undefined : find(isOther);
    return other ?? queues[position.next++ % queues.length];
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
