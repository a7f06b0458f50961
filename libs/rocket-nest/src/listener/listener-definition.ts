import type { MessageExt } from '@rocket-nest/common';
import type { RocketListenerOptions } from '../decorators/rocket-listener-options';
import type { RocketBatchContext } from './rocket-batch-context';
import type { RocketContext } from './rocket-context';

/** Runs a listener on one message; resolving acknowledges it. */
export type ListenerInvoke = (message: MessageExt, context: RocketContext) => Promise<unknown>;

/**
 * Runs a batch listener; the messages that `context.failures` names when it resolves are delivered
 * again, and all are when it rejects.
 */
export type BatchInvoke = (context: RocketBatchContext) => Promise<unknown>;

/** A listener's options with defaults and overrides applied and placeholders filled in. */
export type ResolvedListenerOptions = Omit<
  RocketListenerOptions,
  'id' | 'topic' | 'connection' | 'dlq'
> & { readonly topic: string };

/** A listener method that was found. */
export interface ListenerDefinition {
  readonly id: string;
  /** `Class.method`, for messages to people. */
  readonly place: string;
  readonly connection: string;
  readonly consumerGroup: string;
  readonly options: ResolvedListenerOptions;
  /** The class of the listener. */
  // eslint-disable-next-line @typescript-eslint/no-unsafe-function-type -- as Nest types classes
  readonly metatype: Function;
  readonly methodName: string;
  /** The method on the prototype, where decorators leave their metadata. */
  readonly prototypeMethod: (...args: unknown[]) => unknown;
  /** Undefined for request-scoped classes, which have one for each message. */
  readonly instance: object | undefined;
}

/** A listener that can be called. */
export interface BoundListener extends ListenerDefinition {
  /** Runs the method with its guards, pipes, interceptors and filters. */
  readonly invoke: ListenerInvoke;
  /** Instead of `invoke` where `options.batch` is set. */
  readonly invokeBatch: BatchInvoke;
}
