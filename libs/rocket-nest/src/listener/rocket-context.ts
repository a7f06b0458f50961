import type { MessageExt, MessageQueue } from '@rocket-nest/common';

/** What a listener method can know of the message it handles. */
export class RocketContext {
  constructor(
    /** The message as it was delivered, body unpacked. */
    readonly message: MessageExt,
    readonly consumerGroup: string,
    readonly listenerId: string,
  ) {}

  get topic(): string {
    return this.message.topic;
  }

  /** Tag of the message, if it has one. */
  get tag(): string | undefined {
    return this.message.properties.get('TAGS');
  }

  /** Keys of the message, from its KEYS property. */
  get keys(): string[] {
    return (this.message.properties.get('KEYS') ?? '').split(' ').filter((key) => key !== '');
  }

  get messageId(): string {
    return this.message.msgId;
  }

  /** How often the message was delivered before; 0 the first time. */
  get reconsumeTimes(): number {
    return this.message.reconsumeTimes;
  }

  get messageQueue(): MessageQueue {
    const { topic, brokerName, queueId } = this.message;
    return { topic, brokerName, queueId };
  }

  get queueOffset(): number {
    return this.message.queueOffset;
  }

  /** Text of a message property. */
  header(name: string): string | undefined {
    return this.message.properties.get(name);
  }
}
