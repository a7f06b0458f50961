import { Injectable, Module, type INestApplicationContext } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import {
  ConsumeContext,
  MessageBody,
  MessageHeader,
  MessageKeys,
  ProducerService,
  RejectToDlq,
  RocketContext,
  RocketListener,
  RocketModule,
} from 'rocket-nest';
import { waitFor } from '../support/polling';

class OrderPaid {
  id!: string;
}

interface Seen {
  order: OrderPaid;
  tenant: string;
  keys: string[];
  context: RocketContext;
}

@Injectable()
class OrderListener {
  readonly paid: Seen[] = [];
  readonly texts: string[] = [];
  readonly retried: number[] = [];
  readonly orderly: string[] = [];
  rejections = 0;

  @RocketListener({
    id: 'order-paid',
    topic: 'order',
    consumerGroup: 'payment',
    selectorExpression: 'PAID',
    consumeFromWhere: 'CONSUME_FROM_FIRST_OFFSET',
  })
  onPaid(
    @MessageBody() order: OrderPaid,
    @MessageHeader('tenant') tenant: string,
    @MessageKeys() keys: string[],
    @ConsumeContext() context: RocketContext,
  ): void {
    this.paid.push({ order, tenant, keys, context });
  }

  @RocketListener({
    topic: 'order',
    consumerGroup: 'payment',
    selectorExpression: 'NOTE',
    consumeFromWhere: 'CONSUME_FROM_FIRST_OFFSET',
  })
  onNote(text: string): void {
    this.texts.push(text);
  }

  @RocketListener({
    topic: 'flaky',
    consumerGroup: 'flaky',
    consumeFromWhere: 'CONSUME_FROM_FIRST_OFFSET',
  })
  onFlaky(_body: unknown, context: RocketContext): void {
    this.retried.push(context.reconsumeTimes);
    if (context.reconsumeTimes === 0) throw new Error('not now');
  }

  @RocketListener({
    topic: 'rejected',
    consumerGroup: 'rejecting',
    consumeFromWhere: 'CONSUME_FROM_FIRST_OFFSET',
  })
  onRejected(): void {
    this.rejections++;
    throw new RejectToDlq('never');
  }

  @RocketListener({
    topic: 'steps',
    consumerGroup: 'stepper',
    consumeMode: 'ORDERLY',
    consumeFromWhere: 'CONSUME_FROM_FIRST_OFFSET',
  })
  async onStep(step: string): Promise<void> {
    await new Promise((resolve) => setImmediate(resolve));
    this.orderly.push(step);
  }

  @RocketListener({ topic: '%DLQ%rejecting', consumerGroup: 'dead-letters' })
  onDeadLetter(_body: unknown, context: RocketContext): void {
    this.dead.push(context.messageId);
  }
  readonly dead: string[] = [];
}

@Module({
  imports: [RocketModule.forRoot({ embedded: true, producer: { group: 'shop' } })],
  providers: [OrderListener],
})
class ShopModule {}

describe('a Nest service on the embedded broker', () => {
  let app: INestApplicationContext;
  let producer: ProducerService;
  let listener: OrderListener;

  beforeAll(async () => {
    const testing = await Test.createTestingModule({ imports: [ShopModule] }).compile();
    app = await testing.init();
    producer = app.get(ProducerService);
    listener = app.get(OrderListener);
  });
  afterAll(async () => {
    await app.close();
  });

  it('hands a message to the listener of its tag, with body, header, keys and context', async () => {
    const order = { id: '42' };
    const sent = await producer.send('order:PAID', order, {
      keys: ['42', 'k2'],
      headers: { tenant: 'acme' },
    });
    await producer.send('order:OTHER', { id: 'not for anyone' });
    await producer.send('order:NOTE', 'hello');
    await waitFor('paid and note', () => listener.paid.length > 0 && listener.texts.length > 0);
    const [seen] = listener.paid;
    expect(seen).toMatchObject({ order, tenant: 'acme', keys: ['42', 'k2'] });
    expect(seen?.context.messageId).toBe(sent.msgId);
    expect(seen?.context.tag).toBe('PAID');
    expect(listener.paid).toHaveLength(1);
    expect(listener.texts).toEqual(['hello']);
  });

  it('delivers a message again after its listener threw', async () => {
    await producer.send('flaky', 'x');
    await waitFor('the second delivery', () => listener.retried.length >= 2);
    expect(listener.retried.slice(0, 2)).toEqual([0, 1]);
  });

  it('moves a rejected message to the dead letters without another try', async () => {
    await producer.send('rejected', 'x');
    await waitFor('the dead letter', () => listener.dead.length > 0);
    expect(listener.rejections).toBe(1);
  });

  it('keeps the order of one sharding key for an orderly listener', async () => {
    const steps = Array.from({ length: 20 }, (_, step) => `step ${step}`);
    for (const step of steps) await producer.send('steps', step, { shardingKey: 'same' });
    await waitFor('all steps', () => listener.orderly.length >= steps.length);
    expect(listener.orderly).toEqual(steps);
  });
});
