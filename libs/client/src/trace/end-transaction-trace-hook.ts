import { MessageConst, MixAll, withoutNamespace, type Clock } from '@rocket-nest/common';
import type { EndTransactionContext, EndTransactionHook } from '../hook/end-transaction-hook';
import type { TraceDispatcher } from './trace-dispatcher';

/** Writes a record for each end of a transaction, as the Java client does. */
export class EndTransactionTraceHook implements EndTransactionHook {
  constructor(
    private readonly dispatcher: Pick<TraceDispatcher, 'append'>,
    private readonly namespace: string | undefined,
    private readonly clock: Pick<Clock, 'wallNow'>,
  ) {}

  endTransaction(context: EndTransactionContext): void {
    const { properties, topic } = context.message;
    this.dispatcher.append({
      type: 'EndTransaction',
      timestampMs: Math.floor(this.clock.wallNow()),
      regionId: properties.get(MessageConst.PROPERTY_MSG_REGION) ?? MixAll.DEFAULT_TRACE_REGION_ID,
      group: withoutNamespace(this.namespace, context.producerGroup),
      topic: withoutNamespace(this.namespace, topic),
      msgId: context.msgId,
      tags: properties.get(MessageConst.PROPERTY_TAGS),
      keys: properties.get(MessageConst.PROPERTY_KEYS),
      storeHost: context.brokerAddr,
      transactionId: context.transactionId,
      state: context.state,
      fromTransactionCheck: context.fromTransactionCheck,
    });
  }
}
