import type { MessageQueue } from '@rocket-nest/common';

/** One text for one queue, to key maps with. Topic and broker names cannot hold the separator. */
export function messageQueueKey(queue: MessageQueue): string {
  return `${queue.topic}\n${queue.brokerName}\n${queue.queueId}`;
}

/** `topic[broker:queue]`, for log lines and messages. */
export function describeMessageQueue(queue: MessageQueue): string {
  return `${queue.topic}[${queue.brokerName}:${queue.queueId}]`;
}

function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** Topic, then broker name, then queue id: the order in which members of a group share queues. */
export function compareMessageQueues(a: MessageQueue, b: MessageQueue): number {
  return (
    compareText(a.topic, b.topic) ||
    compareText(a.brokerName, b.brokerName) ||
    a.queueId - b.queueId
  );
}
