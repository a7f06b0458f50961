import 'reflect-metadata';
import { type INestApplicationContext, Injectable } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import { InjectRepository, TypeOrmModule } from '@nestjs/typeorm';
import { EntitySchema, type Repository } from 'typeorm';
import type { MessageExt } from '@rocket-nest/common';
import { RocketDatabaseModule } from '../database/rocket-database.module';
import { MessageBody } from '../decorators/message-body.decorator';
import { RocketListener } from '../decorators/rocket-listener.decorator';
import { RejectToDlq } from '../errors/reject-to-dlq';
import { RetryLater } from '../errors/retry-later';
import { ProducerService } from '../producer/producer.service';
import { RocketModule } from '../rocket.module';
import { IdempotencyEvents } from './idempotency-events';
import { Idempotent } from './idempotent.decorator';

interface Effect {
  id?: number;
  name: string;
}
const effectSchema = new EntitySchema<Effect>({
  name: 'Effect',
  columns: {
    id: { type: 'integer', primary: true, generated: 'increment' },
    name: { type: 'varchar' },
  },
});

const FROM_START = { consumeFromWhere: 'CONSUME_FROM_FIRST_OFFSET' } as const;
const orderId = (message: MessageExt): string | undefined => message.properties.get('orderId');

@Injectable()
class OrderListener {
  calls: string[] = [];
  end: () => void = () => undefined;

  constructor(@InjectRepository(effectSchema) private readonly effects: Repository<Effect>) {}

  @RocketListener({ id: 'paid', topic: 'paid', consumerGroup: 'paid', ...FROM_START })
  @Idempotent({ store: 'db', key: orderId })
  async onPaid(@MessageBody(String) name: string): Promise<void> {
    this.calls.push(name);
    await this.effects.insert({ name });
    const times = this.calls.filter((each) => each === name).length;
    if (name === 'later' && times === 1) throw new RetryLater('1s');
    if (name === 'never') throw new RejectToDlq('never');
    if (name === 'slow') await new Promise<void>((resolve) => (this.end = resolve));
  }

  @RocketListener({
    id: 'batched',
    topic: 'batched',
    consumerGroup: 'b',
    batch: true,
    ...FROM_START,
  })
  @Idempotent({ store: 'db' })
  async onBatch(@MessageBody(String) names: string[]): Promise<void> {
    this.calls.push(names.join());
    for (const name of names) await this.effects.insert({ name });
    if (names.includes('bad')) throw new RejectToDlq('bad');
  }

  @RocketListener({ topic: '%DLQ%paid', consumerGroup: 'dead', ...FROM_START })
  @Idempotent({ store: 'memory' })
  onDead(@MessageBody(String) name: string): void {
    this.calls.push(`dead ${name}`);
  }
}

async function until(condition: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await condition())) await new Promise((resolve) => setTimeout(resolve, 10));
}

describe('@Idempotent on listeners', () => {
  let app: INestApplicationContext;
  let producer: ProducerService;
  let listener: OrderListener;
  const events: string[] = [];

  beforeAll(async () => {
    const module = Test.createTestingModule({
      imports: [
        RocketModule.forRoot({ embedded: true }),
        TypeOrmModule.forRoot({ type: 'sqljs', entities: [effectSchema], synchronize: true }),
        TypeOrmModule.forFeature([effectSchema]),
        RocketDatabaseModule.forTypeOrm({ ensureTables: true }),
      ],
      providers: [OrderListener],
    });
    app = await (await module.compile()).init();
    producer = app.get(ProducerService);
    listener = app.get(OrderListener);
    app.get(IdempotencyEvents).subscribe(({ type, store, scope }) => {
      events.push(`${type} ${store} ${scope.listener} ${scope.key}`);
    });
  });
  afterAll(() => app.close());

  const pay = (id: string, name: string) =>
    producer.send('paid', name, { headers: { orderId: id } });
  const effectsOf = async (name: string): Promise<number> => {
    const effects: Repository<Effect> = listener['effects'];
    return effects.countBy({ name });
  };

  it('call them once for a business key, and acknowledge the duplicate', async () => {
    await pay('1', 'first');
    await until(() => events.includes('executed db paid 1'));
    await pay('1', 'second');
    await until(() => events.includes('duplicate db paid 1'));
    expect(listener.calls).not.toContain('second');
    expect(await effectsOf('first')).toBe(1);
  });

  it('roll back what a call wrote before RetryLater, and call again', async () => {
    await pay('2', 'later');
    await until(() => events.includes('executed db paid 2'));
    expect(listener.calls.filter((each) => each === 'later')).toHaveLength(2);
    expect(await effectsOf('later')).toBe(1);
  });

  it('roll back what a call wrote before RejectToDlq', async () => {
    await pay('3', 'never');
    await until(() => listener.calls.includes('dead never'));
    expect(await effectsOf('never')).toBe(0);
    expect(events).toContain('failed db paid 3');
  });

  it('have a duplicate come again while the first call runs', async () => {
    await pay('4', 'slow');
    await until(() => listener.calls.includes('slow'));
    await pay('4', 'slow again');
    await until(() => events.includes('in-progress db paid 4'));
    listener.end();
    await until(() => events.includes('executed db paid 4'));
    await until(() => events.includes('duplicate db paid 4'));
    expect(listener.calls).not.toContain('slow again');
  });

  it('move a message without a business key to the dead letters', async () => {
    await producer.send('paid', 'keyless');
    await until(() => listener.calls.includes('dead keyless'));
    expect(listener.calls).not.toContain('keyless');
  });

  it('give each message of a batch a transaction of its own', async () => {
    await producer.sendBatch('batched', ['good', 'bad', 'fine']);
    await until(() => ['good', 'bad', 'fine'].every((name) => listener.calls.includes(name)));
    await until(async () => (await effectsOf('good')) === 1 && (await effectsOf('fine')) === 1);
    expect(await effectsOf('bad')).toBe(0);
  });
});
