import type { MessageExt, MessageQueue } from '@rocket-nest/common';
import type {
  ConsumeMessageDirectlyResult,
  ConsumerData,
  ConsumerRunningInfo,
} from '@rocket-nest/remoting';
import type { TransactionCheck } from '../producer/transaction/transaction-check-service';

/** A producer as its client instance sees it. */
export interface ProducerMember {
  readonly producerGroup: string;
  /** A broker asks how a transaction ended; absent where there are no transactions. */
  checkTransaction?(check: TransactionCheck): void;
}

/** A consumer as its client instance sees it. */
export interface ConsumerMember {
  readonly consumerGroup: string;
  /** Topics whose routes it needs. */
  topics(): Iterable<string>;
  /** What heartbeats say of it. */
  consumerData(): ConsumerData;
  /** The group's members or a topic's queues have changed: share out again, soon. */
  rebalanceSoon(): void;
  /** Goes on from other offsets; ordered by an administrator. */
  resetOffsets(topic: string, offsets: readonly (readonly [MessageQueue, number])[]): Promise<void>;
  /** The offsets up to which the topic's queues are consumed. */
  consumedOffsets(topic: string): [MessageQueue, number][];
  runningInfo(): ConsumerRunningInfo;
  /** Hands a message to the listener because an administrator wants it; absent without a listener. */
  consumeDirectly?(message: MessageExt): Promise<ConsumeMessageDirectlyResult>;
}
