import { Controller, Injectable, type INestApplicationContext } from '@nestjs/common';
import { EMPTY, of, throwError, type Observable } from 'rxjs';
import { MessageHeader } from '../decorators/message-header.decorator';
import { RocketConsumer } from '../decorators/rocket-consumer.decorator';
import { RocketHandler } from '../decorators/rocket-handler.decorator';
import { RocketListener } from '../decorators/rocket-listener.decorator';
import { RejectToDlq } from '../errors/reject-to-dlq';
import { RetryLater } from '../errors/retry-later';
import { ProducerService } from '../producer/producer.service';
import { defineTopic } from '../producer/topic-definition';
import { ListenerRegistrar } from './listener-registrar';
import type { RocketContext } from './rocket-context';
import { startListeningApp } from './testing/listening-app';
import { waitFor } from './testing/wait-for';

const shipped = defineTopic<{ id: string }>({ topic: 'shipping', tag: 'SHIPPED' });

@Injectable()
class Seen {
  readonly lines: string[] = [];
  count(line: string): number {
    return this.lines.filter((each) => each === line).length;
  }
}

@RocketConsumer({ topic: 'order', consumerGroup: 'order-service' })
@Injectable()
class OrderConsumer {
  constructor(private readonly seen: Seen) {}

  @RocketHandler({ tag: 'PAID', id: 'paid' })
  onPaid(order: { id: string }): void {
    this.seen.lines.push(`paid ${order.id}`);
  }

  @RocketHandler({ tag: ['CANCELLED', 'REFUNDED'] })
  onGone(order: { id: string }, context: RocketContext): void {
    this.seen.lines.push(`${context.tag} ${order.id}`);
  }
}

@Controller()
class StockController {
  constructor(private readonly seen: Seen) {}

  @RocketListener({ topic: 'stock', consumerGroup: 'stock-controller' })
  onStock(text: string): void {
    this.seen.lines.push(`stock ${text}`);
  }
}

@Injectable()
class Various {
  constructor(private readonly seen: Seen) {}

  @RocketListener({ id: 'observable', topic: 'observable', consumerGroup: 'observable' })
  observable(text: string, context: RocketContext): Observable<string> {
    this.seen.lines.push(`${text} ${context.reconsumeTimes}`);
    if (text === 'empty') return EMPTY;
    return context.reconsumeTimes === 0 ? throwError(() => new Error('not yet')) : of(text);
  }

  @RocketListener((env) => ({
    topic: env.get('LISTENERS_SPEC_TOPIC', 'from-function'),
    consumerGroup: '${LISTENERS_SPEC_GROUP:group-by-default}',
  }))
  configured(text: string): void {
    this.seen.lines.push(`configured ${text}`);
  }

  @RocketListener({ topic: shipped, consumerGroup: 'shipping' })
  onShipped(order: { id: string }): void {
    this.seen.lines.push(`shipped ${order.id}`);
  }

  @RocketListener({ topic: 'retried', consumerGroup: 'retried' })
  onRetried(text: string, @MessageHeader() _headers: unknown): void {
    this.seen.lines.push(`retried ${text}`);
  }

  @RocketListener({ id: 'off', topic: 'off', consumerGroup: 'off' })
  off(): void {
    this.seen.lines.push('off');
  }

  @RocketListener({ topic: 'judged', consumerGroup: 'judged' })
  onJudged(text: string, context: RocketContext): void {
    this.seen.lines.push(`judged ${text} ${context.reconsumeTimes}`);
    if (text === 'never') throw new RejectToDlq('no use');
    if (context.reconsumeTimes === 0) throw new RetryLater('2h');
  }

  @RocketListener({ dlq: true, consumerGroup: 'judged' })
  onDead(text: string): void {
    this.seen.lines.push(`dead ${text}`);
  }

  @RocketListener({ topic: 'bulletin', consumerGroup: 'bulletin', messageModel: 'BROADCASTING' })
  onBulletin(text: string): void {
    this.seen.lines.push(`bulletin ${text}`);
  }
}

describe('listeners of an application', () => {
  let app: INestApplicationContext;
  let producer: ProducerService;
  let seen: Seen;

  beforeAll(async () => {
    process.env['LISTENERS_SPEC_TOPIC'] = 'from-environment';
    app = await startListeningApp(
      { providers: [Seen, OrderConsumer, Various], controllers: [StockController] },
      { listeners: { off: { enabled: false }, observable: { concurrency: 3 } } },
    );
    producer = app.get(ProducerService);
    seen = app.get(Seen);
  });
  afterAll(async () => {
    delete process.env['LISTENERS_SPEC_TOPIC'];
    await app?.close();
  });

  const waitForLine = (line: string): Promise<void> =>
    waitFor(line, () => seen.count(line) > 0).catch((error: Error) => {
      throw new Error(`${error.message}; seen: ${seen.lines.join(', ')}`);
    });

  it('handlers of a consumer class get the messages of their tags', async () => {
    await producer.send('order:PAID', { id: '1' });
    await producer.send('order:REFUNDED', { id: '2' });
    await producer.send('order:OTHER', { id: '3' });
    await producer.send('order:CANCELLED', { id: '4' });
    for (const line of ['paid 1', 'REFUNDED 2', 'CANCELLED 4']) await waitForLine(line);
    expect(seen.lines.filter((line) => line.endsWith('3'))).toEqual([]);
  });

  it('controllers listen too', async () => {
    await producer.send('stock', 'low');
    await waitForLine('stock low');
  });

  it('an Observable is waited for: empty is done, an error is tried again', async () => {
    await producer.send('observable', 'empty');
    await producer.send('observable', 'late');
    await waitForLine('late 1');
    expect(seen.count('empty 0')).toBe(1);
    expect(seen.count('empty 1')).toBe(0);
  });

  it('options come from functions, placeholders and configuration by id', async () => {
    await producer.send('from-environment', 'here');
    await waitForLine('configured here');
    const states = app.get(ListenerRegistrar).listeners();
    const byId = new Map(states.map((state) => [state.id, state]));
    expect(byId.get('Various.configured')).toMatchObject({ consumerGroup: 'group-by-default' });
    expect(byId.has('off')).toBe(false);
  });

  it('a topic definition names topic and tag', async () => {
    await producer.send(shipped, { id: '7' });
    await producer.send('shipping:LOST', { id: '8' });
    await waitForLine('shipped 7');
    expect(seen.count('shipped 8')).toBe(0);
  });

  it('RetryLater comes again, RejectToDlq is dead at once, and dead letters have listeners', async () => {
    await producer.send('judged', 'later');
    await producer.send('judged', 'never');
    await waitForLine('judged later 1');
    await waitForLine('dead never');
    expect(seen.count('judged never 0')).toBe(1);
    expect(seen.count('judged never 1')).toBe(0);
  });

  it('broadcasting listeners get every message', async () => {
    await producer.send('bulletin', 'news');
    await waitForLine('bulletin news');
  });
});
