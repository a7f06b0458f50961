import { MessageSysFlag } from './message-sys-flag';

/*
 * A stored message (big-endian):
 *
 *    0  4  totalSize, this field included
 *    4  4  magic, V1 or V2
 *    8  4  bodyCRC
 *   12  4  queueId
 *   16  4  flag
 *   20  8  queueOffset, in messages
 *   28  8  physicalOffset, in bytes
 *   36  4  sysFlag
 *   40  8  bornTimestamp
 *   48  8  bornHost: 4 address bytes, int32 port (20 with an IPv6 address; all that follows moves)
 *   56  8  storeTimestamp
 *   64  8  storeHost (or 20)
 *   72  4  reconsumeTimes
 *   76  8  preparedTransactionOffset
 *   84  4  body length, then the body
 *    -  1  topic length (2 in V2), then the topic
 *    -  2  properties length, then the properties
 */

export const MESSAGE_MAGIC_CODE = -626843481;
/** For topics longer than 127 bytes. */
export const MESSAGE_MAGIC_CODE_V2 = -626843477;
/** Ends a commit log file: int32 bytes left, this magic. */
export const BLANK_MAGIC_CODE = -875286124;

/** Offsets of the fields that stand at the same place in every record. */
export const RecordField = {
  TOTAL_SIZE: 0,
  MAGIC: 4,
  BODY_CRC: 8,
  QUEUE_ID: 12,
  FLAG: 16,
  QUEUE_OFFSET: 20,
  PHYSICAL_OFFSET: 28,
  SYS_FLAG: 36,
  BORN_TIMESTAMP: 40,
  BORN_HOST: 48,
} as const;

/** Size of a V1 record with IPv4 hosts, an empty topic, body and properties. */
export const MESSAGE_RECORD_FIXED_BYTES = 91;
/** What each IPv6 host adds. */
export const MESSAGE_RECORD_V6_EXTRA_BYTES = 12;
/** Longest topic in a V1 record, in bytes. */
export const TOPIC_V1_MAX_BYTES = 127;

/** Size in bytes of a record. */
export function messageRecordSize(
  sysFlag: number,
  topicBytes: number,
  bodyBytes: number,
  propertiesBytes: number,
): number {
  const topicLengthBytes = topicBytes > TOPIC_V1_MAX_BYTES ? 1 : 0;
  return (
    MESSAGE_RECORD_FIXED_BYTES +
    hostExtraBytes(sysFlag) +
    topicLengthBytes +
    topicBytes +
    bodyBytes +
    propertiesBytes
  );
}

/** Bytes that IPv6 hosts add to a record. */
export function hostExtraBytes(sysFlag: number): number {
  let extra = 0;
  if (sysFlag & MessageSysFlag.BORNHOST_V6_FLAG) extra += MESSAGE_RECORD_V6_EXTRA_BYTES;
  if (sysFlag & MessageSysFlag.STOREHOSTADDRESS_V6_FLAG) extra += MESSAGE_RECORD_V6_EXTRA_BYTES;
  return extra;
}
