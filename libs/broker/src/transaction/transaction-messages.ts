import {
  MessageConst,
  MessageSysFlag,
  SystemTopic,
  decodeProperties,
  encodeProperties,
} from '@rocket-nest/common';
import type { HostAddress, MessageExtBrokerInner } from '@rocket-nest/store';
import { routeByDelayLevel } from '../messages/delay-routing';
import { innerOf } from '../messages/stored-message';
import type { HalfMessage } from './half-message';

/** Bits of sysFlag that tell plain, prepared, committed and rolled back messages apart. */
export const TRANSACTION_BITS = MessageSysFlag.TRANSACTION_ROLLBACK_TYPE;
/** The half queue: transactions of all producers of a broker share it. */
export const HALF_QUEUE_ID = 0;
/** Tag of an op message: the half messages that its body names are done with. */
const OP_TAG = 'd';
const OP_SEPARATOR = ',';

const OP_PROPERTIES = Buffer.from(
  encodeProperties(
    new Map([
      [MessageConst.PROPERTY_WAIT_STORE_MSG_OK, 'true'],
      [MessageConst.PROPERTY_TAGS, OP_TAG],
    ]),
  ),
);

/**
 * What a committed half message becomes: itself, in its real topic and queue, with the position of
 * the half record. One with a delay level waits in the delay topic first. The half message must
 * have a target.
 */
export function committedMessageOf(
  half: HalfMessage,
  storeHost: HostAddress,
  maxDelayLevel: number,
): MessageExtBrokerInner {
  const { stored } = half;
  const message: MessageExtBrokerInner = {
    topic: half.realTopic as string,
    queueId: half.realQueueId as number,
    flag: stored.flag,
    sysFlag: (stored.sysFlag & ~TRANSACTION_BITS) | MessageSysFlag.TRANSACTION_COMMIT_TYPE,
    bornTimestamp: stored.bornTimestamp,
    bornHost: stored.bornHost,
    storeHost,
    reconsumeTimes: stored.reconsumeTimes,
    preparedTransactionOffset: stored.physicalOffset,
    body: stored.body,
    propertiesText: half.ownProperties,
  };
  if (half.hasDelay) delay(message, maxDelayLevel);
  return message;
}

/** The half message once more, for the end of the half queue, with `checkTimes` of checks. */
export function putBackMessageOf(half: HalfMessage, checkTimes: number): MessageExtBrokerInner {
  const properties = decodeProperties(half.stored.propertiesText);
  const { PROPERTY_TRANSACTION_CHECK_TIMES, PROPERTY_TRANSACTION_PREPARED_QUEUE_OFFSET } =
    MessageConst;
  if (checkTimes > 0) properties.set(PROPERTY_TRANSACTION_CHECK_TIMES, String(checkTimes));
  else properties.delete(PROPERTY_TRANSACTION_CHECK_TIMES);
  properties.set(PROPERTY_TRANSACTION_PREPARED_QUEUE_OFFSET, String(half.root));
  return { ...innerOf(half.stored), propertiesText: Buffer.from(encodeProperties(properties)) };
}

/** A stored transactional message as a half message that was never checked. */
export function freshHalfMessageOf(half: HalfMessage): MessageExtBrokerInner {
  const properties = decodeProperties(half.stored.propertiesText);
  properties.set(MessageConst.PROPERTY_TRANSACTION_CHECK_TIMES, '0');
  properties.delete(MessageConst.PROPERTY_TRANSACTION_PREPARED_QUEUE_OFFSET);
  return {
    ...innerOf(half.stored),
    topic: SystemTopic.TRANS_HALF_TOPIC,
    queueId: HALF_QUEUE_ID,
    preparedTransactionOffset: 0,
    propertiesText: Buffer.from(encodeProperties(properties)),
  };
}

/** The half message for the topic of those that nobody could decide on. */
export function discardedMessageOf(half: HalfMessage): MessageExtBrokerInner {
  return {
    ...innerOf(half.stored),
    topic: SystemTopic.TRANS_CHECK_MAX_TIME_TOPIC,
    queueId: 0,
    preparedTransactionOffset: half.stored.physicalOffset,
  };
}

/** An op message that names half queue offsets, each followed by a comma. */
export function opMessageOf(
  offsets: readonly number[],
  bornTimestamp: number,
  storeHost: HostAddress,
): MessageExtBrokerInner {
  return {
    topic: SystemTopic.TRANS_OP_HALF_TOPIC,
    queueId: HALF_QUEUE_ID,
    flag: 0,
    sysFlag: 0,
    bornTimestamp,
    bornHost: storeHost,
    storeHost,
    reconsumeTimes: 0,
    preparedTransactionOffset: 0,
    body: Buffer.from(offsets.join(OP_SEPARATOR) + OP_SEPARATOR, 'latin1'),
    propertiesText: OP_PROPERTIES,
  };
}

/** The offsets that an op message names; brokers before 5.0 wrote one, without a comma. */
export function halfOffsetsOf(opBody: Buffer): number[] {
  return opBody
    .toString('latin1')
    .split(OP_SEPARATOR)
    .filter((text) => /^[0-9]{1,15}$/.test(text))
    .map(Number);
}

function delay(message: MessageExtBrokerInner, maxDelayLevel: number): void {
  const properties = decodeProperties(message.propertiesText);
  const target = routeByDelayLevel(message, properties, maxDelayLevel);
  message.topic = target.topic;
  message.queueId = target.queueId;
  message.propertiesText = Buffer.from(encodeProperties(properties));
}
