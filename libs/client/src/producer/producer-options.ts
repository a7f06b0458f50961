import type { ClientOptions } from '../config/client-options';
import type { EndTransactionHook } from '../hook/end-transaction-hook';
import type { SendMessageHook } from '../hook/send-message-hook';
import type { TraceOptions } from '../trace/trace-options';

/** How bodies are compressed. */
export type CompressionType = 'ZLIB' | 'LZ4' | 'ZSTD';

export interface ProducerOptions extends ClientOptions, TraceOptions {
  /** Letters, digits and `%|_-`, at most 120. */
  producerGroup: string;
  /**
   * Topics whose brokers are told of this producer by `start`, so that they can ask it something (how
   * a transaction ended) before its first send. Default none.
   */
  topics?: readonly string[];
  /** Time for a send, all tries and waiting together. Default 3000. */
  sendMsgTimeoutMs?: number;
  /** Time for one try of a send; 0 leaves it the whole rest. Default 0. */
  sendMsgMaxTimeoutPerRequestMs?: number;
  /** Further tries, on other brokers where there are some, after a failed one. Default 2. */
  retryTimesWhenSendFailed?: number;
  /** Whether any status but SEND_OK counts as a failed try. Default false. */
  retryAnotherBrokerWhenNotStoreOK?: boolean;
  /** Largest body, before compression. Default 4 MiB; the broker has a limit of its own. */
  maxMessageSizeBytes?: number;
  /** Bodies of this size and above are compressed. Default 4096. */
  compressMsgBodyOverHowmuchBytes?: number;
  /** Default ZLIB. */
  compressType?: CompressionType;
  /** 1 (fast) to 9 (small). Default 5. */
  compressLevel?: number;
  /** The topic whose route is used for topics that do not exist yet. Default TBW102. */
  createTopicKey?: string;
  /** Queues per broker of a topic that is made by sending to it. Default 4. */
  defaultTopicQueueNums?: number;
  /** Sends without an answer at a time; further ones wait. Default 4096. */
  maxInFlightSends?: number;
  /** Body bytes without an answer at a time; further sends wait. Default 64 MiB. */
  maxInFlightBytes?: number;
  /** Sends that wait at a time; further ones are rejected with PRODUCER_BUSY. Default 100 000. */
  maxWaitingSends?: number;
  /**
   * Avoids brokers that were slow or failed lately, for a time that grows with the latency. Default
   * false.
   */
  sendLatencyFaultEnable?: boolean;
  /** See every try to send. */
  sendMessageHooks?: readonly SendMessageHook[];
  /** See every end of a transaction. */
  endTransactionHooks?: readonly EndTransactionHook[];
}

/** `ProducerOptions` with defaults, without what concerns the connection. */
export interface ProducerSettings {
  readonly sendMsgTimeoutMs: number;
  readonly sendMsgMaxTimeoutPerRequestMs: number;
  readonly retryTimesWhenSendFailed: number;
  readonly retryAnotherBrokerWhenNotStoreOK: boolean;
  readonly maxMessageSizeBytes: number;
  readonly compressMsgBodyOverHowmuchBytes: number;
  readonly compressType: CompressionType;
  readonly compressLevel: number;
  readonly createTopicKey: string;
  readonly defaultTopicQueueNums: number;
  readonly maxInFlightSends: number;
  readonly maxInFlightBytes: number;
  readonly maxWaitingSends: number;
  readonly sendLatencyFaultEnable: boolean;
}

export function producerSettings(options: ProducerOptions): ProducerSettings {
  return {
    sendMsgTimeoutMs: options.sendMsgTimeoutMs ?? 3000,
    sendMsgMaxTimeoutPerRequestMs: options.sendMsgMaxTimeoutPerRequestMs ?? 0,
    retryTimesWhenSendFailed: options.retryTimesWhenSendFailed ?? 2,
    retryAnotherBrokerWhenNotStoreOK: options.retryAnotherBrokerWhenNotStoreOK ?? false,
    maxMessageSizeBytes: options.maxMessageSizeBytes ?? 4 * 1024 * 1024,
    compressMsgBodyOverHowmuchBytes: options.compressMsgBodyOverHowmuchBytes ?? 4096,
    compressType: options.compressType ?? 'ZLIB',
    compressLevel: options.compressLevel ?? 5,
    createTopicKey: options.createTopicKey ?? 'TBW102',
    defaultTopicQueueNums: options.defaultTopicQueueNums ?? 4,
    maxInFlightSends: options.maxInFlightSends ?? 4096,
    maxInFlightBytes: options.maxInFlightBytes ?? 64 * 1024 * 1024,
    maxWaitingSends: options.maxWaitingSends ?? 100_000,
    sendLatencyFaultEnable: options.sendLatencyFaultEnable ?? false,
  };
}
