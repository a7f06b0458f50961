import {
  createMessage,
  MessageConst,
  MixAll,
  replyTopicOf,
  type Message,
  type MessageExt,
  type MessageInit,
} from '@rocket-nest/common';
import { ClientError } from '../../errors/client-error';

/** What a reply says. */
export type ReplyInit = Omit<MessageInit, 'topic'>;

/** What a reply takes over from its request. */
const COPIED = [
  MessageConst.PROPERTY_CORRELATION_ID,
  MessageConst.PROPERTY_MESSAGE_REPLY_TO_CLIENT,
  MessageConst.PROPERTY_MESSAGE_TTL,
] as const;

/** Whether the sender of a message waits for a reply. */
export function isRequest({ properties }: Pick<MessageExt, 'properties'>): boolean {
  return (
    properties.has(MessageConst.PROPERTY_CORRELATION_ID) &&
    properties.has(MessageConst.PROPERTY_MESSAGE_REPLY_TO_CLIENT)
  );
}

/** Whether a message is a reply. */
export function isReply({ properties }: Pick<Message, 'properties'>): boolean {
  return properties.get(MessageConst.PROPERTY_MESSAGE_TYPE) === MixAll.REPLY_MESSAGE_FLAG;
}

/**
 * Builds the reply to a message that was sent by `request`. Throws MESSAGE_ILLEGAL for any other one.
 */
export function createReplyMessage(request: MessageExt, init: ReplyInit): Message {
  const cluster = request.properties.get(MessageConst.PROPERTY_CLUSTER);
  if (!isRequest(request) || cluster === undefined) {
    throw new ClientError(
      'MESSAGE_ILLEGAL',
      `message ${request.msgId} is no request: its sender did not use request(), so nobody waits ` +
        'for a reply',
    );
  }
  const reply = createMessage({ ...init, topic: replyTopicOf(cluster) });
  reply.properties.set(MessageConst.PROPERTY_MESSAGE_TYPE, MixAll.REPLY_MESSAGE_FLAG);
  for (const name of COPIED) {
    const value = request.properties.get(name);
    if (value !== undefined) reply.properties.set(name, value);
  }
  return reply;
}
