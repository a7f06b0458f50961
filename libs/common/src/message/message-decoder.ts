import { bodyCrc } from '../bytes/body-crc';
import { HOST_V4_BYTES, HOST_V6_BYTES, readHost } from '../bytes/host-address';
import { readLong } from '../bytes/long';
import { DEFAULT_MAX_BODY_BYTES, decompressBody } from '../compression/body-compression';
import { RocketError } from '../errors/rocket-error';
import type { MessageExt } from './message';
import { MessageConst } from './message-const';
import {
  MESSAGE_MAGIC_CODE,
  MESSAGE_MAGIC_CODE_V2,
  MESSAGE_RECORD_FIXED_BYTES,
  RecordField,
  hostExtraBytes,
} from './message-record';
import { MessageSysFlag } from './message-sys-flag';
import { decodeProperties } from './properties-codec';

/** How records are decoded. */
export interface DecodeMessageOptions {
  /** Where the record begins. Default 0. */
  offset?: number;
  /** False leaves the body empty. Default true. */
  readBody?: boolean;
  /** Compare the body with its CRC. Default false. */
  checkCrc?: boolean;
  /** False leaves a compressed body as stored. Default true. */
  decompressBody?: boolean;
  /** The most a body may grow to when decompressed, in bytes. Default 16 MiB. */
  maxBodyBytes?: number;
  /**
   * False makes the body a view of `source`: no copy, but it keeps all of `source` alive and must
   * not be used once `source` is written again. Default true.
   */
  copyBody?: boolean;
  /** Put into the message. Default ''. */
  brokerName?: string;
}

const NO_BODY = Buffer.alloc(0);
const DEFAULTS: DecodeMessageOptions = {};

/** Decodes one stored message. Throws MESSAGE_CORRUPT, naming the byte, when it is not one. */
export function decodeMessage(
  source: Buffer,
  options: DecodeMessageOptions = DEFAULTS,
): MessageExt {
  const start = options.offset ?? 0;
  const size = recordSizeAt(source, start);
  return decodeRecord(source, start, start + size, options);
}

/** Decodes records that stand one after another, as pull answers carry them. */
export function decodeMessages(
  source: Buffer,
  options: DecodeMessageOptions = DEFAULTS,
): MessageExt[] {
  const messages: MessageExt[] = [];
  let start = options.offset ?? 0;
  while (start < source.length) {
    const end = start + recordSizeAt(source, start);
    messages.push(decodeRecord(source, start, end, options));
    start = end;
  }
  return messages;
}

function recordSizeAt(source: Buffer, start: number): number {
  const left = source.length - start;
  if (left < MESSAGE_RECORD_FIXED_BYTES) throw corrupt(start, `only ${left} bytes are left`);
  const size = source.readInt32BE(start);
  if (size < MESSAGE_RECORD_FIXED_BYTES || size > left) {
    throw corrupt(start, `it claims ${size} of ${left} bytes`);
  }
  return size;
}

function decodeRecord(
  source: Buffer,
  start: number,
  end: number,
  options: DecodeMessageOptions,
): MessageExt {
  const magic = source.readInt32BE(start + RecordField.MAGIC);
  if (magic !== MESSAGE_MAGIC_CODE && magic !== MESSAGE_MAGIC_CODE_V2) {
    throw corrupt(start, `its magic is ${magic}`);
  }
  const sysFlag = source.readInt32BE(start + RecordField.SYS_FLAG);
  if (end - start < MESSAGE_RECORD_FIXED_BYTES + hostExtraBytes(sysFlag)) {
    throw corrupt(start, 'it is too short for its IPv6 hosts');
  }
  const bornIsV6 = (sysFlag & MessageSysFlag.BORNHOST_V6_FLAG) !== 0;
  const storeIsV6 = (sysFlag & MessageSysFlag.STOREHOSTADDRESS_V6_FLAG) !== 0;
  const storeTimeAt = start + RecordField.BORN_HOST + (bornIsV6 ? HOST_V6_BYTES : HOST_V4_BYTES);
  const storeHostAt = storeTimeAt + 8;
  const reconsumeAt = storeHostAt + (storeIsV6 ? HOST_V6_BYTES : HOST_V4_BYTES);
  const bodyAt = reconsumeAt + 16;
  const bodyLength = source.readInt32BE(bodyAt - 4);
  const bodyEnd = bodyAt + bodyLength;
  const topicLengthBytes = magic === MESSAGE_MAGIC_CODE_V2 ? 2 : 1;
  const topicAt = bodyEnd + topicLengthBytes;
  if (bodyLength < 0 || topicAt + 2 > end) throw corrupt(start, `its body has ${bodyLength} bytes`);
  const topicEnd =
    topicAt + (topicLengthBytes === 2 ? source.readUInt16BE(bodyEnd) : source[bodyEnd]);
  const propertiesAt = topicEnd + 2;
  if (propertiesAt > end) throw corrupt(start, 'its topic is too long');
  const propertiesEnd = propertiesAt + source.readUInt16BE(topicEnd);
  if (propertiesEnd > end) throw corrupt(start, 'its properties are too long');

  const crc = source.readInt32BE(start + RecordField.BODY_CRC);
  const properties = decodeProperties(source.toString('utf8', propertiesAt, propertiesEnd));
  const offsetMsgId = offsetMessageIdAt(source, storeHostAt, reconsumeAt, start);
  return {
    topic: source.toString('utf8', topicAt, topicEnd),
    flag: source.readInt32BE(start + RecordField.FLAG),
    properties,
    body: readBody(source.subarray(bodyAt, bodyEnd), start, sysFlag, crc, options),
    brokerName: options.brokerName ?? '',
    queueId: source.readInt32BE(start + RecordField.QUEUE_ID),
    queueOffset: readLong(source, start + RecordField.QUEUE_OFFSET),
    commitLogOffset: readLong(source, start + RecordField.PHYSICAL_OFFSET),
    storeSizeBytes: end - start,
    sysFlag,
    bodyCrc: crc,
    bornTimestamp: readLong(source, start + RecordField.BORN_TIMESTAMP),
    bornHost: readHost(source, start + RecordField.BORN_HOST, bornIsV6),
    storeTimestamp: readLong(source, storeTimeAt),
    storeHost: readHost(source, storeHostAt, storeIsV6),
    reconsumeTimes: source.readInt32BE(reconsumeAt),
    preparedTransactionOffset: readLong(source, reconsumeAt + 4),
    msgId: properties.get(MessageConst.PROPERTY_UNIQ_CLIENT_MESSAGE_ID_KEYIDX) ?? offsetMsgId,
    offsetMsgId,
  };
}

/** The id's bytes (store host, commit log offset) stand in the record as they are. */
function offsetMessageIdAt(
  source: Buffer,
  storeHostAt: number,
  storeHostEnd: number,
  start: number,
): string {
  const host = source.toString('hex', storeHostAt, storeHostEnd);
  const offsetAt = start + RecordField.PHYSICAL_OFFSET;
  return (host + source.toString('hex', offsetAt, offsetAt + 8)).toUpperCase();
}

function readBody(
  stored: Buffer,
  start: number,
  sysFlag: number,
  crc: number,
  options: DecodeMessageOptions,
): Buffer {
  if (options.readBody === false) return NO_BODY;
  if (options.checkCrc === true && bodyCrc(stored) !== crc) {
    throw corrupt(start, 'its body does not match its CRC');
  }
  const compressed = (sysFlag & MessageSysFlag.COMPRESSED_FLAG) !== 0;
  if (compressed && options.decompressBody !== false) {
    return decompressBody(stored, sysFlag, options.maxBodyBytes ?? DEFAULT_MAX_BODY_BYTES);
  }
  return options.copyBody === false ? stored : Buffer.from(stored);
}

function corrupt(start: number, why: string): RocketError {
  return new RocketError('MESSAGE_CORRUPT', `no stored message at byte ${start}: ${why}`);
}
