import { encodeProperties } from '@rocket-nest/common';
import type { MessageExtBrokerInner } from '@rocket-nest/store';

const HOST = { address: Uint8Array.of(127, 0, 0, 1), port: 10_911 };

/** A message as the store takes it, with defaults for what a test does not care about. */
export function storedMessage(
  topic: string,
  body: string,
  properties: Readonly<Record<string, string>> = {},
  init: Partial<MessageExtBrokerInner> = {},
): MessageExtBrokerInner {
  return {
    topic,
    queueId: 0,
    flag: 0,
    sysFlag: 0,
    bornTimestamp: 1_700_000_000_000,
    bornHost: HOST,
    storeHost: HOST,
    reconsumeTimes: 0,
    preparedTransactionOffset: 0,
    body: Buffer.from(body),
    propertiesText: Buffer.from(encodeProperties(new Map(Object.entries(properties)))),
    ...init,
  };
}
