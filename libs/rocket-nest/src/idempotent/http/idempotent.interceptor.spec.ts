import 'reflect-metadata';
import {
  Body,
  ClassSerializerInterceptor,
  Controller,
  Headers,
  HttpCode,
  HttpException,
  type INestApplication,
  Post,
  Res,
  UseInterceptors,
} from '@nestjs/common';
import { Test } from '@nestjs/testing';
import { TypeOrmModule } from '@nestjs/typeorm';
import { Exclude } from 'class-transformer';
import { DataSource } from 'typeorm';
import { RocketDatabaseModule } from '../../database/rocket-database.module';
import { IdempotencyEvents } from '../idempotency-events';
import type { IdempotentOptions } from '../idempotent-options';
import { Idempotent } from '../idempotent.decorator';
import { RocketIdempotencyModule } from '../rocket-idempotency.module';

class Account {
  readonly id = 7;

  @Exclude()
  readonly secret = 'hidden';
}

interface Answer {
  readonly status: number;
  readonly body: unknown;
  readonly replayed: string | null;
  readonly location: string | null;
}

function controllerFor(store: IdempotentOptions['store']) {
  @Controller()
  class PaymentController {
    calls = 0;
    readonly waiting: (() => void)[] = [];

    @Post('payments')
    @Idempotent({ store })
    pay(@Body() { amount }: { amount: number }, @Res({ passthrough: true }) response: any) {
      response.status(202).header('Location', `/payments/${amount}`);
      return { payment: ++this.calls, amount };
    }

    @Post('slow')
    @HttpCode(200)
    @Idempotent({ store })
    async slow(): Promise<string> {
      this.calls++;
      await new Promise<void>((resolve) => this.waiting.push(resolve));
      return 'slow but done';
    }

    @Post('flaky')
    @Idempotent({ store })
    flaky() {
      if (++this.calls === 1) throw new HttpException('no stock', 418);
      return { calls: this.calls };
    }

    @Post('large')
    @Idempotent({ store, http: { maxBodyBytes: 20 } })
    large() {
      return { calls: ++this.calls, text: 'x'.repeat(100) };
    }

    @Post('nothing')
    @Idempotent({ store })
    nothing(): void {
      this.calls++;
    }

    @Post('account')
    @UseInterceptors(ClassSerializerInterceptor)
    @Idempotent({ store })
    account(): Account {
      this.calls++;
      return new Account();
    }

    @Post('optional')
    @Idempotent({
      store,
      http: {
        header: 'X-Request-Key',
        missingKey: 'EXECUTE',
        scope: (request) => request.headers['x-tenant'] ?? '',
      },
    })
    optional(@Headers('x-tenant') tenant: string) {
      return { calls: ++this.calls, tenant };
    }
  }
  return PaymentController;
}

const sqlite = () => [
  TypeOrmModule.forRoot({ type: 'sqljs' }),
  RocketDatabaseModule.forTypeOrm({ ensureTables: true }),
];

describe.each([
  ['memory' as const, () => []],
  ['db' as const, sqlite],
])('@Idempotent({ store: %j }) on HTTP handlers', (store, imports) => {
  const PaymentController = controllerFor(store);
  let app: INestApplication;
  let url: string;
  let controller: InstanceType<typeof PaymentController>;

  beforeAll(async () => {
    const module = Test.createTestingModule({
      imports: [RocketIdempotencyModule.forRoot(), ...imports()],
      controllers: [PaymentController],
    });
    app = (await module.compile()).createNestApplication({ logger: false });
    await app.listen(0, '127.0.0.1');
    url = await app.getUrl();
    controller = app.get(PaymentController);
  });
  afterAll(() => app.close());
  beforeEach(() => {
    controller.calls = 0;
  });

  async function post(path: string, headers: object = {}, body: unknown = {}): Promise<Answer> {
    const response = await fetch(`${url}/${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: JSON.stringify(body),
    });
    const text = await response.text();
    const isJson = response.headers.get('content-type')?.includes('json') === true;
    return {
      status: response.status,
      body: isJson ? JSON.parse(text) : text,
      replayed: response.headers.get('idempotency-replayed'),
      location: response.headers.get('location'),
    };
  }
  const key = (value: string): object => ({ 'Idempotency-Key': value });

  it('gives the status, headers and body of the first answer again', async () => {
    const first = await post('payments', key('p1'), { amount: 5, note: 'ü' });
    const again = await post('payments', key('p1'), { note: 'ü', amount: 5 });
    expect(first).toEqual({
      status: 202,
      body: { payment: 1, amount: 5 },
      replayed: null,
      location: '/payments/5',
    });
    expect(again).toEqual({ ...first, replayed: 'true' });
    expect(controller.calls).toBe(1);
  });

  it('answers 422 when the key comes with another body', async () => {
    await post('payments', key('p2'), { amount: 5 });
    const other = await post('payments', key('p2'), { amount: 6 });
    expect(other.status).toBe(422);
    expect(other.body).toMatchObject({ message: expect.stringContaining("'p2' was used") });
    expect(controller.calls).toBe(1);
  });

  it('answers 422, and nothing of the first answer, for other credentials', async () => {
    await post('payments', { ...key('p3'), authorization: 'Bearer alice' }, { amount: 5 });
    const other = await post(
      'payments',
      { ...key('p3'), authorization: 'Bearer bob' },
      { amount: 5 },
    );
    expect(other.status).toBe(422);
    expect(JSON.stringify(other.body)).not.toContain('amount');
  });

  it('answers 409 while the first one runs', async () => {
    const first = post('slow', key('s1'));
    while (controller.waiting.length === 0) await new Promise((resolve) => setImmediate(resolve));
    expect((await post('slow', key('s1'))).status).toBe(409);
    controller.waiting.forEach((resolve) => resolve());
    const { status, body } = await first;
    expect([status, body]).toEqual([200, 'slow but done']);
    expect(await post('slow', key('s1'))).toMatchObject({ status, body, replayed: 'true' });
    expect(controller.calls).toBe(1);
  });

  it('handles a request again whose handler threw', async () => {
    expect((await post('flaky', key('f1'))).status).toBe(418);
    expect(await post('flaky', key('f1'))).toMatchObject({ status: 201, body: { calls: 2 } });
    expect((await post('flaky', key('f1'))).replayed).toBe('true');
    expect(controller.calls).toBe(2);
  });

  it('keeps of a large answer only the status', async () => {
    expect((await post('large', key('l1'))).body).toMatchObject({ calls: 1 });
    expect(await post('large', key('l1'))).toMatchObject({
      status: 201,
      body: '',
      replayed: 'without-body',
    });
  });

  it('repeats an answer without a body', async () => {
    const first = await post('nothing', key('n1'));
    expect(await post('nothing', key('n1'))).toEqual({ ...first, replayed: 'true' });
    expect(controller.calls).toBe(1);
  });

  it('repeats nothing that an interceptor outside had taken off a class', async () => {
    expect((await post('account', key('a1'))).body).toEqual({ id: 7 });
    expect(await post('account', key('a1'))).toMatchObject({ body: { id: 7 }, replayed: 'true' });
  });

  it('needs a key of printable characters, unless told otherwise', async () => {
    const missing = await post('payments', {}, { amount: 1 });
    expect(missing.status).toBe(400);
    expect(missing.body).toMatchObject({
      message: expect.stringContaining('the header Idempotency-Key is missing'),
    });
    expect((await post('payments', key('x'.repeat(256)), { amount: 1 })).status).toBe(400);
    expect((await post('optional')).body).toEqual({ calls: 1 });
    expect((await post('optional')).body).toEqual({ calls: 2 });
  });

  it('keeps the keys of scopes apart', async () => {
    const asked = (tenant: string): Promise<Answer> =>
      post('optional', { 'X-Request-Key': 'k', 'X-Tenant': tenant });
    expect((await asked('acme')).body).toEqual({ calls: 1, tenant: 'acme' });
    expect((await asked('umbrella')).body).toEqual({ calls: 2, tenant: 'umbrella' });
    expect(await asked('acme')).toMatchObject({ body: { calls: 1 }, replayed: 'true' });
  });

  it('tells metrics', async () => {
    const events: string[] = [];
    const end = app
      .get(IdempotencyEvents)
      .subscribe(({ type, scope }) => events.push(`${type} ${scope.group} ${scope.listener}`));
    await post('nothing', key('m1'));
    await post('nothing', key('m1'));
    end();
    await post('nothing', key('m1'));
    const handler = '@http PaymentController.nothing';
    expect(events).toEqual([`executed ${handler}`, `duplicate ${handler}`]);
  });

  if (store === 'db') {
    it('keeps the answer in the transaction of the writes', async () => {
      await post('nothing', key('t1'));
      const rows: unknown[] = await app
        .get(DataSource)
        .query("SELECT response FROM rocket_inbox WHERE message_key LIKE '%t1%'");
      expect(rows).toEqual([{ response: expect.stringContaining('"status":201') }]);
    });
  }
});

describe('@Idempotent where its store is missing', () => {
  it.each([
    ['db', /PaymentController\.\w+ finds no database; import RocketDatabaseModule\.forTypeOrm\(\)/],
    ['redis', /finds no Redis; import RocketIdempotencyModule\.forRedis\({ url: 'redis:/],
  ] as const)('has the application not start, and says what to do (%s)', async (store, text) => {
    const module = Test.createTestingModule({
      imports: [RocketIdempotencyModule.forRoot()],
      controllers: [controllerFor(store)],
    });
    const app = (await module.compile()).createNestApplication({ logger: false });
    await expect(app.init()).rejects.toThrow(text);
  });

  it('names the missing table and the DDL', async () => {
    const module = Test.createTestingModule({
      imports: [
        RocketIdempotencyModule.forRoot(),
        TypeOrmModule.forRoot({ type: 'sqljs' }),
        RocketDatabaseModule.forTypeOrm(),
      ],
      controllers: [controllerFor('db')],
    });
    const app = (await module.compile()).createNestApplication({ logger: false });
    await expect(app.init()).rejects.toThrow(/no table rocket_inbox: run sql\/sqlite.sql/);
    await app.close();
  });
});
