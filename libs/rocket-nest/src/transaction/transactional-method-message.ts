import type { Message } from '@rocket-nest/common';
import { RocketConfigError } from '../errors/rocket-config-error';
import type { MessageFactory } from '../producer/message-factory';
import type { TopicDefinition } from '../producer/topic-definition';
import type { TransactionalMessageOptions } from './transactional-message.options';

/** The message of one call of a transactional method. */
export function messageOfMethod(
  messages: Pick<MessageFactory, 'create'>,
  options: TransactionalMessageOptions,
  args: readonly unknown[],
): Promise<Message> {
  const { body, keys, shardingKey, headers, contentType } = options;
  const payload = body ? body(...args) : args[0];
  return messages.create(destinationOf(options), payload, {
    keys: keys?.(...args),
    shardingKey: shardingKey?.(...args),
    headers: headers?.(...args),
    contentType,
  });
}

export function destinationOf({ topic, tag }: TransactionalMessageOptions): TopicDefinition {
  const definition = typeof topic === 'string' ? { topic } : topic;
  if (typeof definition.topic !== 'string' || definition.topic === '') {
    throw new RocketConfigError("@TransactionalMessage needs 'topic'");
  }
  return tag === undefined ? definition : { ...definition, tag };
}
