import { MessageConst, groupOfRetryOrDlqTopic } from '@rocket-nest/common';
import { RecordedMessage } from './recorded-message';

/** A message in a group's dead letter topic. */
export class DeadLetter extends RecordedMessage {
  /** The group that gave it up. */
  get consumerGroup(): string {
    return groupOfRetryOrDlqTopic(this.message.topic) ?? '';
  }

  /** The topic that it was sent to before it was given up. */
  override get topic(): string {
    const { topic, properties } = this.message;
    return (
      properties.get(MessageConst.PROPERTY_DLQ_ORIGIN_TOPIC) ??
      properties.get(MessageConst.PROPERTY_RETRY_TOPIC) ??
      topic
    );
  }

  /** How often it was delivered before it was given up. */
  get attempts(): number {
    return this.message.reconsumeTimes;
  }

  /** Whether it names the group, its dead letter topic, or the message's destination. */
  override isFor(name: string): boolean {
    return name === this.consumerGroup || name === this.message.topic || super.isFor(name);
  }
}
