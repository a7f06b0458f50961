import { Controller, Module, type INestMicroservice } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import {
  Ctx,
  EventPattern,
  MessagePattern,
  Payload,
  RpcException,
  type ClientProxy,
} from '@nestjs/microservices';
import { firstValueFrom, from, lastValueFrom, toArray } from 'rxjs';
import { Standalone } from '@rocket-nest/standalone';
import { RejectToDlq } from '../errors/reject-to-dlq';
import { RetryLater } from '../errors/retry-later';
import { waitFor } from '../listener/testing/wait-for';
import { RocketClient } from './rocket-client';
import { RocketRecord } from './rocket-record';
import type { RocketRpcContext } from './rocket-rpc-context';
import { RocketServer } from './rocket-server';

const seen: Record<string, unknown[]> = {};
const note = (what: string, value: unknown): void => void (seen[what] ??= []).push(value);

@Controller()
class MathController {
  @MessagePattern({ cmd: 'sum' })
  sum(numbers: number[]): number {
    return numbers.reduce((a, b) => a + b, 0);
  }

  @MessagePattern('count.up')
  countUp(@Payload() to: number): unknown {
    return from(Array.from({ length: to }, (_, index) => index + 1));
  }

  @MessagePattern('refuse')
  refuse(): never {
    throw new RpcException({ code: 'NO', message: 'not today' });
  }

  @MessagePattern('break')
  break(): never {
    throw new Error('a detail for the log alone');
  }
}

@Controller()
class OrderController {
  @EventPattern('order:PAID')
  onPaid(@Payload() order: unknown, @Ctx() context: RocketRpcContext): void {
    note('paid', { order, keys: context.getKeys(), tenant: context.getHeader('tenant') });
  }

  @EventPattern('user.created')
  first(user: unknown): void {
    note('first', user);
  }

  @EventPattern('user.created')
  second(user: unknown): void {
    note('second', user);
  }

  @EventPattern('flaky')
  flaky(): void {
    note('flaky', 1);
    if (seen['flaky']?.length === 1) throw new Error('not yet');
  }

  @EventPattern('later')
  later(): void {
    note('later', 1);
    if (seen['later']?.length === 1) throw new RpcException(new RetryLater('1s'));
  }

  @EventPattern('rejected')
  rejected(): void {
    note('rejected', 1);
    throw new RpcException(new RejectToDlq('never'));
  }

  @EventPattern('%DLQ%maths')
  dead(@Payload() body: unknown): void {
    note('dead', body);
  }
}

async function until(what: string, count = 1): Promise<unknown[]> {
  await waitFor(what, () => (seen[what]?.length ?? 0) >= count);
  return seen[what] ?? [];
}

@Module({ controllers: [MathController, OrderController] })
class AppModule {}

describe('a Nest microservice over RocketMQ', () => {
  let standalone: Standalone;
  let app: INestMicroservice;
  let client: ClientProxy;

  beforeAll(async () => {
    standalone = new Standalone({});
    const { namesrvAddr } = await standalone.start();
    app = await NestFactory.createMicroservice(AppModule, {
      strategy: new RocketServer({
        namesrvAddr,
        consumerGroup: 'maths',
        consumeFromWhere: 'CONSUME_FROM_FIRST_OFFSET',
      }),
      logger: ['error'],
    });
    await app.listen();
    client = new RocketClient({ namesrvAddr, timeoutMs: 10_000 });
  });
  afterAll(async () => {
    await client.close();
    await app.close();
    await standalone.shutdown();
  });

  it('answers a request', async () => {
    expect(await firstValueFrom(client.send({ cmd: 'sum' }, [1, 2, 3]))).toBe(6);
  });

  it('gives all values of an observable', async () => {
    const values = client.send('count.up', 3).pipe(toArray());
    expect(await lastValueFrom(values)).toEqual([1, 2, 3]);
    expect(await lastValueFrom(client.send('count.up', 0).pipe(toArray()))).toEqual([]);
  });

  it('gives an error to the requester, and of an unknown one only that', async () => {
    await expect(firstValueFrom(client.send('refuse', {}))).rejects.toEqual({
      code: 'NO',
      message: 'not today',
    });
    await expect(firstValueFrom(client.send('break', {}))).rejects.toEqual({
      status: 'error',
      message: 'Internal server error',
    });
  });

  it('hands an event to its handler, with keys and headers of a record', async () => {
    const record = new RocketRecord({ id: 1 }, { keys: 'k', headers: { tenant: 'acme' } });
    const result = await lastValueFrom(client.emit('order:PAID', record));
    expect(result).toMatchObject({ sendStatus: 'SEND_OK', messageQueue: { topic: 'order' } });
    expect(await until('paid')).toEqual([{ order: { id: 1 }, keys: ['k'], tenant: 'acme' }]);
  });

  it('hands an event to all handlers of its pattern', async () => {
    await lastValueFrom(client.emit('user.created', { name: 'Ada' }));
    expect(await until('first')).toEqual([{ name: 'Ada' }]);
    expect(await until('second')).toEqual([{ name: 'Ada' }]);
  });

  it.each(['flaky', 'later'])(
    'delivers an event again whose handler failed: %s',
    async (pattern) => {
      await lastValueFrom(client.emit(pattern, {}));
      for (let tries = 0; (seen[pattern]?.length ?? 0) < 2; tries++) {
        if (tries > 2000) throw new Error('it came only once');
        await new Promise((resolve) => setTimeout(resolve, 10));
      }
    },
  );

  it('moves a rejected event to the dead letters at once', async () => {
    await lastValueFrom(client.emit('rejected', { bad: true }));
    expect(await until('dead')).toEqual([{ bad: true }]);
    expect(seen['rejected']).toHaveLength(1);
  });

  it('refuses a delay on a request', async () => {
    const sent = client.send({ cmd: 'sum' }, new RocketRecord([1], { delay: '1s' }));
    await expect(firstValueFrom(sent)).rejects.toThrow(/delay/);
  });
});
