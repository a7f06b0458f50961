import { Injectable, type INestApplicationContext } from '@nestjs/common';
import type { MessageExt } from '@rocket-nest/common';
import { MessageBody } from '../decorators/message-body.decorator';
import { RocketListener } from '../decorators/rocket-listener.decorator';
import { ProducerService } from '../producer/producer.service';
import type { ListenerDefinition } from './listener-definition';
import { ListenerWrappers, type ListenerWrapper } from './listener-wrappers';
import { RocketBatchContext } from './rocket-batch-context';
import { RocketContext } from './rocket-context';
import { startListeningApp } from './testing/listening-app';
import { waitFor } from './testing/wait-for';

@Injectable()
class Listeners {
  readonly batches: number[][] = [];

  @RocketListener({ id: 'single', topic: 'single', consumerGroup: 'single' })
  single(text: string): string {
    return `result of ${text}`;
  }

  @RocketListener({ id: 'batch', topic: 'batch', consumerGroup: 'batch', batch: true })
  batch(@MessageBody(Object) numbers: number[]): void {
    this.batches.push(numbers);
  }
}

describe('wrappers of an application', () => {
  let app: INestApplicationContext;
  const lines: string[] = [];

  /** Says when it is entered and left. */
  const saying = (name: string): ListenerWrapper => ({
    wrap: (listener, next) => {
      if (listener.options.batch) return undefined;
      lines.push(`${name} wraps ${listener.place} ${listener.prototypeMethod.name}`);
      return async (message, context) => {
        lines.push(`${name} in`);
        const result = await next(message, context);
        lines.push(`${name} out: ${String(result)}`);
        return result;
      };
    },
  });

  @Injectable()
  class Registration {
    constructor(wrappers: ListenerWrappers) {
      wrappers.add(saying('inner'), 100);
      wrappers.add(saying('outer'));
      wrappers.add({ wrap: () => undefined });
    }
  }

  beforeAll(async () => {
    app = await startListeningApp({ providers: [Listeners, Registration] });
  });
  afterAll(async () => {
    await app?.close();
  });

  it('stand around the listener by their order, once each', async () => {
    await app.get(ProducerService).send('single', 'x');
    await waitFor('the end', () => lines.includes('outer out: result of x'));
    expect(lines).toEqual([
      'inner wraps Listeners.single single',
      'outer wraps Listeners.single single',
      'outer in',
      'inner in',
      'inner out: result of x',
      'outer out: result of x',
    ]);
  });
});

describe('ListenerWrappers and batches', () => {
  const listener = { id: 'b' } as ListenerDefinition;
  const batchOf = (count: number): RocketBatchContext =>
    new RocketBatchContext(
      Array.from({ length: count }, (_, index) => {
        return new RocketContext({ queueOffset: index } as MessageExt, 'g', 'b');
      }),
    );

  it('a wrapper that knows only single messages gets the batch one by one', async () => {
    const wrappers = new ListenerWrappers();
    const seen: number[] = [];
    wrappers.add({
      wrap: (_listener, next) => async (message, context) => {
        seen.push(message.queueOffset);
        if (message.queueOffset === 1) throw new Error('one');
        return next(message, context);
      },
    });
    const sizes: number[] = [];
    const invoke = wrappers.aroundBatch(listener, async (batch) => {
      sizes.push(batch.contexts.length);
      if (batch.messages[0].queueOffset === 2) batch.fail(0, new Error('two'));
    });
    const batch = batchOf(4);
    await invoke(batch);
    expect(seen).toEqual([0, 1, 2, 3]);
    expect(sizes).toEqual([1, 1, 1]);
    expect([...batch.failures.keys()]).toEqual([1, 2]);
  });

  it('a wrapper that leaves the listener alone leaves batches whole', async () => {
    const wrappers = new ListenerWrappers();
    wrappers.add({ wrap: () => undefined });
    wrappers.add({ wrap: () => fail, wrapBatch: (_listener, next) => next });
    const sizes: number[] = [];
    await wrappers.aroundBatch(listener, async (batch) => sizes.push(batch.contexts.length))(
      batchOf(3),
    );
    expect(sizes).toEqual([3]);
  });
});

function fail(): never {
  throw new Error('never called');
}
