import { MessageConst, type Message } from '@rocket-nest/common';

/** A row of `rocket_outbox` as it is read. */
export interface OutboxRow {
  /** Some drivers give large numbers as text. */
  readonly id: number | string;
  readonly unique_key: string;
  readonly topic: string;
  readonly order_key: string | null;
  readonly properties: string;
  readonly body: Uint8Array;
  readonly attempts: number;
}

/** Columns of `OutboxRow`, for a SELECT. */
export const OUTBOX_COLUMNS = 'id, unique_key, topic, order_key, properties, body, attempts';

/** Messages of the same key are sent in the order of their rows. */
export function orderKeyOf(message: Message): string | null {
  return message.properties.get(MessageConst.PROPERTY_SHARDING_KEY) ?? null;
}

/** What was to be sent, with the unique key it always had. */
export function messageOfRow({ topic, properties, body }: OutboxRow): Message {
  return {
    topic,
    properties: new Map(Object.entries(JSON.parse(properties) as Record<string, string>)),
    body: Buffer.from(body),
  };
}
