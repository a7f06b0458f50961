import type { MessageQueue } from '@rocket-nest/common';

/** What one member of a group needs to know to work out its own share of a topic. */
export interface AllocateRequest {
  readonly consumerGroup: string;
  /** The client id of the member that asks. */
  readonly currentClientId: string;
  /** All readable queues of the topic, in the order of `compareMessageQueues`. */
  readonly messageQueues: readonly MessageQueue[];
  /** All live members of the group, sorted; the same list on every member. */
  readonly clientIds: readonly string[];
}

/**
 * Divides a topic's queues among the members of a group. Every member runs it by itself on the same
 * sorted lists, so the result must depend on nothing else.
 */
export interface AllocateMessageQueueStrategy {
  /** Written in log lines; members of one group must use the same strategy. */
  readonly name: string;
  allocate(request: AllocateRequest): MessageQueue[];
}
