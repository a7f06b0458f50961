import {
  MessageConst,
  MessageSysFlag,
  SystemTopic,
  decodeProperties,
  encodeProperties,
} from '@rocket-nest/common';
import {
  CheckTransactionStateRequestHeader,
  RemotingCommand,
  RequestCode,
  encodeHeader,
} from '@rocket-nest/remoting';
import { offsetMessageIdOf } from '../messages/stored-message';
import type { HalfMessage } from './half-message';

/** Bytes of a record before its body, with IPv4 hosts, and what each IPv6 host adds. */
const HEAD_BYTES = 88;
const V6_EXTRA_BYTES = 12;
const QUEUE_ID_AT = 12;
const QUEUE_OFFSET_AT = 20;
const PHYSICAL_OFFSET_AT = 28;
/** Longest topic of a V1 record. */
const MAX_V1_TOPIC_BYTES = 127;
const MAGIC_AT = 4;
const MAGIC_V1 = -626843481;
const MAGIC_V2 = -626843477;

/** Where the half message lies that the producer is to answer about. */
export interface HalfPlace {
  readonly queueOffset: number;
  readonly physicalOffset: number;
  readonly checkTimes: number;
}

/**
 * CHECK_TRANSACTION_STATE (39): asks a producer what became of its local transaction. The body is
 * the half message as a record of its real topic; header and record name the half record, which
 * the producer's answer (END_TRANSACTION) has to name again.
 */
export function checkTransactionRequest(
  record: Buffer,
  half: HalfMessage,
  place: HalfPlace,
  brokerName: string,
): RemotingCommand {
  const { uniqKey } = half;
  const fields = encodeHeader(CheckTransactionStateRequestHeader, {
    bname: brokerName,
    topic: SystemTopic.TRANS_HALF_TOPIC,
    tranStateTableOffset: place.queueOffset,
    commitLogOffset: place.physicalOffset,
    msgId: uniqKey,
    transactionId: uniqKey,
    offsetMsgId: offsetMessageIdOf({ ...half.stored, physicalOffset: place.physicalOffset }),
  });
  const request = RemotingCommand.createRequest(RequestCode.CHECK_TRANSACTION_STATE, fields);
  request.body = recordForProducer(record, half, place);
  return request.markOneway();
}

/** The half record with the topic and queue it is meant for, at the place of the newest record. */
function recordForProducer(record: Buffer, half: HalfMessage, place: HalfPlace): Buffer {
  const topic = Buffer.from(half.realTopic ?? '');
  const isV2 = topic.length > MAX_V1_TOPIC_BYTES;
  const topicLength = Buffer.alloc(isV2 ? 2 : 1);
  topicLength.writeUIntBE(topic.length, 0, topicLength.length);
  const decoded = decodeProperties(half.stored.propertiesText);
  decoded.set(MessageConst.PROPERTY_TRANSACTION_CHECK_TIMES, String(place.checkTimes));
  const properties = Buffer.from(encodeProperties(decoded));
  const propertiesLength = Buffer.alloc(2);
  propertiesLength.writeUInt16BE(properties.length);
  const { sysFlag, body } = half.stored;
  const upToTopic = record.subarray(0, headBytes(sysFlag) + body.length);
  const copy = Buffer.concat([upToTopic, topicLength, topic, propertiesLength, properties]);
  copy.writeInt32BE(copy.length, 0);
  copy.writeInt32BE(isV2 ? MAGIC_V2 : MAGIC_V1, MAGIC_AT);
  copy.writeInt32BE(half.realQueueId ?? 0, QUEUE_ID_AT);
  copy.writeBigInt64BE(BigInt(place.queueOffset), QUEUE_OFFSET_AT);
  copy.writeBigInt64BE(BigInt(place.physicalOffset), PHYSICAL_OFFSET_AT);
  return copy;
}

function headBytes(sysFlag: number): number {
  const { BORNHOST_V6_FLAG, STOREHOSTADDRESS_V6_FLAG } = MessageSysFlag;
  const v6Hosts =
    (sysFlag & BORNHOST_V6_FLAG ? 1 : 0) + (sysFlag & STOREHOSTADDRESS_V6_FLAG ? 1 : 0);
  return HEAD_BYTES + v6Hosts * V6_EXTRA_BYTES;
}
