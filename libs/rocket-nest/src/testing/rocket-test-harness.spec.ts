import { existsSync } from 'node:fs';
import { Inject, Injectable, Module } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import { TransactionMQProducer } from '@rocket-nest/client';
import { createMessage, SilentLogger } from '@rocket-nest/common';
import {
  ConsumeContext,
  Idempotent,
  InjectProducer,
  MessageBody,
  ProducerService,
  RejectToDlq,
  RocketContext,
  RocketListener,
  RocketModule,
} from '../index';
import { RocketTestHarness } from './rocket-test-harness';

interface Order {
  id: string;
}

@Injectable()
class OrderService {
  readonly attempts: number[] = [];
  readonly steps: string[] = [];
  stepFails = 0;

  constructor(@Inject(ProducerService) readonly producer: ProducerService) {}

  async pay(order: Order, delay?: string): Promise<void> {
    const options = { keys: order.id, headers: { tenant: 'acme' }, delay };
    await this.producer.send('order:PAID', order, options);
  }

  @RocketListener({
    id: 'order-paid',
    topic: 'order',
    consumerGroup: 'payment',
    selectorExpression: 'PAID',
  })
  onPaid(@MessageBody() order: Order): string {
    return `paid ${order.id}`;
  }

  @RocketListener({ id: 'failing', topic: 'failing', consumerGroup: 'failing' })
  onFailing(_body: unknown, @ConsumeContext() context: RocketContext): void {
    this.attempts.push(context.reconsumeTimes);
    throw new Error('never works');
  }

  @RocketListener({ id: 'rejecting', topic: 'rejecting', consumerGroup: 'rejecting' })
  onRejecting(): void {
    throw new RejectToDlq('malformed');
  }

  @RocketListener({
    id: 'steps',
    topic: 'steps',
    consumerGroup: 'steps',
    consumeMode: 'ORDERLY',
    suspendCurrentQueueTimeMs: 20_000,
  })
  onStep(@MessageBody() step: string): void {
    if (this.stepFails-- > 0) throw new Error('not yet');
    this.steps.push(step);
  }
}

@Injectable()
class MailService {
  readonly mailed: string[] = [];

  @RocketListener({ id: 'mail', topic: 'mail', consumerGroup: 'mail' })
  @Idempotent({
    store: 'memory',
    key: ({ properties }) => properties.get('KEYS'),
    ttlMs: 3_600_000,
  })
  onMail(@MessageBody() order: Order): void {
    this.mailed.push(order.id);
  }
}

// The address of a cluster that is not there: the harness takes its place.
@Module({
  imports: [RocketModule.forRoot({ namesrvAddr: '127.0.0.1:1', producer: { group: 'shop' } })],
  providers: [OrderService, MailService],
})
class ShopModule {}

describe('RocketTestHarness', () => {
  let harness: RocketTestHarness;
  let orders: OrderService;

  beforeAll(async () => {
    harness = await RocketTestHarness.create({ imports: [ShopModule] });
    orders = harness.get(OrderService);
  });
  afterEach(() => harness.clear());
  afterAll(() => harness.close());

  it('has on record what was published as soon as send resolves', async () => {
    await orders.pay({ id: '42' });
    const [published, ...more] = harness.published('order:PAID');
    expect(more).toEqual([]);
    expect(published).toMatchObject({
      topic: 'order',
      tag: 'PAID',
      keys: ['42'],
      body: { id: '42' },
      headers: { tenant: 'acme' },
      delayLevel: 0,
      connection: 'default',
    });
    expect(harness.published('order')).toHaveLength(1);
    expect(harness.published('order:OTHER')).toHaveLength(0);
    expect(harness.published(({ text }) => text.includes('42'))).toHaveLength(1);
  });

  it('lets keys of idempotent listeners run out as time advances', async () => {
    const { mailed } = harness.get(MailService);
    const send = async (): Promise<void> => {
      await orders.producer.send('mail', { id: '9' }, { keys: '9' });
      await harness.settle();
    };
    await send();
    await harness.advanceTime('59m');
    await send();
    expect(mailed).toEqual(['9']);
    await harness.advanceTime('1m');
    await send();
    expect(mailed).toEqual(['9', '9']);
  });

  it('has on record what listeners made of a message', async () => {
    await orders.pay({ id: '43' });
    const [consumed] = await harness.waitFor(() => harness.consumed('order-paid'));
    expect(consumed).toMatchObject({
      listener: 'order-paid',
      consumerGroup: 'payment',
      topic: 'order',
      body: { id: '43' },
      attempt: 1,
      outcome: 'acknowledged',
      result: 'paid 43',
    });
    expect(consumed.messageId).toBe(harness.published('order')[0]?.messageId);
    expect(harness.consumed('order:PAID')).toHaveLength(1);
    expect(harness.failed()).toEqual([]);
  });

  it('delivers a delayed message when time is advanced, and not before', async () => {
    await orders.pay({ id: '44' }, '1h');
    expect(harness.published('order')).toMatchObject([{ topic: 'order', delayLevel: 17 }]);
    await harness.advanceTime('59m');
    expect(harness.consumed('order-paid')).toEqual([]);
    await harness.advanceTime('1m');
    expect(harness.consumed('order-paid')).toMatchObject([{ body: { id: '44' } }]);
    expect(harness.published('order')).toHaveLength(1);
  });

  it('runs through all retries down to the dead letter', async () => {
    const before = harness.now().getTime();
    await orders.producer.send('failing', 'x');
    await harness.advanceTime('6h');
    expect(harness.now().getTime() - before).toBeGreaterThanOrEqual(6 * 3_600_000);
    expect(orders.attempts).toEqual(Array.from({ length: 17 }, (_, attempt) => attempt));
    expect(harness.failed('failing')).toHaveLength(17);
    expect(harness.failed('failing')[16]).toMatchObject({
      topic: 'failing',
      attempt: 17,
      outcome: 'retry',
      error: expect.objectContaining({ message: 'never works' }),
    });
    expect(harness.dlq('failing')).toMatchObject([
      { consumerGroup: 'failing', topic: 'failing', body: 'x' },
    ]);
    expect(harness.consumed('failing')).toEqual([]);
  });

  it('sees a rejected message in the dead letters', async () => {
    await orders.producer.send('rejecting', { bad: true });
    const [dead] = await harness.waitFor(() => harness.dlq('rejecting'));
    expect(dead).toMatchObject({ topic: 'rejecting', body: { bad: true }, attempts: 1 });
    expect(harness.failed('rejecting')).toMatchObject([{ outcome: 'rejected' }]);
  });

  it('ends the pause of an orderly queue', async () => {
    orders.stepFails = 2;
    for (const step of ['one', 'two']) {
      await orders.producer.send('steps', step, { shardingKey: 'same' });
    }
    await harness.settle();
    expect(orders.steps).toEqual([]);
    await harness.advanceTime('19s');
    expect(harness.failed('steps')).toHaveLength(1);
    await harness.advanceTime('1m');
    expect(orders.steps).toEqual(['one', 'two']);
  });

  it('waits for an assertion', async () => {
    await orders.pay({ id: '45' });
    await harness.eventually(() => expect(harness.consumed('order-paid')).toHaveLength(1));
    const failing = harness.eventually(() => expect(1).toBe(2), { timeoutMs: 20 });
    await expect(failing).rejects.toMatchObject({
      code: 'HARNESS_TIMEOUT',
      cause: expect.objectContaining({ matcherResult: expect.anything() }),
    });
  });

  it('tells what happened instead of what was waited for', async () => {
    await orders.pay({ id: '46' });
    await harness.settle();
    const waiting = harness.waitFor(() => harness.consumed('order-payed'), {
      timeoutMs: 20,
      message: 'the payment',
    });
    await expect(waiting).rejects.toThrow(
      /^the payment did not come within 20 ms; published \(1\): order:PAID {"id":"46"}; consumed \(1\): order:PAID by 'order-paid'; failed: nothing/,
    );
    const broken = harness.waitFor(() => {
      throw new TypeError('the test is wrong');
    });
    await expect(broken).rejects.toThrow('the test is wrong');
  });

  it('refuses what is no span of time', async () => {
    await expect(harness.advanceTime('soon' as '1s')).rejects.toThrow('span of time');
  });
});

describe('applications and harnesses', () => {
  it('are connected by the module of the harness', async () => {
    const harness = await RocketTestHarness.start();
    const testing = await Test.createTestingModule({
      imports: [ShopModule, harness.module()],
    }).compile();
    const app = await testing.init();
    try {
      await app.get(OrderService).pay({ id: '1' });
      await harness.waitFor(() => harness.consumed('order-paid'));
      expect(() => harness.app).toThrow('RocketTestHarness.create');
    } finally {
      await app.close();
      await harness.close();
    }
  });

  it('do not see each other', async () => {
    const create = () => RocketTestHarness.create({ imports: [ShopModule] });
    const [one, two] = await Promise.all([create(), create()]);
    await one.get(OrderService).pay({ id: 'only one' });
    await one.waitFor(() => one.consumed('order-paid'));
    await two.settle();
    expect(two.published()).toEqual([]);
    expect(two.consumed()).toEqual([]);
    await one.advanceTime('1d');
    expect(two.now().getTime()).toBeLessThan(one.now().getTime() - 3_600_000);
    await Promise.all([one.close(), two.close()]);
  });

  it('have a broker for each connection', async () => {
    @Injectable()
    class Bridge {
      constructor(
        @Inject(ProducerService) readonly here: ProducerService,
        @InjectProducer('there') readonly there: ProducerService,
      ) {}

      @RocketListener({ id: 'here', topic: 'note', consumerGroup: 'notes' })
      onHere(): void {}

      @RocketListener({ id: 'there', topic: 'note', consumerGroup: 'notes', connection: 'there' })
      onThere(): void {}
    }
    const harness = await RocketTestHarness.create({
      imports: [
        RocketModule.forRoot({ namesrvAddr: '127.0.0.1:1' }),
        RocketModule.forRoot({ name: 'there', namesrvAddr: '127.0.0.1:2' }),
      ],
      providers: [Bridge],
    });
    const bridge = harness.get(Bridge);
    await bridge.here.send('note', 'to here');
    await bridge.there.send('note', 'to there');
    await harness.settle();
    const seen = harness
      .consumed()
      .map(({ listener, connection, body }) => [listener, connection, body]);
    expect(seen.sort()).toEqual([
      ['here', 'default', 'to here'],
      ['there', 'there', 'to there'],
    ]);
    await harness.close();
  });

  it('replace providers, and close what failed to start', async () => {
    const fake = { pay: () => Promise.resolve() };
    const harness = await RocketTestHarness.create(
      { imports: [ShopModule] },
      { configure: (builder) => builder.overrideProvider(OrderService).useValue(fake) },
    );
    expect(harness.get(OrderService)).toBe(fake);
    await harness.close();

    @Injectable()
    class Broken {
      onModuleInit(): void {
        throw new Error('cannot start');
      }
    }
    const starting = RocketTestHarness.create({ imports: [ShopModule], providers: [Broken] });
    await expect(starting).rejects.toThrow('cannot start');
  });

  it('waits no longer than told for a listener that does not end', async () => {
    let release: () => void = () => undefined;
    @Injectable()
    class Slow {
      @RocketListener({ topic: 'slow', consumerGroup: 'slow' })
      onSlow(): Promise<void> {
        return new Promise((resolve) => (release = resolve));
      }
    }
    const harness = await RocketTestHarness.create(
      { imports: [ShopModule], providers: [Slow] },
      { settleTimeoutMs: 50 },
    );
    const { producer } = harness.get(OrderService);
    await producer.send('slow', 'x');
    await harness.settle();
    await producer.send('order:PAID', { id: '1' }, { delay: '1m' });
    await harness.advanceTime('1m');
    expect(harness.consumed('order-paid')).toHaveLength(1);
    release();
    await harness.close();
  });

  it('work while timers and dates are faked', async () => {
    jest.useFakeTimers();
    try {
      const harness = await RocketTestHarness.create({ imports: [ShopModule] });
      await harness.get(OrderService).pay({ id: '1' }, '10s');
      await harness.advanceTime('10s');
      expect(harness.consumed('order-paid')).toHaveLength(1);
      await harness.waitFor(() => harness.consumed('order-paid'));
      await harness.close();
    } finally {
      jest.useRealTimers();
    }
  });

  it('have the broker ask how an open transaction ended when time is advanced', async () => {
    const harness = await RocketTestHarness.create({ imports: [ShopModule] });
    const producer = new TransactionMQProducer(
      {
        namesrvAddr: harness.namesrvAddr,
        producerGroup: 'open-transactions',
        transactionListener: {
          executeLocalTransaction: () => 'UNKNOW',
          checkLocalTransaction: () => 'COMMIT_MESSAGE',
        },
      },
      { logger: new SilentLogger() },
    );
    await producer.start();
    const message = createMessage({ topic: 'order', tag: 'PAID', body: '{"id":"half"}' });
    await producer.sendMessageInTransaction(message);
    await harness.settle();
    expect(harness.published()).toEqual([]);
    await harness.advanceTime('5m');
    await harness.waitFor(() => harness.consumed('order-paid'));
    expect(harness.published()).toMatchObject([
      { destination: 'order:PAID', body: { id: 'half' } },
    ]);
    await producer.shutdown();
    await harness.close();
  });

  it('start in less than 300 ms', async () => {
    const startMs: number[] = [];
    for (let count = 0; count < 5; count++) {
      const before = performance.now();
      const harness = await RocketTestHarness.start();
      startMs.push(performance.now() - before);
      await harness.close();
    }
    // Ten times what a quiet machine takes; a busy one has at least one quiet moment.
    expect(Math.min(...startMs)).toBeLessThan(300);
  });

  it('leave no folder behind', async () => {
    const harness = await RocketTestHarness.start();
    const { localOffsetStoreDir } = harness['brokers'];
    const folder = localOffsetStoreDir.replace(/[\\/]offsets$/, '');
    expect(existsSync(folder)).toBe(true);
    await harness.close();
    await harness.close();
    expect(existsSync(folder)).toBe(false);
  });
});

describe('a broadcasting listener', () => {
  it('keeps its offsets beside the messages of its harness', async () => {
    @Injectable()
    class Prices {
      @RocketListener({
        id: 'prices',
        topic: 'price',
        consumerGroup: 'prices',
        messageModel: 'BROADCASTING',
        consumeFromWhere: 'CONSUME_FROM_FIRST_OFFSET',
      })
      onPrice(): void {}
    }
    const imports = [RocketModule.forRoot({ namesrvAddr: '127.0.0.1:1' })];
    for (let round = 0; round < 2; round++) {
      const harness = await RocketTestHarness.create({ imports, providers: [Prices] });
      for (let count = 0; count < 3; count++)
        await harness.get(ProducerService).send('price', count);
      await harness.waitFor(() => harness.consumed('prices').length === 3);
      await harness.close();
    }
  });
});
