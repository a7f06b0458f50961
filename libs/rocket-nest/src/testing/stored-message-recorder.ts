import {
  MessageConst,
  MixAll,
  SystemTopic,
  decodeMessage,
  isDlqTopic,
  isRetryTopic,
  isSystemTopic,
  type MessageExt,
} from '@rocket-nest/common';
import { DeadLetter } from './dead-letter';
import { PublishedMessage } from './published-message';
import { MAX_RECORDS, type RecordList } from './record-list';

/** What the store says of a record that has just become visible. */
export interface VisibleRecord {
  readonly buffer: Buffer;
  readonly position: number;
}

/**
 * Sees what a broker stores, before the sender has its answer. So whatever was sent successfully is
 * on record, by whomever: a service, an outbox, a client of another language.
 */
export class StoredMessageRecorder {
  private readonly published = new Set<string>();

  constructor(
    private readonly connection: string,
    private readonly records: {
      readonly published: RecordList<PublishedMessage>;
      readonly dlq: RecordList<DeadLetter>;
    },
  ) {}

  dispatch(record: VisibleRecord): void {
    const message = decodeMessage(record.buffer, { offset: record.position });
    if (isDlqTopic(message.topic)) {
      this.records.dlq.add(new DeadLetter(this.connection, message));
      return;
    }
    const published = new PublishedMessage(this.connection, message);
    if (isOfTheBroker(published.topic) || !this.isNew(message, published.topic)) return;
    this.records.published.add(published);
  }

  /** A delayed message is stored again when it is due, and a send that was tried twice may be. */
  private isNew(message: MessageExt, topic: string): boolean {
    const id = message.properties.get(MessageConst.PROPERTY_UNIQ_CLIENT_MESSAGE_ID_KEYIDX);
    if (id === undefined) return true;
    const key = `${topic}\n${id}`;
    if (this.published.has(key)) return false;
    this.published.add(key);
    if (this.published.size > MAX_RECORDS) this.published.delete(first(this.published));
    return true;
  }
}

function first(texts: ReadonlySet<string>): string {
  const [text] = texts;
  return text ?? '';
}

function isOfTheBroker(topic: string): boolean {
  return (
    isRetryTopic(topic) ||
    isSystemTopic(topic) ||
    topic === SystemTopic.SCHEDULE_TOPIC ||
    topic.endsWith(`_${MixAll.REPLY_TOPIC_POSTFIX}`)
  );
}
