import {
  groupOfRetryOrDlqTopic,
  MessageConst,
  retryTopicOf,
  withoutNamespace,
  type MessageExt,
} from '@rocket-nest/common';
import type { ConsumerRuntime } from './consumer-runtime';

/** A retried message is shown under the topic it was sent to, and names without their namespace. */
export function presentMessage(
  { consumerGroup, namespace }: Pick<ConsumerRuntime, 'consumerGroup' | 'namespace'>,
  message: MessageExt,
): void {
  const origin = message.properties.get(MessageConst.PROPERTY_RETRY_TOPIC);
  if (origin !== undefined && message.topic === retryTopicOf(consumerGroup)) {
    message.topic = origin;
  }
  if (namespace && groupOfRetryOrDlqTopic(message.topic) === undefined) {
    message.topic = withoutNamespace(namespace, message.topic);
  }
}
