/** Options of one send. */
export interface SendOptions {
  /** Keys for message queries. */
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
  /** Time for all tries, in milliseconds. Default: the module's. */
  timeoutMs?: number;
  signal?: AbortSignal;
}
