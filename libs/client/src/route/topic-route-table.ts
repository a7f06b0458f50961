import { errorMessageOf, type Logger } from '@rocket-nest/common';
import type { TopicRouteData } from '@rocket-nest/remoting';
import { BrokerAddresses } from './broker-addresses';
import { createTopicRoute, type TopicRoute } from './topic-route';

/** Routes held at once; past it the oldest is forgotten and asked for again when needed. */
const MAX_ROUTES = 10_000;
/** Look-ups under way at once while all routes are polled. */
const POLL_CONCURRENCY = 8;

/** The routes of the topics in use, and the broker addresses that follow from them. */
export class TopicRouteTable {
  readonly brokers = new BrokerAddresses();
  private readonly routes = new Map<string, TopicRoute>();
  private readonly lookups = new Map<string, Promise<TopicRoute | undefined>>();
  private readonly listeners = new Set<(topic: string) => void>();

  constructor(
    private readonly lookUp: (topic: string) => Promise<TopicRouteData | undefined>,
    private readonly logger: Logger,
  ) {}

  /** What is known now, without asking. */
  get(topic: string): TopicRoute | undefined {
    return this.routes.get(topic);
  }

  /** Called after a topic's route has changed or was first found. Gives a function that ends it. */
  onChanged(listener: (topic: string) => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  /**
   * Asks the name servers now; calls for one topic share one request. Undefined when they know no
   * such topic (a route known before is kept then: its brokers decide); rejects when none answers.
   */
  refresh(topic: string): Promise<TopicRoute | undefined> {
    const underWay = this.lookups.get(topic);
    if (underWay) return underWay;
    const lookup = this.lookUp(topic)
      .then((data) => (data ? this.store(createTopicRoute(topic, data)) : undefined))
      .finally(() => this.lookups.delete(topic));
    this.lookups.set(topic, lookup);
    return lookup;
  }

  /** Holds a route that was not looked up under this name, such as one taken from TBW102. */
  store(route: TopicRoute): TopicRoute {
    const known = this.routes.get(route.topic);
    if (known?.fingerprint === route.fingerprint) return known;
    this.routes.set(route.topic, route);
    if (this.routes.size > MAX_ROUTES) this.routes.delete(this.routes.keys().next().value!);
    this.brokers.rebuild(this.routes.values());
    for (const listener of this.listeners) listener(route.topic);
    return route;
  }

  /** Asks again for every topic held and for `topics`; failures are logged. */
  async poll(topics: Iterable<string>): Promise<void> {
    const waiting = [...new Set([...this.routes.keys(), ...topics])];
    const worker = async (): Promise<void> => {
      for (let topic = waiting.pop(); topic !== undefined; topic = waiting.pop()) {
        try {
          await this.refresh(topic);
        } catch (error) {
          this.logger.warn(`route of ${topic} not refreshed: ${errorMessageOf(error)}`);
        }
      }
    };
    await Promise.all(Array.from({ length: POLL_CONCURRENCY }, worker));
  }
}
