import {
  MessageConst,
  MixAll,
  withoutNamespace,
  type Clock,
  type Message,
} from '@rocket-nest/common';
import type { SendMessageContext, SendMessageHook } from '../hook/send-message-hook';
import type { TraceDispatcher } from './trace-dispatcher';
import { TraceMessageType } from './trace-record';

const DELAYS = [
  MessageConst.PROPERTY_DELAY_TIME_LEVEL,
  MessageConst.PROPERTY_TIMER_DELAY_MS,
  MessageConst.PROPERTY_TIMER_DELAY_SEC,
  MessageConst.PROPERTY_TIMER_DELIVER_MS,
];

/** Writes a Pub record for each message that a broker has stored, as the Java client does. */
export class SendMessageTraceHook implements SendMessageHook {
  constructor(
    private readonly dispatcher: Pick<TraceDispatcher, 'append'>,
    private readonly namespace: string | undefined,
    private readonly clock: Pick<Clock, 'wallNow'>,
  ) {}

  sendMessageAfter(context: SendMessageContext): void {
    const { sendResult, message, batch } = context;
    if (!sendResult || sendResult.traceOn === false) return;
    const property = (name: string): string | undefined =>
      batch ? undefined : message.properties.get(name);
    this.dispatcher.append({
      type: 'Pub',
      timestampMs: context.startedAtMs,
      regionId: sendResult.regionId ?? MixAll.DEFAULT_TRACE_REGION_ID,
      group: withoutNamespace(this.namespace, context.producerGroup),
      topic: withoutNamespace(this.namespace, context.topic),
      msgId: sendResult.msgId,
      tags: property(MessageConst.PROPERTY_TAGS),
      keys: property(MessageConst.PROPERTY_KEYS),
      storeHost: context.brokerAddr,
      bodyLength: context.bodyLength,
      costMs: Math.floor(this.clock.wallNow()) - context.startedAtMs,
      messageType: typeOf(message, context.half),
      offsetMsgId: sendResult.offsetMsgId,
      success: sendResult.sendStatus === 'SEND_OK',
    });
  }
}

function typeOf({ properties }: Message, half: boolean): number {
  if (half) return TraceMessageType.TRANS_HALF;
  return DELAYS.some((name) => properties.has(name))
    ? TraceMessageType.DELAY
    : TraceMessageType.NORMAL;
}
