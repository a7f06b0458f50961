import type { MessageExt } from '@rocket-nest/common';
import type { RocketListenerOptions } from '../decorators/rocket-listener-options';
import type { RocketContext } from './rocket-context';

/** A listener method that was found, ready to be called. */
export interface ListenerDefinition {
  readonly id: string;
  /** `Class.method`, for messages to people. */
  readonly place: string;
  /** The decorator's options with defaults and overrides applied. */
  readonly options: RocketListenerOptions;
  /** Runs the method with its guards, pipes, interceptors and filters. */
  readonly invoke: (message: MessageExt, context: RocketContext) => Promise<void>;
}
