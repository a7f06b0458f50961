/**
 * A message as a producer hands it over. Properties are name -> text; the reserved names are in
 * `MessageConst` (TAGS, KEYS, DELAY, UNIQ_KEY, ...).
 */
export interface Message {
  topic: string;
  /** The user's own flag, kept as it is. Default 0. */
  flag?: number;
  properties: Map<string, string>;
  body: Buffer;
}

/** A message as it is stored and delivered. */
export interface MessageExt extends Message {
  brokerName: string;
  queueId: number;
  flag: number;
  /** Position in its queue, counted in messages. */
  queueOffset: number;
  /** Position of the record in the commit log, in bytes. */
  commitLogOffset: number;
  storeSizeBytes: number;
  sysFlag: number;
  /** CRC-32 of the stored body, 31 bits. */
  bodyCrc: number;
  bornTimestamp: number;
  /** `ip:port` of the producer. */
  bornHost: string;
  storeTimestamp: number;
  /** `ip:port` of the broker that stored it. */
  storeHost: string;
  reconsumeTimes: number;
  preparedTransactionOffset: number;
  /** The unique key when the producer set one, else the offset message id. */
  msgId: string;
  /** Upper-case hex of store host and commit log offset. */
  offsetMsgId: string;
}
