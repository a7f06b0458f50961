/** Injection token of the checked module options. */
export const ROCKET_MODULE_OPTIONS = Symbol('ROCKET_MODULE_OPTIONS');

/** Metadata key that `@RocketListener` leaves on a method: a `RocketListenerOptions[]`. */
export const ROCKET_LISTENER_METADATA = 'rocket-nest:listener';

/** Metadata key under which parameter decorators of listener methods are kept. */
export const ROCKET_PARAM_METADATA = 'rocket-nest:params';

/** The execution context type that guards, pipes, interceptors and filters see. */
export const ROCKET_CONTEXT_TYPE = 'rocketmq';

/** Producer group used when the module options name none. */
export const DEFAULT_PRODUCER_GROUP = 'rocket_nest_producer';

/** Message property that says how the body is written, such as `application/json`. */
export const CONTENT_TYPE_PROPERTY = 'contentType';
