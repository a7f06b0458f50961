import 'reflect-metadata';
import { ROCKET_CONSUMER_METADATA } from '../rocket.constants';
import type { RocketListenerEnvironment, RocketListenerOptions } from './rocket-listener-options';

/** What the handlers of a class have in common. */
export type RocketConsumerOptions = Omit<RocketListenerOptions, 'id' | 'selectorExpression'>;

/** Options, or a function that gives them when the application starts. */
export type RocketConsumerDeclaration =
  RocketConsumerOptions | ((env: RocketListenerEnvironment) => RocketConsumerOptions);

/** Makes the `@RocketHandler` methods of a class listeners of one topic and group. */
export function RocketConsumer(options: RocketConsumerDeclaration): ClassDecorator {
  return (target) => Reflect.defineMetadata(ROCKET_CONSUMER_METADATA, options, target);
}
