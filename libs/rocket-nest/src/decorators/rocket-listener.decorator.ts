import 'reflect-metadata';
import { ROCKET_LISTENER_METADATA } from '../rocket.constants';
import { prepareListenerMethod } from './assign-listener-param';
import type { RocketListenerDeclaration } from './rocket-listener-options';

/**
 * Makes a method of a provider or controller the listener of a topic. It gets the message body and a
 * `RocketContext`, or what its parameter decorators ask for. Returning acknowledges the message,
 * throwing has it delivered again (see `RetryLater` and `RejectToDlq`); a returned promise or
 * Observable is waited for. Several of them on one method make several listeners.
 */
export function RocketListener(options: RocketListenerDeclaration): MethodDecorator {
  return (target, key, descriptor) => {
    const method = descriptor.value as object;
    const earlier = (Reflect.getMetadata(ROCKET_LISTENER_METADATA, method) ??
      []) as RocketListenerDeclaration[];
    Reflect.defineMetadata(ROCKET_LISTENER_METADATA, [...earlier, options], method);
    prepareListenerMethod(target, key);
  };
}
