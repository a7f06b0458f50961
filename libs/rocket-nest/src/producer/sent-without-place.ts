import type { SendResult } from '@rocket-nest/client';
import { MessageConst, type Message } from '@rocket-nest/common';

/** The result of a message whose place in the store the broker does not tell. */
export function sentWithoutPlace(message: Message): SendResult {
  return {
    sendStatus: 'SEND_OK',
    msgId: uniqueKeyOf(message),
    offsetMsgId: '',
    messageQueue: { topic: message.topic, brokerName: '', queueId: -1 },
    queueOffset: -1,
    transactionId: undefined,
    recallHandle: undefined,
    regionId: undefined,
    traceOn: false,
  };
}

/** The key that a message was given when it was built; empty when it was built elsewhere. */
export function uniqueKeyOf({ properties }: Message): string {
  return properties.get(MessageConst.PROPERTY_UNIQ_CLIENT_MESSAGE_ID_KEYIDX) ?? '';
}
