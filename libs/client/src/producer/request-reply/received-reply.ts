import {
  decodeProperties,
  decompressBody,
  MessageConst,
  MessageSysFlag,
  type MessageExt,
} from '@rocket-nest/common';
import type { ReplyMessageRequestHeader } from '@rocket-nest/remoting';

/** A reply as the requester gets it: it was not stored, so its places are 0. */
export function receivedReply(
  header: ReplyMessageRequestHeader,
  body: Buffer,
  arrivedAtMs: number,
): MessageExt {
  const properties = decodeProperties(header.properties ?? '');
  properties.set(MessageConst.PROPERTY_REPLY_MESSAGE_ARRIVE_TIME, String(arrivedAtMs));
  const compressed = (header.sysFlag & MessageSysFlag.COMPRESSED_FLAG) !== 0;
  return {
    topic: header.topic,
    flag: header.flag,
    properties,
    body: compressed ? decompressBody(body, header.sysFlag) : Buffer.from(body),
    brokerName: header.bname ?? '',
    queueId: header.queueId,
    queueOffset: 0,
    commitLogOffset: 0,
    storeSizeBytes: 0,
    sysFlag: header.sysFlag,
    bodyCrc: 0,
    bornTimestamp: header.bornTimestamp,
    bornHost: header.bornHost,
    storeTimestamp: header.storeTimestamp,
    storeHost: header.storeHost,
    reconsumeTimes: header.reconsumeTimes ?? 0,
    preparedTransactionOffset: 0,
    msgId: properties.get(MessageConst.PROPERTY_UNIQ_CLIENT_MESSAGE_ID_KEYIDX) ?? '',
    offsetMsgId: '',
  };
}
