import { context, SpanKind, trace, type Context, type Tracer } from '@opentelemetry/api';
import type { Message } from '@rocket-nest/common';
import type { SendInvoke, SendWrapper } from '../../producer/send-wrappers';
import { endedWith } from './end-span';
import { messageAttributes } from './message-attributes';
import { readSpanContext, writeTraceContext } from './trace-context';

/** A producer span around each send; its context travels in the message. */
export class SendTracer implements SendWrapper {
  constructor(private readonly tracer: Tracer) {}

  /** The trace that a message belongs to, also when it is sent by somebody else. */
  created(message: Message): void {
    writeTraceContext(context.active(), message.properties);
  }

  wrap(next: SendInvoke): SendInvoke {
    return (message, call) => {
      const parent = parentOf(message);
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

/**
 * What runs now is not always what the message is of: an outbox sends the messages of many. Where it
 * was built, its span was written into it.
 */
function parentOf({ properties }: Message): Context {
  const active = context.active();
  const built = readSpanContext(properties);
  return built ? trace.setSpanContext(active, built) : active;
}
