import 'reflect-metadata';
import type { RocketConsumerDeclaration } from '../decorators/rocket-consumer.decorator';
import type { RocketHandlerOptions } from '../decorators/rocket-handler.decorator';
import type {
  RocketListenerDeclaration,
  RocketListenerEnvironment,
  RocketListenerOptions,
} from '../decorators/rocket-listener-options';
import { RocketConfigError } from '../errors/rocket-config-error';
import {
  ROCKET_CONSUMER_METADATA,
  ROCKET_HANDLER_METADATA,
  ROCKET_LISTENER_METADATA,
} from '../rocket.constants';

/** The options that decorators gave a method, once for each listener that it is. */
export function declarationsOf(
  metatype: object,
  method: object,
  place: string,
  environment: RocketListenerEnvironment,
): RocketListenerOptions[] {
  const listeners = (Reflect.getMetadata(ROCKET_LISTENER_METADATA, method) ??
    []) as RocketListenerDeclaration[];
  const own = listeners.map((each) => (typeof each === 'function' ? each(environment) : each));
  const handler = Reflect.getMetadata(ROCKET_HANDLER_METADATA, method) as
    RocketHandlerOptions | undefined;
  if (!handler) return own;
  const consumer = Reflect.getMetadata(ROCKET_CONSUMER_METADATA, metatype) as
    RocketConsumerDeclaration | undefined;
  if (!consumer) {
    throw new RocketConfigError(
      `${place} has @RocketHandler, but its class has no @RocketConsumer({ topic, consumerGroup })`,
    );
  }
  const shared = typeof consumer === 'function' ? consumer(environment) : consumer;
  const { tag, id, concurrency } = handler;
  return [
    ...own,
    {
      ...shared,
      ...(id === undefined ? {} : { id }),
      ...(concurrency === undefined ? {} : { concurrency }),
      ...(tag === undefined ? {} : { selectorExpression: [tag].flat().join(' || ') }),
    },
  ];
}
