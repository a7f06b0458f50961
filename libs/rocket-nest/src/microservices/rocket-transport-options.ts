import type { RocketListenerOptions } from '../decorators/rocket-listener-options';
import type { ListenerWrappers } from '../listener/listener-wrappers';
import type { ProducerService } from '../producer/producer.service';
import type { RocketModuleOptions } from '../rocket-module-options';
import type { DestinationOfPattern } from './pattern-destination';

/** Where the brokers are, for server and client. */
export interface RocketTransportOptions extends Pick<
  RocketModuleOptions,
  'namesrvAddr' | 'embedded' | 'client' | 'producer' | 'serializers'
> {
  /** Shares the connection of this `ProducerService`; takes the place of all options above. */
  producerService?: ProducerService;
  /**
   * Where messages of a pattern go; the same for server and client. Default: a pattern of the form
   * `topic` or `topic:tag` goes there, and any other one to the topic that is left when everything
   * that no topic may contain becomes `_`.
   */
  destinationOf?: DestinationOfPattern;
}

/**
 * Options of `RocketServer`; those of its consumer are named as `@RocketListener` names them.
 * `concurrency` is for each topic.
 */
export interface RocketServerOptions
  extends
    RocketTransportOptions,
    Pick<
      RocketListenerOptions,
      | 'consumerGroup'
      | 'concurrency'
      | 'consumeMode'
      | 'messageModel'
      | 'consumeFromWhere'
      | 'consumeTimestampMs'
      | 'maxReconsumeTimes'
      | 'pullBatchSize'
      | 'consumeTimeoutMs'
      | 'poisonPolicy'
      | 'suspendCurrentQueueTimeMs'
    > {
  /**
   * Makes the topics of the patterns at start when they are missing, each with as many queues on
   * each broker as said here; `false` leaves that to the broker. Default 8.
   */
  ensureTopics?: number | false;
  /** Stand around the handlers as around listeners: `app.get(ListenerWrappers)`. Default none. */
  listenerWrappers?: ListenerWrappers;
  /** Longest wait for running handlers when the server is closed, in milliseconds. Default 30 000. */
  shutdownTimeoutMs?: number;
}

/** Options of `RocketClient`. */
export interface RocketClientProxyOptions extends RocketTransportOptions {
  /** Time for a message, and for `send` also its reply, in milliseconds. Default: 3000. */
  timeoutMs?: number;
}
