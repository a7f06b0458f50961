import { MessageConst, SystemTopic, decodeProperties } from '@rocket-nest/common';
import type { MessageExtBrokerInner } from '@rocket-nest/store';
import { innerOf } from '../messages/stored-message';
import type { StoredMessage } from '../messages/stored-message';

/**
 * The message that a due one becomes: the same, in the topic and queue it was meant for. Its
 * properties stay as they are, DELAY, REAL_TOPIC and REAL_QID too, as with the original. Undefined
 * when it does not name a place, or one that only transactions may write to.
 */
export function deliveredMessageOf(stored: StoredMessage): MessageExtBrokerInner | undefined {
  const properties = decodeProperties(stored.propertiesText.toString('utf8'));
  const topic = properties.get(MessageConst.PROPERTY_REAL_TOPIC);
  const queueId = Number(properties.get(MessageConst.PROPERTY_REAL_QUEUE_ID));
  if (!topic || !Number.isInteger(queueId) || queueId < 0) return undefined;
  if (topic === SystemTopic.TRANS_HALF_TOPIC) return undefined;
  const message = innerOf(stored);
  message.topic = topic;
  message.queueId = queueId;
  return message;
}
