import {
  compressBody,
  compressionSysFlag,
  CompressionType,
  encodeClientBatch,
  encodeProperties,
  isNotAllowedSendTopic,
  isRetryTopic,
  MessageConst,
  NAME_VALUE_SEPARATOR,
  PROPERTY_SEPARATOR,
  validateTopic,
  withNamespace,
  type Clock,
  type Message,
  type UniqueIdGenerator,
} from '@rocket-nest/common';
import { ClientError } from '../errors/client-error';
import type { PreparedMessage } from './prepared-message';
import type { ProducerSettings } from './producer-options';
import { isReply } from './request-reply/reply-message';

const UNIQ_KEY = MessageConst.PROPERTY_UNIQ_CLIENT_MESSAGE_ID_KEYIDX;
const UNIQ_KEY_PREFIX = UNIQ_KEY + NAME_VALUE_SEPARATOR;
const WAIT = MessageConst.PROPERTY_WAIT_STORE_MSG_OK;

const DELAY_PROPERTIES = [
  MessageConst.PROPERTY_DELAY_TIME_LEVEL,
  MessageConst.PROPERTY_TIMER_DELAY_MS,
  MessageConst.PROPERTY_TIMER_DELAY_SEC,
  MessageConst.PROPERTY_TIMER_DELIVER_MS,
];

/** What the producer adds to a message of its caller. */
export interface MessageAdditions {
  /** Put into the properties, unless the message has one. */
  readonly shardingKey?: string | undefined;
  /** In place of those that the message may have of the same names. */
  readonly properties?: Readonly<Record<string, string>>;
  /** Bits of `MessageSysFlag`. */
  readonly sysFlag?: number;
}

/** Checks messages and brings them into their form on the wire; the caller's objects stay as they are. */
export class MessagePreparer {
  constructor(
    private readonly settings: ProducerSettings,
    private readonly namespace: string | undefined,
    private readonly ids: Pick<UniqueIdGenerator, 'next'>,
    private readonly clock: Pick<Clock, 'wallNow'>,
  ) {}

  prepare(message: Message, additions: MessageAdditions = {}): PreparedMessage {
    this.check(message);
    const reply = isReply(message);
    // The topic of replies is the cluster's, whatever the namespace.
    const topic = reply ? message.topic : withNamespace(this.namespace, message.topic);
    const { properties } = message;
    let propertiesText = encodeProperties(properties);
    let msgId = properties.get(UNIQ_KEY);
    if (msgId === undefined) {
      msgId = this.ids.next();
      propertiesText += UNIQ_KEY_PREFIX + msgId + PROPERTY_SEPARATOR;
    }
    const { shardingKey } = additions;
    if (shardingKey !== undefined && !properties.has(MessageConst.PROPERTY_SHARDING_KEY)) {
      propertiesText += property(MessageConst.PROPERTY_SHARDING_KEY, shardingKey);
    }
    if (this.namespace) {
      propertiesText += property(MessageConst.PROPERTY_INSTANCE_ID, this.namespace);
    }
    for (const [name, value] of Object.entries(additions.properties ?? {})) {
      propertiesText += property(name, value);
    }
    const compressed = message.body.length >= this.settings.compressMsgBodyOverHowmuchBytes;
    const type = CompressionType[this.settings.compressType];
    return {
      topic,
      body: compressed
        ? compressBody(message.body, type, this.settings.compressLevel)
        : message.body,
      propertiesText,
      sysFlag: (compressed ? compressionSysFlag(type) : 0) | (additions.sysFlag ?? 0),
      flag: message.flag ?? 0,
      bornTimestampMs: Math.floor(this.clock.wallNow()),
      batch: false,
      reply,
      msgId,
      reconsumeTimes: 0,
      maxReconsumeTimes: undefined,
    };
  }

  /** One request for all messages; they are stored in one queue, one after another. */
  prepareBatch(messages: readonly Message[]): PreparedMessage {
    const [first] = messages;
    if (!first) throw new ClientError('BATCH_ILLEGAL', 'a batch needs at least one message');
    const wait = first.properties.get(WAIT) ?? 'true';
    const msgIds: string[] = [];
    const items = messages.map((message) => {
      this.check(message);
      checkBatchMember(message, first.topic, wait);
      const msgId = message.properties.get(UNIQ_KEY) ?? this.ids.next();
      msgIds.push(msgId);
      return { ...message, properties: new Map(message.properties).set(UNIQ_KEY, msgId) };
    });
    const body = encodeClientBatch(items);
    if (body.length > this.settings.maxMessageSizeBytes) {
      throw new ClientError(
        'MESSAGE_TOO_LARGE',
        `the batch of ${messages.length} messages has ${body.length} bytes, more than ` +
          `maxMessageSizeBytes ${this.settings.maxMessageSizeBytes}: send it in parts`,
      );
    }
    return {
      topic: withNamespace(this.namespace, first.topic),
      body,
      propertiesText: property(UNIQ_KEY, this.ids.next()) + property(WAIT, wait),
      sysFlag: 0,
      flag: 0,
      bornTimestampMs: Math.floor(this.clock.wallNow()),
      batch: true,
      reply: false,
      msgId: msgIds.join(','),
      reconsumeTimes: 0,
      maxReconsumeTimes: undefined,
    };
  }

  private check(message: Message): void {
    const problem = validateTopic(message.topic);
    if (problem) throw new ClientError('TOPIC_ILLEGAL', problem.message);
    if (isNotAllowedSendTopic(message.topic)) {
      throw new ClientError('TOPIC_ILLEGAL', `topic ${message.topic} belongs to the broker`);
    }
    const { length } = message.body;
    if (length === 0) throw new ClientError('MESSAGE_ILLEGAL', 'the body of the message is empty');
    const { maxMessageSizeBytes } = this.settings;
    if (length > maxMessageSizeBytes) {
      throw new ClientError(
        'MESSAGE_TOO_LARGE',
        `the body has ${length} bytes, more than maxMessageSizeBytes ${maxMessageSizeBytes}`,
      );
    }
  }
}

function property(name: string, value: string): string {
  return name + NAME_VALUE_SEPARATOR + value + PROPERTY_SEPARATOR;
}

function checkBatchMember(message: Message, topic: string, wait: string): void {
  const refuse = (why: string): never => {
    throw new ClientError('BATCH_ILLEGAL', `a batch cannot ${why}`);
  };
  if (message.topic !== topic) refuse(`go to two topics: ${topic} and ${message.topic}`);
  if (isRetryTopic(message.topic)) refuse(`go to the retry topic ${message.topic}`);
  if (DELAY_PROPERTIES.some((name) => message.properties.has(name))) {
    refuse('hold a message with a delay');
  }
  if ((message.properties.get(WAIT) ?? 'true') !== wait) refuse('mix values of WAIT');
}
