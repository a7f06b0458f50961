import 'reflect-metadata';
import { ROCKET_LISTENER_METADATA } from '../rocket.constants';
import type { RocketListenerOptions } from './rocket-listener-options';

/**
 * Makes a method of a provider or controller the listener of a topic. It gets the message body and a
 * `RocketContext`, or what its parameter decorators ask for. Returning acknowledges the message,
 * throwing has it delivered again (see `RetryLater` and `RejectToDlq`).
 */
export function RocketListener(options: RocketListenerOptions): MethodDecorator {
  return (_target, _key, descriptor) => {
    const method = descriptor.value as object;
    const earlier = (Reflect.getMetadata(ROCKET_LISTENER_METADATA, method) ??
      []) as RocketListenerOptions[];
    Reflect.defineMetadata(ROCKET_LISTENER_METADATA, [...earlier, options], method);
  };
}
