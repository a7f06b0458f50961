import { Injectable, type INestApplicationContext } from '@nestjs/common';
import { IsInt } from 'class-validator';
import { MessageBody } from '../decorators/message-body.decorator';
import { MessageKeys } from '../decorators/message-keys.decorator';
import { ConsumeContext } from '../decorators/consume-context.decorator';
import { RocketListener } from '../decorators/rocket-listener.decorator';
import { RejectToDlq } from '../errors/reject-to-dlq';
import { ProducerService } from '../producer/producer.service';
import type { RocketBatchContext } from './rocket-batch-context';
import { startListeningApp } from './testing/listening-app';
import { waitFor } from './testing/wait-for';

class Reading {
  @IsInt()
  value!: number;
}

@Injectable()
class BatchListener {
  readonly settled: string[] = [];
  readonly marked: string[] = [];
  readonly orderly: number[][] = [];
  readonly dead: string[] = [];
  readonly keys: string[][] = [];

  @RocketListener({ topic: 'settled', consumerGroup: 'settled', batch: true })
  onSettled(
    @MessageBody(Reading) readings: Reading[],
    @ConsumeContext() batch: RocketBatchContext,
  ): Promise<PromiseSettledResult<void>[]> {
    const handle = async ({ value }: Reading, tries: number): Promise<void> => {
      this.settled.push(`${value}/${tries}`);
      if (value % 3 === 0 && tries === 0) throw new Error('again');
      if (value === 5) throw new RejectToDlq('five');
    };
    return Promise.allSettled(
      readings.map((reading, index) => handle(reading, batch.contexts[index].reconsumeTimes)),
    );
  }

  @RocketListener({ dlq: true, consumerGroup: 'settled' })
  onDead(text: string): void {
    this.dead.push(text);
  }

  @RocketListener({ topic: 'marked', consumerGroup: 'marked', batch: true })
  onMarked(
    @MessageBody(Object) texts: string[],
    @MessageKeys() keys: string[][],
    @ConsumeContext() batch: RocketBatchContext,
  ): void {
    this.keys.push(...keys);
    for (const [index, text] of texts.entries()) {
      const { reconsumeTimes } = batch.contexts[index];
      this.marked.push(`${text}/${reconsumeTimes}`);
      if (text === 'bad' && reconsumeTimes === 0) batch.fail(index, new Error('bad'));
    }
  }

  @RocketListener({
    topic: 'in-order',
    consumerGroup: 'in-order',
    consumeMode: 'ORDERLY',
    batch: true,
    suspendCurrentQueueTimeMs: 10,
  })
  onOrderly(@MessageBody(Object) values: number[], batch: RocketBatchContext): void {
    this.orderly.push(values);
    const failing = values.indexOf(4);
    const tries = this.orderly.filter((each) => each.includes(4)).length;
    if (failing >= 0 && tries === 1) batch.fail(failing, new Error('not yet'));
    else if (values.includes(6)) batch.fail(values.indexOf(6), new RejectToDlq('six'));
  }
}

describe('batch listeners', () => {
  let app: INestApplicationContext;
  let producer: ProducerService;
  let listener: BatchListener;

  beforeAll(async () => {
    app = await startListeningApp({ providers: [BatchListener] });
    producer = app.get(ProducerService);
    listener = app.get(BatchListener);
  });
  afterAll(async () => {
    await app?.close();
  });

  it('say of each message what becomes of it by what Promise.allSettled gives', async () => {
    const values = [1, 2, 3, 4, 5, 6];
    for (const value of values) await producer.send('settled', { value });
    await producer.send('settled', { value: 'no number' });
    await waitFor('the retries', () => {
      return ['3/1', '6/1'].every((each) => listener.settled.includes(each));
    });
    await waitFor('the dead letters', () => listener.dead.length === 2);
    expect(listener.settled.sort()).toEqual(
      [...values.map((value) => `${value}/0`), '3/1', '6/1'].sort(),
    );
    expect(listener.dead.sort()).toEqual(['{"value":"no number"}', '{"value":5}']);
  });

  it('name failed messages at their context, and get lists of keys', async () => {
    await producer.send('marked', 'good', { keys: ['k1', 'k2'] });
    await producer.send('marked', 'bad');
    await waitFor('the retry', () => listener.marked.includes('bad/1'));
    expect(listener.marked.sort()).toEqual(['bad/0', 'bad/1', 'good/0']);
    expect(listener.keys).toContainEqual(['k1', 'k2']);
  });

  it('keep the order: what is behind a failed message comes again with it', async () => {
    const values = [1, 2, 3, 4, 5, 6, 7];
    for (const value of values) await producer.send('in-order', value, { shardingKey: 'one' });
    await waitFor('the last', () => listener.orderly.at(-1)?.at(-1) === 7);
    await waitFor('the end', () => {
      const flat = listener.orderly.flat();
      return flat.lastIndexOf(7) > flat.lastIndexOf(6);
    });
    const flat = listener.orderly.flat();
    expect(flat.filter((value) => value === 4)).toHaveLength(2);
    expect(flat.filter((value) => value === 6).length).toBeLessThanOrEqual(2);
    for (const value of values) expect(flat).toContain(value);
    const firsts = values.map((value) => flat.indexOf(value));
    expect(firsts).toEqual([...firsts].sort((a, b) => a - b));
  });
});
