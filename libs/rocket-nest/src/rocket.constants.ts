/** Injection token of the checked module options. */
export const ROCKET_MODULE_OPTIONS = Symbol('ROCKET_MODULE_OPTIONS');

/** The connection that listeners and producers use unless they name another. */
export const DEFAULT_CONNECTION = 'default';

/** Injects the message being handled into a request-scoped provider. */
export const ROCKET_MESSAGE = Symbol('ROCKET_MESSAGE');

/** Metadata key that `@RocketListener` leaves on a method: a `ListenerDeclaration[]`. */
export const ROCKET_LISTENER_METADATA = 'rocket-nest:listener';

/** Metadata key that `@RocketConsumer` leaves on a class. */
export const ROCKET_CONSUMER_METADATA = 'rocket-nest:consumer';

/** Metadata key that `@RocketHandler` leaves on a method. */
export const ROCKET_HANDLER_METADATA = 'rocket-nest:handler';

/** Metadata key under which parameter decorators of listener methods are kept. */
export const ROCKET_PARAM_METADATA = 'rocket-nest:params';

/** The execution context type that guards, pipes, interceptors and filters see. */
export const ROCKET_CONTEXT_TYPE = 'rocketmq';

/** Producer group used when the module options name none. */
export const DEFAULT_PRODUCER_GROUP = 'rocket_nest_producer';

/** Message property that says how the body is written, such as `application/json`. */
export const CONTENT_TYPE_PROPERTY = 'contentType';
