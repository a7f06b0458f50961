import type { MessageExt } from '@rocket-nest/common';

/** Group, topic, queue, offset and message id, as log lines have them. */
export function describeMessage(message: MessageExt, consumerGroup: string): string {
  const { topic, brokerName, queueId, queueOffset, msgId, reconsumeTimes } = message;
  return (
    `message ${msgId} (group ${consumerGroup}, topic ${topic}, queue ${brokerName}:${queueId}, ` +
    `offset ${queueOffset}, delivered ${reconsumeTimes + 1} times)`
  );
}
