import { readStoredMessage } from '../messages/stored-message';
import type { StoredMessage } from '../messages/stored-message';
import { HalfProperties } from './half-properties';

/** A stored half message with what its properties say. */
export interface HalfMessage {
  readonly stored: StoredMessage;
  /** Topic and queue that it is meant for; undefined in a damaged one. */
  readonly realTopic: string | undefined;
  readonly realQueueId: number | undefined;
  readonly producerGroup: string | undefined;
  readonly uniqKey: string;
  /** How often the producer was asked already. */
  readonly checkTimes: number;
  /** It was written again after a look at it, not by its producer. */
  readonly isPutBack: boolean;
  /** Half queue offset of the first record of this transaction: what the transaction goes by. */
  readonly root: number;
  /** Seconds before which the producer is not asked; undefined when that is left to the broker. */
  readonly immunitySeconds: number | undefined;
  readonly hasDelay: boolean;
  /** The properties without REAL_TOPIC and REAL_QID. */
  readonly ownProperties: Buffer;
}

const properties = new HalfProperties();

/** Reads the record at `start`. Throws MESSAGE_CORRUPT when there is none. */
export function readHalfMessage(source: Buffer, start = 0): HalfMessage {
  const stored = readStoredMessage(source, start);
  properties.scan(stored.propertiesText);
  const { checkTimes, preparedQueueOffset } = properties;
  return {
    stored,
    realTopic: properties.realTopic,
    realQueueId: properties.realQueueId,
    producerGroup: properties.producerGroup,
    uniqKey: properties.uniqKey,
    checkTimes: checkTimes ?? 0,
    isPutBack: preparedQueueOffset !== undefined || (checkTimes ?? 0) > 0,
    root: rootOf(stored.queueOffset, preparedQueueOffset),
    immunitySeconds: properties.immunitySeconds,
    hasDelay: properties.hasDelay,
    ownProperties: properties.withoutTarget(),
  };
}

/** An earlier record names itself as the first; anything else in that property is not believed. */
function rootOf(queueOffset: number, preparedQueueOffset: number | undefined): number {
  if (preparedQueueOffset === undefined || preparedQueueOffset >= queueOffset) return queueOffset;
  return preparedQueueOffset;
}
