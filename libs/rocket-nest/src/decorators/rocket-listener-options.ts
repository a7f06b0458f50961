import type { TopicDefinition } from '../producer/topic-definition';

/** What configuration may set or override for a listener. */
export interface RocketListenerOverrides {
  /**
   * Handlers of this listener running at the same time in this process. Default 20. Listeners of one
   * group share a consumer: while one is at its limit, its next messages hold up those behind them.
   */
  concurrency?: number;
  /**
   * Further deliveries before the message is given up. Default 16; for orderly listeners without
   * end, unless `poisonPolicy` is set.
   */
  maxReconsumeTimes?: number;
  /**
   * What becomes of a message that an orderly listener failed on for the last time: `DLQ` (the default
   * once `maxReconsumeTimes` is set) and `SKIP` let the queue go on, `SUSPEND` (else the default) has
   * the queue wait until the message succeeds.
   */
  poisonPolicy?: 'DLQ' | 'SKIP' | 'SUSPEND';
  /** Pause of an orderly queue before a failed message comes again, in milliseconds. Default 1000. */
  suspendCurrentQueueTimeMs?: number;
  /** Messages asked for in one pull. Default 32. */
  pullBatchSize?: number;
  /** Messages handed to one call of a `batch` listener, at most. Default 32. */
  consumeMessageBatchMaxSize?: number;
  /** Time after which a running handler's message is given back for another try. Default 15 min. */
  consumeTimeoutMs?: number;
  /** Where a group without stored offsets starts. Default CONSUME_FROM_LAST_OFFSET. */
  consumeFromWhere?:
    'CONSUME_FROM_FIRST_OFFSET' | 'CONSUME_FROM_LAST_OFFSET' | 'CONSUME_FROM_TIMESTAMP';
  /** Start for CONSUME_FROM_TIMESTAMP, milliseconds since the epoch. Default: 30 minutes ago. */
  consumeTimestampMs?: number;
  /** `false` leaves the listener out. Default true. */
  enabled?: boolean;
  /** `false` waits for `ListenerRegistrar.start(id)`. Default true. */
  autoStart?: boolean;
}

/** What configuration may say of one listener, by its id. */
export interface RocketListenerConfiguration extends RocketListenerOverrides {
  topic?: string;
  consumerGroup?: string;
  selectorExpression?: string;
}

/** Every text may hold `${NAME}` or `${NAME:default}`, read from ConfigService or the environment. */
export interface RocketListenerOptions extends RocketListenerOverrides {
  /** Name of the listener in configuration, logs and metrics. Default `Class.method`. */
  id?: string;
  /** A topic's name or definition; may be left out with `dlq`. */
  topic?: string | TopicDefinition<never> | TopicDefinition;
  consumerGroup: string;
  /** Tags as `A || B`, or `*` for all. Default: the tag of the topic definition, else all. */
  selectorExpression?: string;
  /** How `selectorExpression` is read. Default TAG. */
  selectorType?: 'TAG' | 'SQL92';
  /** Messages of a queue one after another, or many at once. Default CONCURRENTLY. */
  consumeMode?: 'CONCURRENTLY' | 'ORDERLY';
  /** One instance of the group gets a message, or every one does. Default CLUSTERING. */
  messageModel?: 'CLUSTERING' | 'BROADCASTING';
  /**
   * Hands the method lists of bodies and a `RocketBatchContext`. It says which of them failed by
   * `context.fail(index, error)`, or by returning what `Promise.allSettled` gives for them. Default
   * false.
   */
  batch?: boolean;
  /**
   * Consumes what the group `consumerGroup` gave up: the topic is `%DLQ%` and the group's name, and
   * the listener's own group the name with `_DLQ` behind it. Default false.
   */
  dlq?: boolean;
  /** Name of the connection. Default: the one without a name. */
  connection?: string;
}

/** Where functions that give a listener's options read configuration. */
export interface RocketListenerEnvironment {
  /** From ConfigService of `@nestjs/config` when the application has it, else from `process.env`. */
  get(key: string): string | undefined;
  get(key: string, fallback: string): string;
}

/** Options, or a function that gives them when the application starts. */
export type RocketListenerDeclaration =
  RocketListenerOptions | ((env: RocketListenerEnvironment) => RocketListenerOptions);
