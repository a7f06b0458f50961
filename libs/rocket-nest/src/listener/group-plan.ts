import type { MessageSelector } from '@rocket-nest/client';
import type { MessageExt } from '@rocket-nest/common';
import { RocketConfigError } from '../errors/rocket-config-error';
import type { BoundListener, ResolvedListenerOptions } from './listener-definition';
import { joinTagExpressions, tagsOf } from './tag-expression';

/** Options that all listeners of one group must agree on, because they share one consumer. */
const SHARED_OPTIONS = [
  'consumeMode',
  'messageModel',
  'batch',
  'consumeMessageBatchMaxSize',
  'consumeFromWhere',
  'consumeTimestampMs',
  'maxReconsumeTimes',
  'pullBatchSize',
  'consumeTimeoutMs',
  'suspendCurrentQueueTimeMs',
] as const satisfies readonly (keyof ResolvedListenerOptions)[];

interface Route {
  readonly tags: Set<string> | undefined;
  readonly listener: BoundListener;
}

/**
 * The listeners of one consumer group: which topics and tags their common consumer subscribes to and
 * which of them handles a message.
 */
export class GroupPlan {
  private readonly routes = new Map<string, Route[]>();

  constructor(
    readonly consumerGroup: string,
    readonly listeners: readonly BoundListener[],
  ) {
    for (const listener of listeners) this.add(listener);
  }

  /** Options shared by the group. */
  get options(): ResolvedListenerOptions {
    const [first] = this.listeners;
    if (!first) throw new Error('a group plan has at least one listener');
    return first.options;
  }

  get isOrderly(): boolean {
    return this.options.consumeMode === 'ORDERLY';
  }

  /** Topic -> tag expression or another selector. */
  subscriptions(): Map<string, string | MessageSelector> {
    const result = new Map<string, string | MessageSelector>();
    for (const [topic, routes] of this.routes) {
      const [{ selectorType, selectorExpression = '' }] = routes.map(
        (route) => route.listener.options,
      ) as [ResolvedListenerOptions];
      const expressions = routes.map((route) => route.listener.options.selectorExpression);
      result.set(
        topic,
        selectorType === 'SQL92'
          ? { type: 'SQL92', expression: selectorExpression }
          : joinTagExpressions(expressions),
      );
    }
    return result;
  }

  /** The listener of a message; a retried message is found by its original topic. */
  listenerOf(message: MessageExt): BoundListener | undefined {
    const { properties } = message;
    const routes =
      this.routes.get(message.topic) ?? this.routes.get(properties.get('RETRY_TOPIC') ?? '');
    if (!routes) return undefined;
    const [first] = routes;
    if (!first?.tags) return first?.listener;
    const tag = properties.get('TAGS') ?? '';
    return routes.find((route) => route.tags?.has(tag))?.listener;
  }

  private add(listener: BoundListener): void {
    this.refuseContradiction(listener);
    const { topic, selectorExpression, selectorType } = listener.options;
    const tags = selectorType === 'SQL92' ? undefined : tagsOf(selectorExpression);
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

  private refuseContradiction(listener: BoundListener): void {
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
