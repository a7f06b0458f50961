/** Address of a producer or of this broker as records hold it. */
export interface HostAddress {
  /** 4 or 16 bytes. */
  readonly address: Uint8Array;
  readonly port: number;
}

interface StoredHeader {
  topic: string;
  queueId: number;
  /** The store sets the bits that tell IPv6 hosts (16 and 32) by itself. */
  sysFlag: number;
  bornTimestamp: number;
  bornHost: HostAddress;
  storeHost: HostAddress;
  reconsumeTimes: number;
}

/**
 * One message on its way into the store. Buffers are copied during the call and may be reused
 * afterwards.
 */
export interface MessageExtBrokerInner extends StoredHeader {
  /** The producer's own flag. */
  flag: number;
  preparedTransactionOffset: number;
  body: Buffer;
  /** Properties as they came from the wire (key \u0001 value \u0002 ...). */
  propertiesText: Buffer;
  /** Encoded properties that the broker adds; stored behind the message's own. */
  extraProperties?: Buffer;
}

/** A batch as clients send it: `body` holds items of layout 3, each becomes a record of its own. */
export interface MessageExtBatch extends StoredHeader {
  body: Buffer;
}
