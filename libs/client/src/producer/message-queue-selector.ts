import { javaHashCode, type Message, type MessageQueue, type Random } from '@rocket-nest/common';

/** Chooses one of the writable queues of a topic for a message. */
export type MessageQueueSelector = (
  queues: readonly MessageQueue[],
  message: Message,
  arg: unknown,
) => MessageQueue | undefined;

/** By the Java hash of `String(arg)`: the same queue as the Java client's SelectMessageQueueByHash. */
export const selectMessageQueueByHash: MessageQueueSelector = (queues, _message, arg) =>
  queues[Math.abs(javaHashCode(String(arg)) % queues.length)];

/** Any queue. */
export function selectMessageQueueByRandom(random: Random): MessageQueueSelector {
  return (queues) => queues[random.nextInt(queues.length)];
}
