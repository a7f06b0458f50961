import { Injectable, Module, type INestApplicationContext } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import { context, SpanKind, SpanStatusCode, trace } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import {
  BasicTracerProvider,
  InMemorySpanExporter,
  SimpleSpanProcessor,
  type ReadableSpan,
} from '@opentelemetry/sdk-trace-base';
import { RocketListener } from '../../decorators/rocket-listener.decorator';
import { RejectToDlq } from '../../errors/reject-to-dlq';
import { ProducerService } from '../../producer/producer.service';
import { waitFor } from '../../listener/testing/wait-for';
import { RocketModule } from '../../rocket.module';
import { RocketTracingModule } from './rocket-tracing.module';

const FIRST = { consumeFromWhere: 'CONSUME_FROM_FIRST_OFFSET' } as const;

@Injectable()
class Listener {
  readonly active: (string | undefined)[] = [];
  batched = 0;

  constructor(readonly producer: ProducerService) {}

  @RocketListener({ topic: 'first', consumerGroup: 'first', ...FIRST })
  async onFirst(): Promise<void> {
    this.active.push(trace.getActiveSpan()?.spanContext().traceId);
    await this.producer.send('second:TAG', 'x', { keys: ['k1', 'k2'] });
  }

  @RocketListener({ topic: 'second', consumerGroup: 'second', ...FIRST })
  onSecond(): void {
    throw new RejectToDlq('no use');
  }

  @RocketListener({ topic: 'many', consumerGroup: 'many', batch: true, ...FIRST })
  onMany(texts: string[]): void {
    this.batched += texts.length;
  }
}

const exporter = new InMemorySpanExporter();
const provider = new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] });

@Module({
  imports: [
    RocketModule.forRoot({
      embedded: true,
      ensureTopics: ['first', 'second', { topic: 'many', queueNums: 1 }],
    }),
    RocketTracingModule.forRoot({ tracer: provider.getTracer('test') }),
  ],
  providers: [Listener],
})
class TracedModule {}

describe('RocketTracingModule', () => {
  let app: INestApplicationContext;
  let listener: Listener;
  const spans = (name: string): ReadableSpan[] =>
    exporter.getFinishedSpans().filter((span) => span.name === name);

  beforeAll(async () => {
    context.setGlobalContextManager(new AsyncLocalStorageContextManager());
    const testing = await Test.createTestingModule({ imports: [TracedModule] }).compile();
    app = await testing.init();
    listener = app.get(Listener);
  });
  afterAll(async () => {
    await app.close();
    context.disable();
    await provider.shutdown();
  });
  beforeEach(() => exporter.reset());

  it('makes one trace of a send, its listener, and what the listener sends', async () => {
    const sent = await listener.producer.send('first', 'x');
    await waitFor('the second message', () => spans('process second').length > 0);
    const [send, process] = [spans('send first')[0], spans('process first')[0]];
    const [sendAgain, rejected] = [spans('send second')[0], spans('process second')[0]];
    const chain = [send, process, sendAgain, rejected];
    const parents = chain.map(({ parentSpanContext }) => parentSpanContext?.spanId);
    const ids = chain.map((span) => span.spanContext().spanId);
    expect(parents).toEqual([undefined, ids[0], ids[1], ids[2]]);
    expect(new Set(chain.map((span) => span.spanContext().traceId)).size).toBe(1);
    expect(listener.active).toEqual([send.spanContext().traceId]);
    expect(chain.map(({ kind }) => kind)).toEqual([
      SpanKind.PRODUCER,
      SpanKind.CONSUMER,
      SpanKind.PRODUCER,
      SpanKind.CONSUMER,
    ]);
    expect(process.attributes).toMatchObject({
      'messaging.system': 'rocketmq',
      'messaging.destination.name': 'first',
      'messaging.operation.type': 'process',
      'messaging.consumer.group.name': 'first',
      'messaging.message.id': sent.msgId,
      'messaging.destination.partition.id': String(sent.messageQueue.queueId),
      'rocket_nest.queue_offset': sent.queueOffset,
      'rocket_nest.listener': 'Listener.onFirst',
    });
    expect(sendAgain.attributes).toMatchObject({
      'messaging.operation.name': 'send',
      'messaging.rocketmq.message.tag': 'TAG',
      'messaging.rocketmq.message.keys': ['k1', 'k2'],
      'rocket_nest.send_status': 'SEND_OK',
    });
    expect(rejected.status).toEqual({ code: SpanStatusCode.ERROR, message: 'no use' });
    expect(rejected.attributes['error.type']).toBe('REJECT_TO_DLQ');
  });

  it('links the span of a batch to the spans that sent its messages', async () => {
    await listener.producer.sendBatch('many', ['a', 'b', 'c']);
    await waitFor('the batch', () => listener.batched === 3 && spans('process many').length > 0);
    const sends = spans('send many').map((span) => span.spanContext().spanId);
    expect(sends).toHaveLength(3);
    const calls = spans('process many');
    const linked = calls.flatMap(({ links }) => links.map(({ context: to }) => to.spanId));
    expect(linked.sort()).toEqual([...sends].sort());
    const counts = calls.map(({ attributes }) => attributes['messaging.batch.message_count']);
    expect(counts.reduce((sum: number, count) => sum + Number(count), 0)).toBe(3);
    expect(calls.every(({ parentSpanContext }) => parentSpanContext === undefined)).toBe(true);
  });

  it('keeps the trace of a message that is sent later, from somewhere else', async () => {
    const tracer = provider.getTracer('test');
    const message = await tracer.startActiveSpan('order', async (span) => {
      const built = await listener.producer.messages.create('many', 'from the outbox');
      span.end();
      return built;
    });
    await tracer.startActiveSpan('relay', async (span) => {
      await listener.producer.sendMessage(message);
      span.end();
    });
    const [order] = spans('order');
    const [send] = spans('send many');
    expect(send?.parentSpanContext?.spanId).toBe(order?.spanContext().spanId);
  });

  it('marks a send that failed with its code', async () => {
    await expect(listener.producer.send('first', '')).rejects.toThrow();
    const [send] = spans('send first');
    expect(send?.status.code).toBe(SpanStatusCode.ERROR);
    expect(send?.attributes['error.type']).toBe('MESSAGE_ILLEGAL');
  });
});
