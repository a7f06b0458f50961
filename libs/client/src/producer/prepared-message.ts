/** A message as it goes on the wire, the same for every try. */
export interface PreparedMessage {
  readonly topic: string;
  readonly body: Buffer;
  readonly propertiesText: string;
  readonly sysFlag: number;
  readonly flag: number;
  readonly bornTimestampMs: number;
  readonly batch: boolean;
  /** An answer to a request; it goes to its requester, not into the topic. */
  readonly reply: boolean;
  /** The unique key, or those of a batch joined by commas. */
  readonly msgId: string;
  readonly reconsumeTimes: number;
  readonly maxReconsumeTimes: number | undefined;
}
