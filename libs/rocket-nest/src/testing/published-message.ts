import { MessageConst, SystemTopic } from '@rocket-nest/common';
import { RecordedMessage } from './recorded-message';

/** A message that the broker stored: consumers see it, at once or after its delay. */
export class PublishedMessage extends RecordedMessage {
  override get topic(): string {
    const { topic, properties } = this.message;
    if (topic !== SystemTopic.SCHEDULE_TOPIC) return topic;
    return properties.get(MessageConst.PROPERTY_REAL_TOPIC) ?? topic;
  }

  /** RocketMQ's delay level, 0 for a message without delay. */
  get delayLevel(): number {
    return Number(this.message.properties.get(MessageConst.PROPERTY_DELAY_TIME_LEVEL) ?? 0);
  }
}
