import { MessageSysFlag, RocketError } from '@rocket-nest/common';
import type { HostAddress, MessageExtBrokerInner } from '@rocket-nest/store';

/*
 * The part of a stored record behind its fixed head of 48 bytes:
 * bornHost (8 or 20), storeTimestamp 8, storeHost (8 or 20), reconsumeTimes 4,
 * preparedTransactionOffset 8, body length 4, body, topic length 1 (2 in V2), topic,
 * properties length 2, properties.
 */
const MAGIC_AT = 4;
const QUEUE_ID_AT = 12;
const FLAG_AT = 16;
const QUEUE_OFFSET_AT = 20;
const PHYSICAL_OFFSET_AT = 28;
const SYS_FLAG_AT = 36;
const BORN_TIMESTAMP_AT = 40;
const BORN_HOST_AT = 48;
const HOST_V4_BYTES = 8;
const HOST_V6_BYTES = 20;
const MAGIC_V1 = -626843481;
const MAGIC_V2 = -626843477;

/** A record as it lies in the store; body and properties are views of the record's bytes. */
export interface StoredMessage {
  readonly sizeBytes: number;
  readonly topic: string;
  readonly queueId: number;
  readonly flag: number;
  readonly queueOffset: number;
  readonly physicalOffset: number;
  readonly sysFlag: number;
  readonly bornTimestamp: number;
  readonly bornHost: HostAddress;
  readonly storeTimestamp: number;
  readonly storeHost: HostAddress;
  readonly reconsumeTimes: number;
  readonly preparedTransactionOffset: number;
  readonly body: Buffer;
  readonly propertiesText: Buffer;
}

/** Reads the record at `start`. Throws MESSAGE_CORRUPT when there is no whole record. */
export function readStoredMessage(source: Buffer, start = 0): StoredMessage {
  try {
    return readRecord(source, start);
  } catch (cause) {
    throw new RocketError('MESSAGE_CORRUPT', `no stored message at byte ${start}`, { cause });
  }
}

/** A message with all that the stored one has, to be stored again. */
export function innerOf(stored: StoredMessage): MessageExtBrokerInner {
  return {
    topic: stored.topic,
    queueId: stored.queueId,
    flag: stored.flag,
    sysFlag: stored.sysFlag,
    bornTimestamp: stored.bornTimestamp,
    bornHost: stored.bornHost,
    storeHost: stored.storeHost,
    reconsumeTimes: stored.reconsumeTimes,
    preparedTransactionOffset: stored.preparedTransactionOffset,
    body: stored.body,
    propertiesText: stored.propertiesText,
  };
}

/** `address port offset` in upper-case hexadecimal digits: the id of where the record lies. */
export function offsetMessageIdOf(stored: StoredMessage): string {
  const { address, port } = stored.storeHost;
  const tail = Buffer.allocUnsafe(12);
  tail.writeInt32BE(port, 0);
  tail.writeBigInt64BE(BigInt(stored.physicalOffset), 4);
  return (Buffer.from(address).toString('hex') + tail.toString('hex')).toUpperCase();
}

function readRecord(source: Buffer, start: number): StoredMessage {
  const sizeBytes = source.readInt32BE(start);
  const record = source.subarray(start, start + sizeBytes);
  if (record.length !== sizeBytes) throw new RangeError(`${record.length} of ${sizeBytes} bytes`);
  const magic = record.readInt32BE(MAGIC_AT);
  if (magic !== MAGIC_V1 && magic !== MAGIC_V2) throw new RangeError(`magic ${magic}`);
  const sysFlag = record.readInt32BE(SYS_FLAG_AT);
  const storeTimeAt = BORN_HOST_AT + hostBytes(sysFlag, MessageSysFlag.BORNHOST_V6_FLAG);
  const storeHostAt = storeTimeAt + 8;
  const afterHost = storeHostAt + hostBytes(sysFlag, MessageSysFlag.STOREHOSTADDRESS_V6_FLAG);
  const bodyAt = afterHost + 16;
  const bodyEnd = bodyAt + record.readInt32BE(bodyAt - 4);
  const topicAt = bodyEnd + (magic === MAGIC_V2 ? 2 : 1);
  const topicBytes = magic === MAGIC_V2 ? record.readUInt16BE(bodyEnd) : record.readUInt8(bodyEnd);
  const propertiesAt = topicAt + topicBytes + 2;
  const propertiesEnd = propertiesAt + record.readUInt16BE(propertiesAt - 2);
  if (propertiesEnd > sizeBytes) throw new RangeError('properties beyond the record');
  return {
    sizeBytes,
    topic: record.toString('utf8', topicAt, topicAt + topicBytes),
    queueId: record.readInt32BE(QUEUE_ID_AT),
    flag: record.readInt32BE(FLAG_AT),
    queueOffset: longAt(record, QUEUE_OFFSET_AT),
    physicalOffset: longAt(record, PHYSICAL_OFFSET_AT),
    sysFlag,
    bornTimestamp: longAt(record, BORN_TIMESTAMP_AT),
    bornHost: hostAt(record, BORN_HOST_AT, storeTimeAt),
    storeTimestamp: longAt(record, storeTimeAt),
    storeHost: hostAt(record, storeHostAt, afterHost),
    reconsumeTimes: record.readInt32BE(afterHost),
    preparedTransactionOffset: longAt(record, afterHost + 4),
    body: record.subarray(bodyAt, bodyEnd),
    propertiesText: record.subarray(propertiesAt, propertiesEnd),
  };
}

function hostBytes(sysFlag: number, v6Flag: number): number {
  return (sysFlag & v6Flag) !== 0 ? HOST_V6_BYTES : HOST_V4_BYTES;
}

function hostAt(record: Buffer, start: number, end: number): HostAddress {
  return { address: record.subarray(start, end - 4), port: record.readInt32BE(end - 4) };
}

function longAt(record: Buffer, at: number): number {
  return record.readInt32BE(at) * 0x1_0000_0000 + record.readUInt32BE(at + 4);
}
