import {
  MessageConst,
  MixAll,
  withoutNamespace,
  type Clock,
  type MessageExt,
} from '@rocket-nest/common';
import type { ConsumeMessageContext, ConsumeMessageHook } from '../hook/consume-message-hook';
import type { TraceDispatcher } from './trace-dispatcher';
import { TraceContextCode } from './trace-record';

/** Writes records before and after each listener call, as the Java client does. */
export class ConsumeMessageTraceHook implements ConsumeMessageHook {
  private readonly requestIds = new WeakMap<ConsumeMessageContext, string>();

  constructor(
    private readonly dispatcher: Pick<TraceDispatcher, 'append'>,
    private readonly traceTopic: string,
    private readonly namespace: string | undefined,
    private readonly ids: { next(): string },
    private readonly clock: Pick<Clock, 'wallNow'>,
  ) {}

  consumeMessageBefore(context: ConsumeMessageContext): void {
    const requestId = this.ids.next();
    this.requestIds.set(context, requestId);
    for (const message of this.traced(context)) {
      this.dispatcher.append({
        type: 'SubBefore',
        timestampMs: context.startedAtMs,
        requestId,
        retryTimes: message.reconsumeTimes,
        ...this.common(context, message),
      });
    }
  }

  consumeMessageAfter(context: ConsumeMessageContext): void {
    const nowMs = Math.floor(this.clock.wallNow());
    const returnType = context.returnType ?? 'FAILED';
    const costMs = Math.floor((nowMs - context.startedAtMs) / context.messages.length);
    for (const message of this.traced(context)) {
      this.dispatcher.append({
        type: 'SubAfter',
        requestId: this.requestIds.get(context) ?? '',
        costMs,
        success: returnType === 'SUCCESS',
        contextCode: TraceContextCode[returnType],
        timestampMs: nowMs,
        ...this.common(context, message),
      });
    }
  }

  private traced({ messages, messageQueue }: ConsumeMessageContext): readonly MessageExt[] {
    if (messageQueue.topic === this.traceTopic) return []; // else it would trace itself for ever
    return messages.filter(
      ({ properties }) => properties.get(MessageConst.PROPERTY_TRACE_SWITCH) !== 'false',
    );
  }

  private common(
    { consumerGroup }: ConsumeMessageContext,
    { properties, msgId }: MessageExt,
  ): { regionId: string; group: string; msgId: string; keys: string | undefined } {
    return {
      regionId: properties.get(MessageConst.PROPERTY_MSG_REGION) ?? MixAll.DEFAULT_TRACE_REGION_ID,
      group: withoutNamespace(this.namespace, consumerGroup),
      msgId,
      keys: properties.get(MessageConst.PROPERTY_KEYS),
    };
  }
}
