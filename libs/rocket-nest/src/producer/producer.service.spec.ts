import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import { Injectable, Module, type INestApplicationContext } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import { MQAdmin } from '@rocket-nest/client';
import type { Message, MessageExt } from '@rocket-nest/common';
import { z } from 'zod';
import { RocketConnection } from '../connection/rocket-connection';
import { RocketListener } from '../decorators/rocket-listener.decorator';
import type { RocketContext } from '../listener/rocket-context';
import { waitFor } from '../listener/testing/wait-for';
import { RocketModule } from '../rocket.module';
import { ProducerService } from './producer.service';
import { SendWrappers, type SendKind } from './send-wrappers';
import { defineTopic } from './topic-definition';

const orderPaid = defineTopic({
  topic: 'order',
  tag: 'PAID',
  schema: z.object({ id: z.string() }),
});

const CONSUME_FROM_FIRST_OFFSET = 'CONSUME_FROM_FIRST_OFFSET';

@Injectable()
class Listener {
  readonly orders: { order: unknown; message: MessageExt }[] = [];
  readonly batches: string[] = [];

  @RocketListener({
    topic: orderPaid,
    consumerGroup: 'orders',
    consumeFromWhere: CONSUME_FROM_FIRST_OFFSET,
  })
  onOrder(order: unknown, context: RocketContext): void {
    this.orders.push({ order, message: context.message });
  }

  @RocketListener({
    topic: 'sums',
    consumerGroup: 'sums',
    consumeFromWhere: CONSUME_FROM_FIRST_OFFSET,
  })
  sum(numbers: number[]): Promise<{ sum: number }> {
    return Promise.resolve({ sum: numbers.reduce((a, b) => a + b, 0) });
  }

  @RocketListener({
    topic: 'silent',
    consumerGroup: 'silent',
    consumeFromWhere: CONSUME_FROM_FIRST_OFFSET,
  })
  say(): void {
    // No value, no reply.
  }

  @RocketListener({
    topic: 'batch',
    consumerGroup: 'batch',
    consumeFromWhere: CONSUME_FROM_FIRST_OFFSET,
  })
  onBatch(text: string, context: RocketContext): void {
    this.batches.push(`${text} ${context.keys.join()} ${context.header('n')}`);
  }
}

@Module({
  imports: [
    RocketModule.forRoot({
      embedded: { brokerProperties: { autoCreateTopicEnable: 'false' } },
      ensureTopics: [
        orderPaid,
        { topic: 'sums', queueNums: 3 },
        { topic: defineTopic({ topic: 'batch' }), queueNums: 1 },
        'silent',
        'plain',
      ],
    }),
  ],
  providers: [Listener],
})
class ShopModule {}

describe('ProducerService on the embedded broker', () => {
  let app: INestApplicationContext;
  let producer: ProducerService;
  let listener: Listener;

  beforeAll(async () => {
    const testing = await Test.createTestingModule({ imports: [ShopModule] }).compile();
    app = await testing.init();
    producer = app.get(ProducerService);
    listener = app.get(Listener);
  });
  afterAll(() => app.close());

  it('made the missing topics with their queue counts, before anything was sent', async () => {
    const connection = app.get(RocketConnection);
    const admin = new MQAdmin(await connection.clientOptions(), connection.dependencies);
    await admin.start();
    try {
      const counts = ['order', 'sums', 'batch', 'plain'].map(
        async (topic) => (await admin.fetchPublishMessageQueues(topic)).length,
      );
      expect(await Promise.all(counts)).toEqual([8, 3, 1, 8]);
    } finally {
      await admin.shutdown();
    }
  });

  it('sends a typed topic to the listener that shares it', async () => {
    const result = await producer.send(orderPaid, { id: '42' }, { keys: '42' });
    expect(result.sendStatus).toBe('SEND_OK');
    await waitFor('the order', () => listener.orders.length > 0);
    const [seen] = listener.orders;
    expect(seen?.order).toEqual({ id: '42' });
    expect(seen?.message.msgId).toBe(result.msgId);
    await expect(producer.send(orderPaid, { id: 42 } as never)).rejects.toMatchObject({
      code: 'ROCKET_PAYLOAD',
    });
  });

  it('sends a batch to one queue, each message with its own keys and headers', async () => {
    const result = await producer.sendBatch('batch', ['a', 'b', 'c'], {
      keys: (text, index) => `${text}${index}`,
      headers: (text) => ({ n: text.toUpperCase() }),
    });
    expect(result.queueOffset).toBe(0);
    await waitFor('the batch', () => listener.batches.length === 3);
    expect(listener.batches.sort()).toEqual(['a a0 A', 'b b1 B', 'c c2 C']);
    await expect(producer.sendBatch('batch', [])).rejects.toMatchObject({ code: 'BATCH_ILLEGAL' });
  });

  it('sends one-way', async () => {
    await producer.sendOneway('plain', 'x');
  });

  it('gets what a listener returns as the reply', async () => {
    expect(await producer.request('sums', [1, 2, 3], { timeoutMs: 10_000 })).toEqual({ sum: 6 });
  });

  it('rejects a request that nobody answers', async () => {
    const asked = producer.request('silent', 'x', { timeoutMs: 300 });
    await expect(asked).rejects.toMatchObject({ code: 'REQUEST_TIMEOUT' });
  });

  it('says what to do about a topic that does not exist', async () => {
    await expect(producer.send('nowhere', 'x')).rejects.toMatchObject({
      code: 'NO_ROUTE',
      message: expect.stringMatching(/no route for topic nowhere: .*create it, or enable/),
    });
  });

  it('refuses a delay that is no level, naming the nearest', async () => {
    await expect(producer.send('plain', 'x', { delay: '7s' })).rejects.toThrow(/nearest is '5s'/);
  });

  it('gives a send up when its signal fires', async () => {
    const sent = producer.send('plain', 'x', { signal: AbortSignal.abort() });
    await expect(sent).rejects.toMatchObject({ code: 'ABORTED' });
  });

  it('shows every kind of send to the wrappers', async () => {
    const kinds: SendKind[] = [];
    app.get(SendWrappers).add({
      wrap: (next) => (message, call) => {
        kinds.push(call.kind);
        return next(message, call);
      },
    });
    await producer.send('plain', 'x');
    await producer.sendBatch('batch', ['x', 'y']);
    await producer.sendOneway('plain', 'x');
    await producer.request('sums', [1], { timeoutMs: 10_000 });
    expect(kinds).toEqual(['send', 'batch', 'batch', 'oneway', 'request']);
  });

  it('names the module that is missing for transactions and for the outbox', async () => {
    const begun = producer.transaction('plain', 'x', () => 1);
    await expect(begun).rejects.toMatchObject({ code: 'ROCKET_CONFIG' });
    const kept = producer.send('plain', 'x', { onFailure: 'outbox' });
    await expect(kept).rejects.toMatchObject({ code: 'ROCKET_CONFIG' });
  });

  it('runs transactions by the runner that it was given', async () => {
    const seen: Message[] = [];
    producer.useTransactionRunner({
      run: async (message, work) => {
        seen.push(message);
        return work();
      },
    });
    expect(await producer.transaction('plain:T', { a: 1 }, () => 'done')).toBe('done');
    expect(seen[0]?.body.toString()).toBe('{"a":1}');
    expect(seen[0]?.properties.get('TAGS')).toBe('T');
  });

  it('keeps in the outbox what no broker took, and only that', async () => {
    const kept: Message[] = [];
    producer.useOutboxWriter({ keep: (message) => Promise.resolve(void kept.push(message)) });
    const onFailure = 'outbox';
    expect(await producer.send('plain', 'x', { onFailure })).toMatchObject({
      sendStatus: 'SEND_OK',
    });
    const result = await producer.send('nowhere', 'x', { onFailure });
    expect(result).toMatchObject({
      sendStatus: 'KEPT_IN_OUTBOX',
      msgId: kept[0]?.properties.get('UNIQ_KEY'),
      reason: { code: 'NO_ROUTE' },
    });
    const empty = producer.send('plain', '', { onFailure });
    await expect(empty).rejects.toMatchObject({ code: 'MESSAGE_ILLEGAL' });
    expect(kept).toHaveLength(1);
    producer.useOutboxWriter({ keep: () => Promise.reject(new Error('disk full')) });
    await expect(producer.send('nowhere', 'x', { onFailure })).rejects.toMatchObject({
      code: 'ROCKET_OUTBOX',
      message: expect.stringMatching(/neither sent \(no route.*nor kept in the outbox \(disk full/),
    });
  });
});

describe('ProducerService without a broker', () => {
  it('does not hang at a server that takes connections and says nothing', async () => {
    const silent = createServer().listen(0, '127.0.0.1');
    await once(silent, 'listening');
    const { port } = silent.address() as AddressInfo;
    const options = { namesrvAddr: `127.0.0.1:${port}`, client: { mqClientApiTimeoutMs: 60_000 } };
    const imports = [RocketModule.forRoot(options)];
    const app = await (await Test.createTestingModule({ imports }).compile()).init();
    const producer = app.get(ProducerService);
    const sent = producer.send('T', 'x', { timeoutMs: 200 });
    await expect(sent).rejects.toMatchObject({ code: 'SEND_TIMEOUT' });
    const abort = new AbortController();
    const aborted = producer.send('T', 'x', { timeoutMs: 60_000, signal: abort.signal });
    setImmediate(() => abort.abort());
    await expect(aborted).rejects.toMatchObject({ code: 'ABORTED' });
    await app.close();
    silent.close();
  });

  it('rejects within its time, and after the application was closed', async () => {
    const options = { namesrvAddr: '127.0.0.1:1', producer: { sendMsgTimeoutMs: 300 } };
    const imports = [RocketModule.forRoot({ ...options, ensureTopics: ['T'] })];
    const app = await (await Test.createTestingModule({ imports }).compile()).init();
    const producer = app.get(ProducerService);
    await expect(producer.send('T', 'x')).rejects.toMatchObject({
      code: expect.stringMatching(/^(NAME_SERVER_UNREACHABLE|SEND_TIMEOUT)$/),
    });
    await app.close();
    await expect(producer.send('T', 'x')).rejects.toMatchObject({
      code: 'NOT_RUNNING',
      message: expect.stringMatching(/send before it is closed/),
    });
  });
});
