import { Inject, Injectable, Scope } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import { getDataSourceToken } from '@nestjs/typeorm';
import { Standalone } from '@rocket-nest/standalone';
import type { MessageExt } from '@rocket-nest/common';
import {
  getSqlExecutorToken,
  getTransactionsToken,
  RocketModule,
  RocketTransactionModule,
  TransactionalMessage,
  TransactionCheck,
  type RocketTransactions,
  type SqlExecutor,
  type TransactionCheckAnswer,
  type TransactionSettings,
} from 'rocket-nest';
import initSqlJs from 'sql.js';
import type { DataSource } from 'typeorm';
import { waitFor } from '../support/polling';
import { EFFECTS, type Effects, type ServiceDatabase } from './databases/effects';
import { sqliteService } from './databases/plain-databases';
import { EffectEntity, typeOrmService } from './databases/typeorm-database';
import { DeliveredOrders } from './delivered-orders';
import { Gate } from './gate';
import { SILENT, TOPIC, TransactionService } from './transaction-service';

const HOUR_MS = 3_600_000;

describe('the rules of transactional messages', () => {
  let broker: Standalone;
  let namesrvAddr: string;
  let delivered: DeliveredOrders;
  const running: { stop?(): Promise<void>; close?(): Promise<void> }[] = [];
  let orders = 0;

  const newOrder = () => `order-${++orders}`;
  const start = async (database: ServiceDatabase, settings?: TransactionSettings) => {
    const service = await TransactionService.start(namesrvAddr, database, settings);
    running.push(service);
    return service;
  };
  const sqlite = async () => new (await initSqlJs()).Database();

  beforeAll(async () => {
    broker = new Standalone({
      brokerProperties: { transactionTimeOut: '200', transactionCheckInterval: '200' },
    });
    ({ namesrvAddr } = await broker.start());
    const first = await start(sqliteService(await sqlite()));
    await first.orders.create({ id: 'first' });
    delivered = await DeliveredOrders.start(namesrvAddr, TOPIC);
  }, 60_000);

  afterEach(async () => {
    for (const each of running.splice(0)) await (each.stop?.() ?? each.close?.());
  });

  afterAll(async () => {
    await delivered?.stop();
    await broker?.shutdown();
  });

  describe('a transactional method that calls another one', () => {
    it('shares its transaction: both messages are delivered', async () => {
      const service = await start(sqliteService(await sqlite()));
      const [outer, inner] = [newOrder(), newOrder()];
      await service.orders.createBoth({ id: outer }, { id: inner });
      await delivered.waitFor(outer, inner);
      expect((await service.effects.keys()).sort()).toEqual([outer, inner].sort());
      expect((await service.logRows()).map((row) => row.state)).toEqual(['COMMITTED', 'COMMITTED']);
    });

    it('fails with it, also when it hides the error', async () => {
      const service = await start(sqliteService(await sqlite()));
      const [outer, inner] = [newOrder(), newOrder()];
      const creating = service.orders.createBoth({ id: outer }, { id: inner, fails: true }, true);
      await expect(creating).rejects.toMatchObject({ code: 'NESTED_TRANSACTION_FAILED' });
      expect([await service.effects.keys(), await service.logRows()]).toEqual([[], []]);
      expect(service.transactions.stats).toMatchObject({ rolledBack: 2, committed: 0 });
    });

    it('cannot end before it', async () => {
      const service = await start(sqliteService(await sqlite()));
      const [outer, inner] = [newOrder(), newOrder()];
      let forgotten: Promise<unknown> | undefined;
      const done = new Gate(() => new Promise((resolve) => setImmediate(resolve)));
      service.orders.afterWrite = (id) => (id === inner ? done.pass() : undefined);
      const creating = service.producer.transaction(TOPIC, { id: outer }, async () => {
        const begun = new Promise<void>((resolve) => {
          service.observe = (point, id) =>
            point === 'HALF_STORED' && id === inner ? resolve() : undefined;
        });
        forgotten = service.orders.create({ id: inner }).catch(() => undefined);
        await begun;
        await new Promise((resolve) => setImmediate(resolve));
      });
      await expect(creating).rejects.toMatchObject({ code: 'NESTED_TRANSACTION_FAILED' });
      await forgotten;
      expect(await service.effects.keys()).toEqual([]);
    });
  });

  it('refuse a transaction that was begun elsewhere, before anything is sent', async () => {
    const service = await start(sqliteService(await sqlite()));
    const id = newOrder();
    const inside = service.executor.transaction(() => service.orders.create({ id }));
    await expect(inside).rejects.toMatchObject({ code: 'NESTED_TRANSACTION' });
    expect(service.halves.has(id)).toBe(false);
  });

  it('leave a young half message without a row alone', async () => {
    const service = await start(sqliteService(await sqlite()), { graceMs: 60_000 });
    const id = newOrder();
    let answer: string | undefined;
    const gate = new Gate(async () => {
      answer = await service.transactions.check(service.checkMessage(id));
    });
    service.observe = (point) => (point === 'HALF_STORED' ? gate.pass() : undefined);
    await service.orders.create({ id });
    expect(answer).toBe('UNKNOW');
    expect(await service.transactions.check(service.checkMessage(id))).toBe('COMMIT_MESSAGE');
    await delivered.waitFor(id);
  });

  it('let a check that reaches a service with another database decide nothing', async () => {
    const files = [await sqlite(), await sqlite()];
    const id = newOrder();
    const owner = await start(sqliteService(files[0]));
    const stranger = await start(sqliteService(files[1]));
    // The message stays open, and its service goes away.
    const { executor } = owner;
    const transaction = executor.transaction.bind(executor);
    executor.transaction = async (work, options) => {
      await transaction(work, options);
      throw new Error('the answer to COMMIT is lost');
    };
    await expect(owner.orders.create({ id })).rejects.toMatchObject({ code: 'COMMIT_IN_DOUBT' });
    await owner.stop();
    await waitFor('the stranger to be asked', () => stranger.transactions.stats.alarms > 0);
    expect(stranger.transactions.stats).toMatchObject({ checkedCommit: 0, checkedRollback: 0 });
    expect([await stranger.logRows(), delivered.ids.includes(id)]).toEqual([[], false]);
    await stranger.stop();
    running.splice(0);
    // The owner is back, in an instance that never saw the method run.
    await start(sqliteService(files[0]));
    await delivered.waitFor(id);
  });

  it('delete rows of the log past their time, never its id', async () => {
    const database = await sqlite();
    const service = await start(sqliteService(database));
    await service.orders.create({ id: newOrder() });
    await service.orders.create({ id: newOrder() });
    const [old, young] = await service.logRows();
    const beforeMs = Date.now() - 8 * 24 * HOUR_MS;
    database.run('UPDATE rocket_tx_log SET created_at = ? WHERE tx_id = ?', [beforeMs, old.tx_id]);
    await service.transactions.deleteOldRows();
    expect(await service.logRows()).toEqual([young]);
    expect(database.exec("SELECT 1 FROM rocket_tx_log WHERE tx_id = '#log-id'")).toHaveLength(1);
  });

  describe('at the start of an application', () => {
    it('refuse a missing table, and say which DDL makes it', async () => {
      const service = sqliteService(await sqlite(), false);
      await expect(start(service)).rejects.toMatchObject({
        code: 'TABLE_MISSING',
        message: expect.stringMatching(/rocket_tx_log.*sql\/sqlite\.sql.*ensureTables: true/),
      });
    });

    it('refuse the group of a plain producer', async () => {
      const service = start(sqliteService(await sqlite()), { producerGroup: 'order' });
      await expect(service).rejects.toThrow(/producerGroup 'order' is that of the plain producer/);
    });

    it('refuse READ UNCOMMITTED', async () => {
      const database = await sqlite();
      database.run('PRAGMA read_uncommitted = true');
      await expect(start(sqliteService(database))).rejects.toMatchObject({
        code: 'ISOLATION_REFUSED',
      });
    });
  });

  describe('without a log', () => {
    @Injectable()
    class Payments {
      readonly asked: string[] = [];
      answer: TransactionCheckAnswer = 'UNKNOWN';
      crash = false;

      @TransactionalMessage({ topic: TOPIC, txLog: 'none', route: 'paid' })
      pay({ fails }: { id: string; fails?: boolean }): Promise<void> {
        return fails ? Promise.reject(new Error('as told')) : Promise.resolve();
      }

      @TransactionalMessage({ topic: TOPIC, txLog: 'none' })
      refund(_order: { id: string }): Promise<void> {
        return Promise.resolve();
      }

      @TransactionCheck('paid')
      check({ body }: MessageExt): TransactionCheckAnswer {
        this.asked.push((JSON.parse(body.toString()) as { id: string }).id);
        return this.answer;
      }

      @TransactionCheck('Payments.refund')
      checkRefund(): TransactionCheckAnswer {
        return 'ROLLBACK';
      }
    }

    const startPayments = async (providers = [Payments]) => {
      const module = await Test.createTestingModule({
        imports: [
          RocketModule.forRoot({ namesrvAddr, producer: { group: 'payment' } }),
          RocketTransactionModule.forRoot(),
        ],
        providers,
      })
        .setLogger(SILENT)
        .compile();
      running.push(module);
      return module.init();
    };

    it('a hand-written check answers, found by the route of the message', async () => {
      const app = await startPayments();
      const payments = app.get(Payments);
      const transactions = app.get<RocketTransactions>(getTransactionsToken());
      const [paid, failed] = [newOrder(), newOrder()];
      await payments.pay({ id: paid });
      await expect(payments.pay({ id: failed, fails: true })).rejects.toThrow('as told');
      await delivered.waitFor(paid);
      const asked = (route: string) =>
        transactions.check({
          topic: TOPIC,
          msgId: 'X',
          body: Buffer.from('{"id":"asked"}'),
          properties: new Map([['ROCKET_TX_ROUTE', route]]),
        } as MessageExt);
      expect(await asked('Payments.refund')).toBe('ROLLBACK_MESSAGE');
      expect(await asked('paid')).toBe('UNKNOW');
      payments.answer = 'COMMIT';
      expect(await asked('paid')).toBe('COMMIT_MESSAGE');
      expect(await asked('gone')).toBe('UNKNOW');
      expect([payments.asked, delivered.ids.includes(failed)]).toEqual([['asked', 'asked'], false]);
    });

    it('a request-scoped class works as well, one that Nest did not make says so', async () => {
      @Injectable({ scope: Scope.REQUEST })
      class PerRequest {
        @TransactionalMessage({ topic: TOPIC, txLog: 'none', route: 'paid' })
        pay(_order: { id: string }): Promise<void> {
          return Promise.resolve();
        }
      }
      const app = await startPayments([Payments, PerRequest as never]);
      const id = newOrder();
      await (await app.resolve(PerRequest)).pay({ id });
      await delivered.waitFor(id);
      await expect(new PerRequest().pay({ id })).rejects.toThrow(/instance was not made by Nest/);
    });

    it('a method whose check is missing is told at start', async () => {
      @Injectable()
      class Unchecked {
        @TransactionalMessage({ topic: TOPIC, txLog: 'none', route: 'nowhere' })
        pay(_order: { id: string }): Promise<void> {
          return Promise.resolve();
        }
      }
      await expect(startPayments([Unchecked as never])).rejects.toThrow(
        /Unchecked.pay has txLog: 'none', but there is no @TransactionCheck\('nowhere'\)/,
      );
      running.splice(0);
    });

    it('a method that needs a log is told at start', async () => {
      @Injectable()
      class Logged {
        @TransactionalMessage({ topic: TOPIC })
        pay(_order: { id: string }): Promise<void> {
          return Promise.resolve();
        }
      }
      await expect(startPayments([Logged as never])).rejects.toThrow(
        /Logged.pay is a @TransactionalMessage.*add RocketDatabaseModule/,
      );
      running.splice(0);
    });
  });

  describe('with what TypeORM gives', () => {
    @Injectable()
    class Everything {
      constructor(
        @Inject(getDataSourceToken()) readonly dataSource: DataSource,
        @Inject(EFFECTS) readonly effects: Effects,
        @Inject(getSqlExecutorToken()) readonly executor: SqlExecutor,
      ) {}

      async write(id: string): Promise<void> {
        const { manager } = this.dataSource;
        await this.effects.insert(`${id} repository`);
        await manager.insert(EffectEntity, { key: `${id} manager` });
        await manager.save(EffectEntity, { key: `${id} save` });
        await this.dataSource
          .createQueryBuilder()
          .insert()
          .into(EffectEntity)
          .values({ key: `${id} builder` })
          .execute();
        await this.dataSource.query('INSERT INTO effects VALUES (?)', [`${id} query`]);
        await this.dataSource.transaction((inner) =>
          inner.insert(EffectEntity, { key: `${id} inner` }),
        );
        await this.dataSource
          .transaction(async (inner) => {
            await inner.insert(EffectEntity, { key: `${id} undone` });
            throw new Error('as told');
          })
          .catch(() => undefined);
      }
    }

    it.each([true, false])('all of it joins, with a TransactionHost: %s', async (withHost) => {
      const database = typeOrmService({ type: 'sqljs' }, { withHost });
      const module = await Test.createTestingModule({
        imports: [...database.imports],
        providers: [Everything],
      }).compile();
      running.push(module);
      const app = await module.init();
      const everything = app.get(Everything);
      const failing = everything.executor.transaction(async () => {
        await everything.write('failed');
        throw new Error('as told');
      });
      // Another one, which must not get into that transaction though the connection is the same.
      const meanwhile = everything.effects.insert('meanwhile');
      await expect(failing).rejects.toThrow('as told');
      await meanwhile;
      expect(await everything.effects.keys()).toEqual(['meanwhile']);

      await everything.executor.transaction(() => everything.write('done'));
      const ways = ['builder', 'inner', 'manager', 'query', 'repository', 'save'];
      expect((await everything.effects.keys()).sort()).toEqual([
        ...ways.map((way) => `done ${way}`),
        'meanwhile',
      ]);
    });
  });
});
