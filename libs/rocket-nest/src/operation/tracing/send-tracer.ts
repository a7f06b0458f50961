import { context, SpanKind, trace, type Tracer } from '@opentelemetry/api';
import type { SendInvoke, SendWrapper } from '../../producer/send-wrappers';
import { endedWith } from './end-span';
import { messageAttributes } from './message-attributes';
import { readTraceContext, writeTraceContext } from './trace-context';

/** A producer span around each send; its context travels in the message. */
export class SendTracer implements SendWrapper {
  constructor(private readonly tracer: Tracer) {}

  wrap(next: SendInvoke): SendInvoke {
    return (message, call) => {
      const active = context.active();
      // A message from the outbox is sent outside of the trace it belongs to, but names it.
      const parent = trace.getSpanContext(active) ? active : readTraceContext(message.properties);
      const span = this.tracer.startSpan(
        `send ${message.topic}`,
        {
          kind: SpanKind.PRODUCER,
          attributes: {
            ...messageAttributes(message),
            'messaging.operation.type': 'send',
            'messaging.operation.name': call.kind,
          },
        },
        parent,
      );
      const sending = trace.setSpan(parent, span);
      writeTraceContext(sending, message.properties);
      return endedWith(span, async () => {
        const result = await context.with(sending, () => next(message, call));
        const { messageQueue, sendStatus, queueOffset } = result;
        if (messageQueue.queueId >= 0) {
          span.setAttributes({
            'messaging.destination.partition.id': String(messageQueue.queueId),
            'rocket_nest.broker': messageQueue.brokerName,
            'rocket_nest.queue_offset': queueOffset,
            'rocket_nest.send_status': sendStatus,
          });
        }
        return result;
      });
    };
  }
}
