import { bodyCrc } from '../bytes/crc32';
import { putInt16, putInt32, putInt64 } from '../bytes/integers';
import type { HostAddress } from '../put/message-ext-broker-inner';
import { MESSAGE_MAGIC_V1, MESSAGE_MAGIC_V2, RecordLayout } from './record-layout';

export const SYS_FLAG_BORN_HOST_V6 = 16;
export const SYS_FLAG_STORE_HOST_V6 = 32;
const PROPERTY_SEPARATOR = 2;

/** What records of one put have in common. */
export interface RecordHeader {
  readonly queueId: number;
  readonly bornTimestamp: number;
  readonly bornHost: HostAddress;
  readonly storeHost: HostAddress;
  readonly reconsumeTimes: number;
}

/** The flag with its host bits set to what the hosts are. */
export function withHostBits(sysFlag: number, born: HostAddress, store: HostAddress): number {
  let bits = sysFlag & ~(SYS_FLAG_BORN_HOST_V6 | SYS_FLAG_STORE_HOST_V6);
  if (born.address.length === 16) bits |= SYS_FLAG_BORN_HOST_V6;
  if (store.address.length === 16) bits |= SYS_FLAG_STORE_HOST_V6;
  return bits;
}

/** Bytes of a record without body, topic and properties. */
export function recordOverheadBytes(sysFlag: number, isV2: boolean): number {
  return (
    RecordLayout.FIXED_BYTES +
    (sysFlag & SYS_FLAG_BORN_HOST_V6 ? RecordLayout.IPV6_EXTRA_BYTES : 0) +
    (sysFlag & SYS_FLAG_STORE_HOST_V6 ? RecordLayout.IPV6_EXTRA_BYTES : 0) +
    (isV2 ? 1 : 0)
  );
}

/** Bytes of a message's stored properties: its own, a separator when that is missing, the extra. */
export function propertiesBytes(own: Buffer, extra: Buffer | undefined): number {
  if (extra === undefined || extra.length === 0) return own.length;
  return own.length + (needsSeparator(own) ? 1 : 0) + extra.length;
}

function needsSeparator(own: Buffer): boolean {
  return own.length > 0 && own[own.length - 1] !== PROPERTY_SEPARATOR;
}

/** Writes everything up to the body length; returns the position behind the body length field. */
export function encodeFixedPart(
  target: Buffer,
  at: number,
  sizeBytes: number,
  isV2: boolean,
  header: RecordHeader,
  sysFlag: number,
  flag: number,
  queueOffset: number,
  physicalOffset: number,
  storeTimestamp: number,
  preparedTransactionOffset: number,
  bodyLength: number,
): number {
  putInt32(target, at, sizeBytes);
  putInt32(target, at + 4, isV2 ? MESSAGE_MAGIC_V2 : MESSAGE_MAGIC_V1);
  putInt32(target, at + 12, header.queueId);
  putInt32(target, at + 16, flag);
  putInt64(target, at + 20, queueOffset);
  putInt64(target, at + 28, physicalOffset);
  putInt32(target, at + 36, sysFlag);
  putInt64(target, at + 40, header.bornTimestamp);
  let next = encodeHost(target, at + 48, header.bornHost);
  putInt64(target, next, storeTimestamp);
  next = encodeHost(target, next + 8, header.storeHost);
  putInt32(target, next, header.reconsumeTimes);
  putInt64(target, next + 4, preparedTransactionOffset);
  putInt32(target, next + 12, bodyLength);
  return next + 16;
}

/** Writes a body into the record at `recordAt`, and its CRC. */
export function encodeBody(
  target: Buffer,
  recordAt: number,
  bodyAt: number,
  source: Buffer,
  start: number,
  length: number,
): number {
  source.copy(target, bodyAt, start, start + length);
  putInt32(target, recordAt + RecordLayout.BODY_CRC, bodyCrc(source, start, length));
  return bodyAt + length;
}

export function encodeTopic(target: Buffer, at: number, topic: Buffer, isV2: boolean): number {
  let next = at;
  if (isV2) {
    putInt16(target, next, topic.length);
    next += 2;
  } else {
    target[next++] = topic.length;
  }
  target.set(topic, next);
  return next + topic.length;
}

export function encodeProperties(
  target: Buffer,
  at: number,
  own: Buffer,
  extra: Buffer | undefined,
): number {
  putInt16(target, at, propertiesBytes(own, extra));
  target.set(own, at + 2);
  let next = at + 2 + own.length;
  if (extra === undefined || extra.length === 0) return next;
  if (needsSeparator(own)) target[next++] = PROPERTY_SEPARATOR;
  target.set(extra, next);
  return next + extra.length;
}

function encodeHost(target: Buffer, at: number, host: HostAddress): number {
  const { address } = host;
  for (let index = 0; index < address.length; index++) target[at + index] = address[index];
  putInt32(target, at + address.length, host.port);
  return at + address.length + 4;
}
