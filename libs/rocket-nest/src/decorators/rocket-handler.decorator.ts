import 'reflect-metadata';
import { ROCKET_HANDLER_METADATA } from '../rocket.constants';
import { prepareListenerMethod } from './assign-listener-param';

export interface RocketHandlerOptions {
  /** The tag, or tags, of the messages. Default: all, which leaves none for another handler. */
  tag?: string | readonly string[];
  /** Name of the listener in configuration, logs and metrics. Default `Class.method`. */
  id?: string;
  /** Handlers of this method running at the same time. Default: as `@RocketConsumer` says. */
  concurrency?: number;
}

/** Handles messages of one tag in a `@RocketConsumer` class. */
export function RocketHandler(options: RocketHandlerOptions = {}): MethodDecorator {
  return (target, key, descriptor) => {
    Reflect.defineMetadata(ROCKET_HANDLER_METADATA, options, descriptor.value as object);
    prepareListenerMethod(target, key);
  };
}
