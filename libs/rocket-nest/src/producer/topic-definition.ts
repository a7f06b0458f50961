import { RocketConfigError } from '../errors/rocket-config-error';
import type { MessageSerializer } from '../serialization/message-serializer';
import type { StandardSchema } from '../serialization/standard-schema';

/** What senders and listeners of a topic agree on. */
export interface TopicDefinitionInit<T> {
  topic: string;
  /** The tag of these messages. Default: none for a sender, all for a listener. */
  tag?: string;
  /**
   * Checks payloads on both sides: a send that does not fit is rejected, a message that does not fit
   * goes to the dead letters. The sender sends what it was given; only the listener gets what the
   * schema makes of it.
   */
  schema?: StandardSchema<T>;
  /** Default: by content type, see `serializers` of the module. */
  serializer?: MessageSerializer<T>;
}

/** A topic with the type of its payloads; made by `defineTopic`. */
export interface TopicDefinition<T = unknown> extends Readonly<TopicDefinitionInit<T>> {
  /** Never there: it ties the type of the payload to the definition. */
  readonly payload?: T;
}

/**
 * Defines a topic once, for the sender (`producer.send(orderPaid, order)`) and the listener
 * (`@RocketListener({ topic: orderPaid, ... })`).
 *
 * @throws RocketConfigError when the topic or the tag is missing or malformed
 */
export function defineTopic<T>(init: TopicDefinitionInit<T>): TopicDefinition<T> {
  const { topic, tag } = init;
  if (typeof topic !== 'string' || topic === '' || topic.includes(':')) {
    throw new RocketConfigError(
      `defineTopic: 'topic' is ${JSON.stringify(topic)}; give the name of a topic, its tag goes into 'tag'`,
    );
  }
  if (tag !== undefined && (tag === '' || tag === '*' || tag.includes('|'))) {
    throw new RocketConfigError(
      `defineTopic: 'tag' of topic '${topic}' is ${JSON.stringify(tag)}; a definition has one tag or none`,
    );
  }
  return Object.freeze({ ...init });
}

export function isTopicDefinition(value: unknown): value is TopicDefinition {
  return typeof (value as TopicDefinition | null | undefined)?.topic === 'string';
}
