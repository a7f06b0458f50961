import type { DefaultMQProducer, DefaultMQPullConsumer } from '@rocket-nest/client';
import { dlqTopicOf, retryTopicOf, type MessageQueue } from '@rocket-nest/common';

const PULL_COUNT = 32;

/** Dead letters of the group that were not replayed yet. */
export async function countDeadLetters(
  consumer: DefaultMQPullConsumer,
  group: string,
): Promise<number> {
  const queues = await queuesOf(consumer, group);
  const counts = await Promise.all(
    queues.map(
      async (queue) => (await consumer.maxOffset(queue)) - (await startOf(consumer, queue)),
    ),
  );
  return counts.reduce((sum, count) => sum + Math.max(0, count), 0);
}

/**
 * Sends the dead letters of the group to its retry topic, as they are: only this group gets them,
 * and their unique keys stay, by which handlers know what they have done already.
 */
export async function replayDeadLetters(
  consumer: DefaultMQPullConsumer,
  producer: DefaultMQProducer,
  group: string,
): Promise<number> {
  let count = 0;
  for (const queue of await queuesOf(consumer, group)) {
    const end = await consumer.maxOffset(queue);
    let offset = await startOf(consumer, queue);
    while (offset < end) {
      const { messages, nextBeginOffset } = await consumer.pull(queue, '*', offset, PULL_COUNT);
      for (const { properties, body } of messages) {
        await producer.send({ topic: retryTopicOf(group), properties: new Map(properties), body });
        count++;
      }
      offset = Math.max(nextBeginOffset, offset + 1);
      await consumer.updateConsumeOffset(queue, offset);
    }
  }
  return count;
}

/** No queues as long as nothing of the group has died. */
async function queuesOf(
  consumer: DefaultMQPullConsumer,
  group: string,
): Promise<readonly MessageQueue[]> {
  try {
    return await consumer.fetchSubscribeMessageQueues(dlqTopicOf(group));
  } catch (error) {
    if ((error as { code?: unknown }).code === 'NO_ROUTE') return [];
    throw error;
  }
}

async function startOf(consumer: DefaultMQPullConsumer, queue: MessageQueue): Promise<number> {
  const [stored, min] = await Promise.all([
    consumer.fetchConsumeOffset(queue),
    consumer.minOffset(queue),
  ]);
  return Math.max(stored ?? 0, min);
}
