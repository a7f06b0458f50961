import type { SqlIsolation } from '../database/sql-dialect';
import type { TopicDefinition } from '../producer/topic-definition';

// eslint-disable-next-line @typescript-eslint/no-explicit-any -- the method's own parameters
type Args = any[];

/** What a transactional method's message is made of. Functions get the method's arguments. */
export interface TransactionalMessageOptions<A extends Args = Args> {
  /** Topic, or a definition made by `defineTopic`. */
  topic: string | TopicDefinition;
  tag?: string;
  keys?: (...args: A) => string | readonly string[];
  shardingKey?: (...args: A) => string;
  headers?: (...args: A) => Readonly<Record<string, string>>;
  /** What is sent. Default: the first argument. */
  body?: (...args: A) => unknown;
  contentType?: string;
  /** Time for sending the half message, in milliseconds. Default: the connection's. */
  timeoutMs?: number;
  /** Connection it is sent on. Default: the default one. */
  connection?: string;
  /**
   * Where the outcome is kept for the broker's check: `database` (the default) in `rocket_tx_log`, or
   * `none`, which needs a `@TransactionCheck`.
   */
  txLog?: 'database' | 'none';
  /** Which `@TransactionCheck` answers with `txLog: 'none'`. Default `Class.method`. */
  route?: string;
  /** Isolation of the local transaction. Default: the application's. */
  isolation?: SqlIsolation;
}
