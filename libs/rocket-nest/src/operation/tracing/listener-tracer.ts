import { context, ROOT_CONTEXT, SpanKind, trace, type Link, type Tracer } from '@opentelemetry/api';
import type {
  BatchInvoke,
  ListenerDefinition,
  ListenerInvoke,
} from '../../listener/listener-definition';
import type { ListenerWrapper } from '../../listener/listener-wrappers';
import { endedWith, markFailed } from './end-span';
import { deliveredAttributes } from './message-attributes';
import { readSpanContext, readTraceContext } from './trace-context';

/**
 * A consumer span around each listener call: a child of the span that sent the message, or, for a
 * batch, a span of its own with a link to the span of each message.
 */
export class ListenerTracer implements ListenerWrapper {
  constructor(private readonly tracer: Tracer) {}

  wrap(listener: ListenerDefinition, next: ListenerInvoke): ListenerInvoke {
    const name = `process ${listener.options.topic}`;
    const common = commonAttributes(listener);
    return (message, rocketContext) => {
      const parent = readTraceContext(message.properties);
      const attributes = { ...deliveredAttributes(message, listener.consumerGroup), ...common };
      const span = this.tracer.startSpan(name, { kind: SpanKind.CONSUMER, attributes }, parent);
      return endedWith(span, () =>
        context.with(trace.setSpan(parent, span), () => next(message, rocketContext)),
      );
    };
  }

  wrapBatch(listener: ListenerDefinition, next: BatchInvoke): BatchInvoke {
    const name = `process ${listener.options.topic}`;
    const common = commonAttributes(listener);
    return (batch) => {
      const links = batch.messages.flatMap((message): Link[] => {
        const sent = readSpanContext(message.properties);
        if (!sent) return [];
        return [
          { context: sent, attributes: deliveredAttributes(message, listener.consumerGroup) },
        ];
      });
      const attributes = {
        ...common,
        'messaging.system': 'rocketmq',
        'messaging.destination.name': listener.options.topic,
        'messaging.consumer.group.name': listener.consumerGroup,
        'messaging.batch.message_count': batch.contexts.length,
      };
      const options = { kind: SpanKind.CONSUMER, attributes, links };
      const span = this.tracer.startSpan(name, options, ROOT_CONTEXT);
      return endedWith(span, async () => {
        const result = await context.with(trace.setSpan(ROOT_CONTEXT, span), () => next(batch));
        const [failure] = batch.failures.values();
        if (failure) markFailed(span, failure.error);
        return result;
      });
    };
  }
}

function commonAttributes({ id, options }: ListenerDefinition): Record<string, string> {
  return {
    'messaging.operation.type': 'process',
    'messaging.operation.name': 'process',
    'messaging.rocketmq.consumption_model':
      options.messageModel === 'BROADCASTING' ? 'broadcasting' : 'clustering',
    'rocket_nest.listener': id,
  };
}
