import { Injectable, type INestApplicationContext } from '@nestjs/common';
import { Type } from 'class-transformer';
import { IsInt, IsString, Min, ValidateNested } from 'class-validator';
import { z } from 'zod';
import { MessageBody } from '../decorators/message-body.decorator';
import { RocketListener } from '../decorators/rocket-listener.decorator';
import { ProducerService } from '../producer/producer.service';
import type { MessageSerializer } from '../serialization/message-serializer';
import type { RocketContext } from './rocket-context';
import { RecordedLog, startListeningApp } from './testing/listening-app';
import { waitFor } from './testing/wait-for';

class Item {
  @IsInt()
  @Min(1)
  count!: number;
}

class OrderDto {
  @IsString()
  id!: string;

  @ValidateNested()
  @Type(() => Item)
  item!: Item;

  get label(): string {
    return `${this.id} x ${this.item.count}`;
  }
}

const orderSchema = z.object({ id: z.string(), count: z.coerce.number().int() });

/** Numbers separated by commas. */
class CsvSerializer implements MessageSerializer<number[]> {
  readonly contentType = 'text/csv';
  serialize(payload: number[]): Uint8Array {
    return Buffer.from(payload.join(','));
  }
  deserialize(body: Buffer): number[] {
    const numbers = body.toString().split(',').map(Number);
    if (numbers.some(Number.isNaN)) throw new Error('not a number');
    return numbers;
  }
}

@Injectable()
class CheckedListener {
  readonly calls: [string, unknown][] = [];
  readonly dead: string[] = [];

  @RocketListener({ topic: 'dto', consumerGroup: 'checked' })
  onDto(order: OrderDto): void {
    this.calls.push(['dto', order]);
  }

  @RocketListener({ topic: 'schema', consumerGroup: 'checked' })
  onSchema(@MessageBody(orderSchema) order: z.infer<typeof orderSchema>): void {
    this.calls.push(['schema', order]);
  }

  @RocketListener({ topic: 'csv', consumerGroup: 'checked' })
  onCsv(@MessageBody(Object) numbers: number[]): void {
    this.calls.push(['csv', numbers]);
  }

  @RocketListener({ topic: 'untyped', consumerGroup: 'checked' })
  onUntyped(order: { id: string }): void {
    this.calls.push(['untyped', order]);
  }

  @RocketListener({ dlq: true, consumerGroup: 'checked' })
  onDead(text: string, context: RocketContext): void {
    this.dead.push(`${context.header('RETRY_TOPIC') ?? ''} ${text}`);
  }
}

describe('bodies of messages', () => {
  const log = new RecordedLog();
  let app: INestApplicationContext;
  let producer: ProducerService;
  let listener: CheckedListener;

  beforeAll(async () => {
    const serializers = [new CsvSerializer()];
    app = await startListeningApp({ providers: [CheckedListener] }, { serializers }, log);
    producer = app.get(ProducerService);
    listener = app.get(CheckedListener);
  });
  afterAll(async () => {
    await app?.close();
  });

  const callsOf = (kind: string): unknown[] =>
    listener.calls.filter(([each]) => each === kind).map(([, value]) => value);

  it('a class with class-validator decorators gets instances', async () => {
    await producer.send('dto', { id: 'a', item: { count: 2 } });
    await waitFor('the call', () => callsOf('dto').length === 1);
    const [order] = callsOf('dto') as [OrderDto];
    expect(order).toBeInstanceOf(OrderDto);
    expect(order.label).toBe('a x 2');
  });

  it.each([
    ['an invalid object', 'dto', { id: 'b', item: { count: 0 } }, /item\.count must not be less/],
    ['a list', 'dto', [1], /it is a list/],
    ['no JSON', 'dto', '{"id":', /is not what CheckedListener\.onDto expects/],
    [
      'what does not fit the schema',
      'schema',
      { id: 1, count: 'x' },
      /does not fit its schema: id/,
    ],
  ])('%s is dead at once and says why', async (_what, topic, payload, reason) => {
    const deadBefore = listener.dead.length;
    const callsBefore = listener.calls.length;
    await producer.send(topic, payload);
    await waitFor('the dead letter', () => listener.dead.length > deadBefore);
    expect(listener.dead.at(-1)).toContain(topic);
    expect(log.has(reason)).toBe(true);
    expect(listener.calls).toHaveLength(callsBefore);
  });

  it('a Standard Schema gives what it makes of the value', async () => {
    await producer.send('schema', { id: 'c', count: '5' });
    await waitFor('the call', () => callsOf('schema').length === 1);
    expect(callsOf('schema')).toEqual([{ id: 'c', count: 5 }]);
  });

  it('the serializer of the content type reads the body', async () => {
    await producer.send('csv', [1, 2, 3], { contentType: 'text/csv' });
    await waitFor('the call', () => callsOf('csv').length === 1);
    expect(callsOf('csv')).toEqual([[1, 2, 3]]);
  });

  it('a body without a type at run time is told at start', () => {
    expect(log.has(/CheckedListener\.onUntyped.*@MessageBody\(TheClass\)/)).toBe(true);
    expect(log.has(/CheckedListener\.onCsv.*@MessageBody/)).toBe(false);
    expect(log.has(/CheckedListener\.onDto.*@MessageBody/)).toBe(false);
  });
});
