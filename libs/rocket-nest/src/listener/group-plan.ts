import type { MessageExt } from '@rocket-nest/common';
import type { RocketListenerOptions } from '../decorators/rocket-listener-options';
import { RocketConfigError } from '../errors/rocket-config-error';
import type { ListenerDefinition } from './listener-definition';
import { joinTagExpressions, tagsOf } from './tag-expression';

/** Options that all listeners of one group must agree on, because they share one consumer. */
const SHARED_OPTIONS = [
  'consumeMode',
  'messageModel',
  'consumeFromWhere',
  'consumeTimestampMs',
  'concurrency',
  'maxReconsumeTimes',
  'pullBatchSize',
  'consumeTimeoutMs',
] as const satisfies readonly (keyof RocketListenerOptions)[];

interface Route {
  readonly tags: Set<string> | undefined;
  readonly listener: ListenerDefinition;
}

/**
 * The listeners of one consumer group: which topics and tags their common consumer subscribes to and
 * which of them handles a message.
 */
export class GroupPlan {
  private readonly routes = new Map<string, Route[]>();

  constructor(
    readonly consumerGroup: string,
    readonly listeners: readonly ListenerDefinition[],
  ) {
    for (const listener of listeners) this.add(listener);
  }

  /** Options shared by the group. */
  get options(): RocketListenerOptions {
    const [first] = this.listeners;
    if (!first) throw new Error('a group plan has at least one listener');
    return first.options;
  }

  /** Topic -> tag expression. */
  subscriptions(): Map<string, string> {
    const result = new Map<string, string>();
    for (const [topic, routes] of this.routes) {
      const expressions = routes.map((route) => route.listener.options.selectorExpression);
      result.set(topic, joinTagExpressions(expressions));
    }
    return result;
  }

  /** The listener of a message; a retried message is found by its original topic. */
  listenerOf(message: MessageExt): ListenerDefinition | undefined {
    const topic = message.properties.get('RETRY_TOPIC') ?? message.topic;
    const tag = message.properties.get('TAGS') ?? '';
    const routes = this.routes.get(message.topic) ?? this.routes.get(topic);
    return routes?.find((route) => !route.tags || route.tags.has(tag))?.listener;
  }

  private add(listener: ListenerDefinition): void {
    this.refuseContradiction(listener);
    const { topic, selectorExpression } = listener.options;
    const tags = tagsOf(selectorExpression);
    const routes = this.routes.get(topic) ?? [];
    for (const other of routes) {
      const overlap = !tags || !other.tags || [...tags].some((tag) => other.tags?.has(tag));
      if (overlap) {
        throw new RocketConfigError(
          `${listener.place} and ${other.listener.place} both take messages of topic '${topic}' in ` +
            `consumer group '${this.consumerGroup}' with overlapping tags; ` +
            'give one of them another consumerGroup, or tags that the other does not take',
        );
      }
    }
    routes.push({ tags, listener });
    this.routes.set(topic, routes);
  }

  private refuseContradiction(listener: ListenerDefinition): void {
    const [first] = this.listeners;
    if (!first || first === listener) return;
    for (const key of SHARED_OPTIONS) {
      if (first.options[key] === listener.options[key]) continue;
      throw new RocketConfigError(
        `${first.place} and ${listener.place} share consumer group '${this.consumerGroup}' but differ ` +
          `in '${key}' (${String(first.options[key])} and ${String(listener.options[key])}); ` +
          'make them equal or use two groups',
      );
    }
  }
}
