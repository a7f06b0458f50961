/**
 * The stored record (all integers big-endian):
 *
 *     0  4  total size          36  4  sysFlag
 *     4  4  magic               40  8  born timestamp
 *     8  4  body CRC            48  8  born host (20 when sysFlag & 16)
 *    12  4  queue id            56  8  store timestamp
 *    16  4  flag                64  8  store host (20 when sysFlag & 32)
 *    20  8  queue offset        72  4  reconsume times
 *    28  8  physical offset     76  8  prepared transaction offset
 *
 * then 4 + n body, 1 + n (V1) or 2 + n (V2) topic, 2 + n properties. Positions from 56 on are those
 * of IPv4 hosts; each IPv6 host moves what follows it by 12.
 */
export const RecordLayout = {
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
  /** Body length, with IPv4 hosts. */
  BODY_LENGTH: 84,
  /** Bytes of a V1 record with IPv4 hosts, without topic, body and properties. */
  FIXED_BYTES: 91,
  /** What an IPv6 host takes more than an IPv4 host. */
  IPV6_EXTRA_BYTES: 12,
} as const;

export const MESSAGE_MAGIC_V1 = -626843481;
export const MESSAGE_MAGIC_V2 = -626843477;
/** Magic of the mark that fills the end of a file. */
export const BLANK_MAGIC = -875286124;
/** int32 bytes left in the file, int32 magic. */
export const BLANK_BYTES = 8;

export const MAX_PROPERTIES_BYTES = 32767;
/** Longest topic that a V1 record can hold. */
export const MAX_V1_TOPIC_BYTES = 127;

/** Position of the body length field. */
export function bodyLengthAt(sysFlag: number): number {
  return (
    RecordLayout.BODY_LENGTH +
    (sysFlag & 16 ? RecordLayout.IPV6_EXTRA_BYTES : 0) +
    (sysFlag & 32 ? RecordLayout.IPV6_EXTRA_BYTES : 0)
  );
}

/** Position of the store timestamp. */
export function storeTimestampAt(sysFlag: number): number {
  return RecordLayout.BORN_HOST + 8 + (sysFlag & 16 ? RecordLayout.IPV6_EXTRA_BYTES : 0);
}
