import type { ClientOptions } from '../../config/client-options';
import type { MessageModel } from '../message-model';

export interface PullConsumerOptions extends ClientOptions {
  /** Letters, digits and `%|_-`, at most 120. */
  consumerGroup: string;
  /** Default CLUSTERING. */
  messageModel?: MessageModel | undefined;
  /** Time-out of `pull`. Default 10 000. */
  consumerPullTimeoutMs?: number | undefined;
  /** How long the broker holds `pullBlockIfNotFound` while there is nothing. Default 20 000. */
  brokerSuspendMaxTimeMs?: number | undefined;
  /** Time-out of `pullBlockIfNotFound`. Default 30 000. */
  consumerTimeoutMsWhenSuspend?: number | undefined;
  /** Deliveries of a message that was sent back before it goes to the dead letters. Default 16. */
  maxReconsumeTimes?: number | undefined;
}

export interface PullOptions {
  readonly timeoutMs?: number;
  readonly signal?: AbortSignal;
}
