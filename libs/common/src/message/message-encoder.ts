import { bodyCrc } from '../bytes/body-crc';
import { ipToBytes, parseHostAddress, writeHost } from '../bytes/host-address';
import { writeLong } from '../bytes/long';
import { RocketError } from '../errors/rocket-error';
import type { Message } from './message';
import {
  MESSAGE_MAGIC_CODE,
  MESSAGE_MAGIC_CODE_V2,
  TOPIC_V1_MAX_BYTES,
  messageRecordSize,
} from './message-record';
import { MessageSysFlag } from './message-sys-flag';
import { PROPERTIES_MAX_BYTES, encodeProperties } from './properties-codec';

/** What a record holds besides the message; left out numbers are 0, left out hosts 0.0.0.0:0. */
export interface MessageRecordInit extends Message {
  queueId?: number;
  queueOffset?: number;
  commitLogOffset?: number;
  /** The bits that say which hosts are IPv6 follow from the hosts. */
  sysFlag?: number;
  bornTimestamp?: number;
  /** `ip:port`. */
  bornHost?: string;
  storeTimestamp?: number;
  /** `ip:port`. */
  storeHost?: string;
  reconsumeTimes?: number;
  preparedTransactionOffset?: number;
}

const NO_HOST = '0.0.0.0:0';

/**
 * One stored message in a buffer of its own, for tests and tools; the store writes its records
 * straight into the commit log's buffer. The body is stored as it is (`sysFlag` says if compressed).
 */
export function encodeMessageRecord(message: MessageRecordInit): Buffer {
  const topic = Buffer.from(message.topic);
  const properties = Buffer.from(encodeProperties(message.properties));
  if (properties.length > PROPERTIES_MAX_BYTES) {
    throw new RocketError(
      'INVALID_MESSAGE',
      `the properties take ${properties.length} bytes, at most ${PROPERTIES_MAX_BYTES} fit a record`,
    );
  }
  const born = parseHostAddress(message.bornHost ?? NO_HOST);
  const store = parseHostAddress(message.storeHost ?? NO_HOST);
  const bornIp = ipToBytes(born.ip);
  const storeIp = ipToBytes(store.ip);
  const sysFlag = withHostFlags(message.sysFlag ?? 0, bornIp, storeIp);
  const size = messageRecordSize(sysFlag, topic.length, message.body.length, properties.length);
  const isV2 = topic.length > TOPIC_V1_MAX_BYTES;

  const record = Buffer.allocUnsafe(size);
  let at = record.writeInt32BE(size, 0);
  at = record.writeInt32BE(isV2 ? MESSAGE_MAGIC_CODE_V2 : MESSAGE_MAGIC_CODE, at);
  at = record.writeInt32BE(bodyCrc(message.body), at);
  at = record.writeInt32BE(message.queueId ?? 0, at);
  at = record.writeInt32BE(message.flag ?? 0, at);
  at = writeLong(record, message.queueOffset ?? 0, at);
  at = writeLong(record, message.commitLogOffset ?? 0, at);
  at = record.writeInt32BE(sysFlag, at);
  at = writeLong(record, message.bornTimestamp ?? 0, at);
  at = writeHost(record, at, bornIp, born.port);
  at = writeLong(record, message.storeTimestamp ?? 0, at);
  at = writeHost(record, at, storeIp, store.port);
  at = record.writeInt32BE(message.reconsumeTimes ?? 0, at);
  at = writeLong(record, message.preparedTransactionOffset ?? 0, at);
  at = record.writeInt32BE(message.body.length, at);
  at += message.body.copy(record, at);
  at = isV2 ? record.writeInt16BE(topic.length, at) : record.writeInt8(topic.length, at);
  at += topic.copy(record, at);
  at = record.writeInt16BE(properties.length, at);
  properties.copy(record, at);
  return record;
}

function withHostFlags(sysFlag: number, bornIp: Buffer, storeIp: Buffer): number {
  const { BORNHOST_V6_FLAG, STOREHOSTADDRESS_V6_FLAG } = MessageSysFlag;
  let flags = sysFlag & ~(BORNHOST_V6_FLAG | STOREHOSTADDRESS_V6_FLAG);
  if (bornIp.length === 16) flags |= BORNHOST_V6_FLAG;
  if (storeIp.length === 16) flags |= STOREHOSTADDRESS_V6_FLAG;
  return flags;
}
