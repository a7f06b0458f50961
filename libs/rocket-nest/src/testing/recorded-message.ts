import { MessageConst, type MessageExt } from '@rocket-nest/common';
import { CONTENT_TYPE_PROPERTY } from '../rocket.constants';

const RESERVED: ReadonlySet<string> = new Set([
  ...Object.values(MessageConst),
  CONTENT_TYPE_PROPERTY,
]);

/** What the records of a test have in common: a message as its sender wrote it. */
export abstract class RecordedMessage {
  private parsed: { readonly value: unknown } | undefined;

  constructor(
    /** Name of the connection whose broker it is on. */
    readonly connection: string,
    /** The message itself; its topic may be one that only the broker uses. */
    readonly message: MessageExt,
  ) {}

  /** The topic that it was sent to. */
  get topic(): string {
    return this.message.topic;
  }

  get tag(): string | undefined {
    return this.message.properties.get(MessageConst.PROPERTY_TAGS);
  }

  get keys(): string[] {
    const keys = this.message.properties.get(MessageConst.PROPERTY_KEYS) ?? '';
    return keys.split(MessageConst.KEY_SEPARATOR).filter((key) => key !== '');
  }

  get shardingKey(): string | undefined {
    return this.message.properties.get(MessageConst.PROPERTY_SHARDING_KEY);
  }

  /** Unique id, the same in every record of one message. */
  get messageId(): string {
    return this.message.msgId;
  }

  /** The sender's own properties, without those that RocketMQ gives a meaning. */
  get headers(): Record<string, string> {
    const own = [...this.message.properties].filter(([name]) => !RESERVED.has(name));
    return Object.fromEntries(own);
  }

  get bytes(): Buffer {
    return this.message.body;
  }

  get text(): string {
    return this.message.body.toString('utf8');
  }

  /** The value of a JSON body, the text of any other. */
  get body(): unknown {
    this.parsed ??= { value: this.parse() };
    return this.parsed.value;
  }

  /** `topic:tag`, for messages to people. */
  get destination(): string {
    return this.tag === undefined ? this.topic : `${this.topic}:${this.tag}`;
  }

  /** Whether `topic` or `topic:tag` names it. */
  isFor(destination: string): boolean {
    return destination === this.topic || destination === this.destination;
  }

  private parse(): unknown {
    const contentType = this.message.properties.get(CONTENT_TYPE_PROPERTY);
    if (contentType !== undefined && !contentType.includes('json')) return this.text;
    try {
      return JSON.parse(this.text);
    } catch {
      return this.text;
    }
  }
}
