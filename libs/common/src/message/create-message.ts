import { RocketError } from '../errors/rocket-error';
import type { Message } from './message';
import {
  MessageConst,
  NAME_VALUE_SEPARATOR,
  PROPERTY_SEPARATOR,
  RESERVED_PROPERTY_NAMES,
} from './message-const';

/** What a producer says about a message. */
export interface MessageInit {
  topic: string;
  /** Text is sent as UTF-8. */
  body: Uint8Array | string;
  /** One tag; consumers filter by it. */
  tag?: string;
  /** Index keys; one must not contain a space. */
  keys?: string | readonly string[];
  /** The user's own flag. Default 0. */
  flag?: number;
  /** The broker answers only once the message is stored as its flush and replication demand. Default true. */
  waitStoreMsgOk?: boolean;
  /** 1 to 18 with the default levels; 0 or absent sends at once. */
  delayTimeLevel?: number;
  /** Delivered this many milliseconds after the broker got it. */
  delayTimeMs?: number;
  /** Delivered at this time, milliseconds since the epoch. */
  deliverTimeMs?: number;
  /** Messages of one sharding key go to one queue where the sender selects by it. */
  shardingKey?: string;
  /** The user's own properties; names that RocketMQ uses itself are refused. */
  properties?: Readonly<Record<string, string>> | ReadonlyMap<string, string>;
}

/** Builds a message. Throws INVALID_MESSAGE for a property that cannot be sent. */
export function createMessage(init: MessageInit): Message {
  const properties = new Map<string, string>();
  const set = (name: string, value: string | number | undefined): void => {
    if (value !== undefined && value !== '') properties.set(name, String(value));
  };
  for (const [name, value] of entriesOf(init.properties)) set(name, checked(name, value));
  set(MessageConst.PROPERTY_KEYS, joinKeys(init.keys));
  set(MessageConst.PROPERTY_TAGS, init.tag);
  set(MessageConst.PROPERTY_WAIT_STORE_MSG_OK, String(init.waitStoreMsgOk ?? true));
  set(MessageConst.PROPERTY_DELAY_TIME_LEVEL, init.delayTimeLevel || undefined);
  set(MessageConst.PROPERTY_TIMER_DELAY_MS, init.delayTimeMs);
  set(MessageConst.PROPERTY_TIMER_DELIVER_MS, init.deliverTimeMs);
  set(MessageConst.PROPERTY_SHARDING_KEY, init.shardingKey);
  return { topic: init.topic, flag: init.flag ?? 0, properties, body: toBuffer(init.body) };
}

/** The keys of a message; empty when it has none. */
export function keysOf(message: Pick<Message, 'properties'>): string[] {
  const keys = message.properties.get(MessageConst.PROPERTY_KEYS);
  return keys === undefined ? [] : keys.split(MessageConst.KEY_SEPARATOR).filter((key) => key);
}

/** The tag of a message, undefined when it has none. */
export function tagOf(message: Pick<Message, 'properties'>): string | undefined {
  return message.properties.get(MessageConst.PROPERTY_TAGS);
}

function joinKeys(keys: string | readonly string[] | undefined): string | undefined {
  return typeof keys === 'string' || keys === undefined
    ? keys
    : keys.join(MessageConst.KEY_SEPARATOR);
}

function toBuffer(body: Uint8Array | string): Buffer {
  if (typeof body === 'string') return Buffer.from(body);
  return Buffer.isBuffer(body) ? body : Buffer.from(body.buffer, body.byteOffset, body.byteLength);
}

function entriesOf(properties: MessageInit['properties']): Iterable<readonly [string, string]> {
  if (properties === undefined) return [];
  return properties instanceof Map
    ? (properties as ReadonlyMap<string, string>)
    : Object.entries(properties);
}

function checked(name: string, value: string): string {
  if (name === '' || name.includes(NAME_VALUE_SEPARATOR) || name.includes(PROPERTY_SEPARATOR)) {
    throw refused(name, 'a name must not be empty or contain U+0001 or U+0002');
  }
  if (RESERVED_PROPERTY_NAMES.has(name)) {
    throw refused(name, 'RocketMQ uses this name itself: choose another one');
  }
  if (typeof value !== 'string' || value === '') {
    throw refused(name, 'a value must be text and not be empty');
  }
  if (value.includes(PROPERTY_SEPARATOR)) throw refused(name, 'a value must not contain U+0002');
  return value;
}

function refused(name: string, why: string): RocketError {
  return new RocketError(
    'INVALID_MESSAGE',
    `the message property ${JSON.stringify(name)} was refused: ${why}`,
  );
}
