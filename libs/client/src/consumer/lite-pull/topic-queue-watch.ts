import { errorMessageOf, type Logger, type MessageQueue } from '@rocket-nest/common';
import { messageQueueKey } from '../../route/message-queues';
import type { TopicRouteTable } from '../../route/topic-route-table';

/** Hears of the readable queues of a topic after they have changed. */
export type TopicMessageQueueChangeListener = (
  topic: string,
  queues: readonly MessageQueue[],
) => void;

interface Watched {
  readonly listener: TopicMessageQueueChangeListener;
  known: string | undefined;
}

/** Tells listeners when the queues of their topics change, whoever consumes them. */
export class TopicQueueWatch {
  private readonly watched = new Map<string, Watched>();
  private readonly end: () => void;

  constructor(
    private readonly routes: TopicRouteTable,
    private readonly logger: Logger,
  ) {
    this.end = routes.onChanged((topic) => this.look(topic));
  }

  /** The topics to keep routes of. */
  get topics(): Iterable<string> {
    return this.watched.keys();
  }

  /** What is known of the topic now does not count as a change. */
  add(topic: string, listener: TopicMessageQueueChangeListener): void {
    this.watched.set(topic, { listener, known: this.textOf(topic) });
  }

  stop(): void {
    this.end();
  }

  private look(topic: string): void {
    const entry = this.watched.get(topic);
    const text = this.textOf(topic);
    if (!entry || entry.known === text) return;
    entry.known = text;
    try {
      entry.listener(topic, this.routes.get(topic)?.subscribeQueues ?? []);
    } catch (error) {
      this.logger.error(`the queue listener of topic ${topic} threw: ${errorMessageOf(error)}`);
    }
  }

  private textOf(topic: string): string | undefined {
    return this.routes.get(topic)?.subscribeQueues.map(messageQueueKey).join('\n\n');
  }
}
