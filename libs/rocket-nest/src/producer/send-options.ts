/** What may be said of a single message. */
export interface MessageOptions {
  /** Keys for message queries. One must not contain a space. */
  keys?: string | readonly string[];
  /** Messages with the same sharding key go to the same queue, in order. */
  shardingKey?: string;
  /**
   * Delay until delivery: one of RocketMQ's delay levels by its time (`'30s'`, `'5m'`) or by its
   * number (1-18).
   */
  delay?: string | number;
  /** Further message properties. */
  headers?: Readonly<Record<string, string>>;
  /** The content type, and by it the serializer. Default: by the payload. */
  contentType?: string;
}

/** What may be said of a call. */
export interface CallOptions {
  /** Time for all tries, in milliseconds. Default: the module's. */
  timeoutMs?: number;
  /** Gives the call up; whether the broker stores the message all the same is unknown then. */
  signal?: AbortSignal;
}

/** Options of one send. */
export interface SendOptions extends MessageOptions, CallOptions {
  /**
   * What is done with a message that could not be sent: `throw` (the default), or keep it in the
   * database by the `outbox`, which sends it later with the same unique key. Messages that no broker
   * would take (too large, a malformed topic) and aborted sends are rejected in any case.
   */
  onFailure?: 'throw' | 'outbox';
}

/** Options of a batch; `keys` and `headers` may differ between its messages. */
export interface SendBatchOptions<T = unknown> extends CallOptions {
  /** All messages of the batch go to the queue of this key. Default: any one queue. */
  shardingKey?: string;
  keys?: (payload: T, index: number) => string | readonly string[] | undefined;
  headers?:
    | Readonly<Record<string, string>>
    | ((payload: T, index: number) => Readonly<Record<string, string>> | undefined);
  contentType?: string;
}

/** Options of a request; its `timeoutMs` is for the message and its reply together. */
export type RequestOptions = Omit<MessageOptions, 'delay'> & CallOptions;

/** Options of a transactional message. */
export type TransactionOptions = Omit<MessageOptions, 'delay'> & CallOptions;
