import type { MessageQueue } from '@rocket-nest/common';
import type { MessageQueueSelector } from './message-queue-selector';

/** What may be said of a single send. */
export interface SendOptions {
  /** Time for all tries together. Default `sendMsgTimeoutMs` of the producer. */
  timeoutMs?: number | undefined;
  /** Gives the send up; whether the broker stores the message all the same is unknown then. */
  signal?: AbortSignal | undefined;
  /** The queue to send to; there is no try on another one. */
  queue?: MessageQueue | undefined;
  /** Chooses the queue; there is no try on another one. */
  selector?: MessageQueueSelector | undefined;
  /** Handed to `selector`. */
  arg?: unknown;
  /** Messages with equal keys go to one queue and keep their order while the topic's queues last. */
  shardingKey?: string | undefined;
}
