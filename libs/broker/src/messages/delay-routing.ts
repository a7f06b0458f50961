import { MessageConst, SystemTopic } from '@rocket-nest/common';

/** Where a message is to be stored. */
export interface MessageTarget {
  topic: string;
  queueId: number;
}

/** The delay level that the properties ask for; 0 for none. */
export function delayLevelOf(properties: ReadonlyMap<string, string>): number {
  const text = properties.get(MessageConst.PROPERTY_DELAY_TIME_LEVEL);
  if (text === undefined) return 0;
  const level = Number(text);
  return Number.isInteger(level) ? level : 0;
}

/**
 * Sends a delayed message to the queue of its level: the level is capped to `maxLevel`, and the
 * properties remember the real topic and queue. Anything else stays as it is.
 */
export function routeByDelayLevel(
  target: MessageTarget,
  properties: Map<string, string>,
  maxLevel: number,
): MessageTarget {
  const wanted = delayLevelOf(properties);
  if (wanted <= 0) return target;
  const level = Math.min(wanted, maxLevel);
  properties.set(MessageConst.PROPERTY_DELAY_TIME_LEVEL, String(level));
  properties.set(MessageConst.PROPERTY_REAL_TOPIC, target.topic);
  properties.set(MessageConst.PROPERTY_REAL_QUEUE_ID, String(target.queueId));
  return { topic: SystemTopic.SCHEDULE_TOPIC, queueId: level - 1 };
}
