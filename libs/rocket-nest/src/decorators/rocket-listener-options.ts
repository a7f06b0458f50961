/** What configuration may set or override for a listener. */
export interface RocketListenerOverrides {
  /** Handlers running at the same time in this consumer. Default 20. */
  concurrency?: number;
  /** Tries before the message goes to the dead letter topic. Default 16. */
  maxReconsumeTimes?: number;
  /** Messages asked for in one pull. Default 32. */
  pullBatchSize?: number;
  /** Time after which a running handler's message is given back for another try. Default 15 min. */
  consumeTimeoutMs?: number;
  /** `false` leaves the listener out. Default true. */
  enabled?: boolean;
}

export interface RocketListenerOptions extends RocketListenerOverrides {
  /** Name of the listener in configuration, logs and metrics. Default `Class.method`. */
  id?: string;
  topic: string;
  consumerGroup: string;
  /** Tags as `A || B`, or `*` (the default) for all. */
  selectorExpression?: string;
  /** Messages of a queue one after another, or many at once. Default CONCURRENTLY. */
  consumeMode?: 'CONCURRENTLY' | 'ORDERLY';
  /** One instance of the group gets a message, or every one does. Default CLUSTERING. */
  messageModel?: 'CLUSTERING' | 'BROADCASTING';
  /** Where a group without stored offsets starts. Default CONSUME_FROM_LAST_OFFSET. */
  consumeFromWhere?:
    'CONSUME_FROM_FIRST_OFFSET' | 'CONSUME_FROM_LAST_OFFSET' | 'CONSUME_FROM_TIMESTAMP';
  /** Start for CONSUME_FROM_TIMESTAMP, milliseconds since the epoch. Default: 30 minutes ago. */
  consumeTimestampMs?: number;
}
