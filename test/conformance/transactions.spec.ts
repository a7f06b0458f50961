import { Standalone } from '@rocket-nest/standalone';
import { databases } from './databases/databases';
import { EFFECTS, type DatabaseUnderTest, type Effects } from './databases/effects';
import { DeliveredOrders } from './delivered-orders';
import { Gate } from './gate';
import { POINTS, TOPIC, TransactionService, type Point } from './transaction-service';

const DAY_MS = 86_400_000;

describe.each(Object.keys(databases))('transactional messages with %s', (name) => {
  let broker: Standalone;
  let namesrvAddr: string;
  let database: DatabaseUnderTest;
  let service: TransactionService;
  /** Another instance of the service, which never saw a method run. */
  let other: TransactionService;
  let delivered: DeliveredOrders;
  let orders = 0;

  const newOrder = () => `order-${++orders}`;

  beforeAll(async () => {
    broker = new Standalone({});
    [{ namesrvAddr }, database] = await Promise.all([broker.start(), databases[name]()]);
    service = await TransactionService.start(namesrvAddr, database.connect());
    other = database.isInProcess
      ? service
      : await TransactionService.start(namesrvAddr, database.connect());
    service.observeStatements();
    delivered = await DeliveredOrders.start(namesrvAddr, TOPIC);
  }, 90_000);

  afterAll(async () => {
    await delivered?.stop();
    if (other !== service) await other?.stop();
    await service?.stop();
    await database?.stop();
    await broker?.shutdown();
  });

  afterEach(() => {
    service.observe = () => undefined;
  });

  /** The row of an order's transaction; undefined when there is none. */
  const logged = async (id: string) => {
    const key = service.halves.get(id)?.properties.get('UNIQ_KEY');
    return (await service.logRows()).find((row) => row.tx_id === key);
  };
  const hasEffect = async (id: string) => (await service.effects.keys()).includes(id);
  const check = (by: TransactionService, id: string) =>
    by.transactions.check(service.checkMessage(id));
  /** Runs `at` while the method of that order stands at that point. */
  const holdAt = (point: Point, id: string, at: () => Promise<void>) => {
    const gate = new Gate(at);
    service.observe = (reached, of) => (reached === point && of === id ? gate.pass() : undefined);
    return gate;
  };

  it('delivers the message of a method that commits', async () => {
    const id = newOrder();
    await expect(service.orders.create({ id })).resolves.toBe(`created ${id}`);
    await delivered.waitFor(id);
    expect(await hasEffect(id)).toBe(true);
    expect(await logged(id)).toMatchObject({ state: 'COMMITTED', note: 'OrderService.create' });
    expect(service.halves.get(id)?.properties.get('TAGS')).toBe('CREATED');
  });

  it('drops the message of a method that throws, and everything that it wrote', async () => {
    const id = newOrder();
    await expect(service.orders.create({ id, fails: true })).rejects.toThrow('as told');
    const marker = newOrder();
    await service.orders.create({ id: marker });
    await delivered.waitFor(marker);
    expect(delivered.ids).not.toContain(id);
    expect([await hasEffect(id), await logged(id)]).toEqual([false, undefined]);
  });

  it('is not misled by a method that hides the failure of a statement', async () => {
    const id = newOrder();
    const effects = service.app.get<Effects>(EFFECTS);
    const outcome = await service.producer
      .transaction(TOPIC, { id }, async () => {
        await effects.insert(id);
        await effects.insert(id).catch(() => undefined);
      })
      .then(
        () => 'committed',
        (error: { code?: string }) => error.code,
      );
    const marker = newOrder();
    await service.orders.create({ id: marker });
    await delivered.waitFor(marker);
    const isCommitted = outcome === 'committed';
    if (isCommitted) await delivered.waitFor(id);
    // PostgreSQL commits nothing after a failed statement, and does not say so.
    expect(outcome).toBe(name.includes('PostgreSQL') ? 'TRANSACTION_LOST' : 'committed');
    expect([await hasEffect(id), delivered.ids.includes(id)]).toEqual([isCommitted, isCommitted]);
  });

  it('runs what producer.transaction is given the same way', async () => {
    const [id, failing] = [newOrder(), newOrder()];
    const effects = service.app.get<Effects>(EFFECTS);
    const result = await service.producer.transaction(
      TOPIC,
      { id },
      async () => {
        await effects.insert(id);
        return 'done';
      },
      { keys: id },
    );
    const failed = service.producer.transaction(TOPIC, { id: failing }, async () => {
      await effects.insert(failing);
      throw new Error('as told');
    });
    await expect(failed).rejects.toThrow('as told');
    await delivered.waitFor(id);
    expect(result).toBe('done');
    expect([await hasEffect(id), await hasEffect(failing)]).toEqual([true, false]);
  });

  describe.each(['the same', 'another'])('a check that reaches %s instance', (which) => {
    const asked = () => (which === 'another' ? other : service);

    it.each(POINTS)('at %s agrees with what becomes of the transaction', async (point) => {
      const id = newOrder();
      let answer: string | undefined;
      holdAt(point, id, async () => {
        answer = await check(asked(), id);
      });
      const outcome = await service.orders.create({ id }).then(
        () => 'created',
        (error: { code?: string }) => error.code,
      );
      const begun = point !== 'HALF_STORED' && point !== 'BEGUN';
      if (!begun && !(database.isInProcess && point === 'BEGUN')) {
        // The check came first: from now on this transaction cannot commit any more.
        expect([answer, outcome]).toEqual(['ROLLBACK_MESSAGE', 'TRANSACTION_ABORTED']);
        expect(await check(asked(), id)).toBe('ROLLBACK_MESSAGE');
        expect([await hasEffect(id), (await logged(id))?.state]).toEqual([false, 'ABORTED']);
        return;
      }
      expect([answer, outcome]).toEqual([
        point === 'COMMITTED' ? 'COMMIT_MESSAGE' : 'UNKNOW',
        'created',
      ]);
      expect(await check(asked(), id)).toBe('COMMIT_MESSAGE');
      await delivered.waitFor(id);
      expect(await hasEffect(id)).toBe(true);
    });

    it('during a transaction that is rolled back then leads to a rollback', async () => {
      const id = newOrder();
      let answer: string | undefined;
      holdAt('WRITTEN', id, async () => {
        answer = await check(asked(), id);
      });
      await expect(service.orders.create({ id, fails: true })).rejects.toThrow('as told');
      expect([answer, await check(asked(), id)]).toEqual(['UNKNOW', 'ROLLBACK_MESSAGE']);
      expect(await hasEffect(id)).toBe(false);
    });

    it('answers the same again when its first answer was lost', async () => {
      const id = newOrder();
      const answers: string[] = [];
      holdAt('HALF_STORED', id, async () => {
        for (let time = 0; time < 3; time++) answers.push(await check(asked(), id));
      });
      await expect(service.orders.create({ id })).rejects.toMatchObject({
        code: 'TRANSACTION_ABORTED',
      });
      expect(answers).toEqual(['ROLLBACK_MESSAGE', 'ROLLBACK_MESSAGE', 'ROLLBACK_MESSAGE']);
      expect(await hasEffect(id)).toBe(false);
    });
  });

  it('decides once when many checks come at once', async () => {
    const id = newOrder();
    holdAt('HALF_STORED', id, async () => {
      const checks = [service, other, service, other].map((each) => check(each, id));
      const answers = await Promise.all(checks);
      expect(answers.filter((answer) => answer === 'COMMIT_MESSAGE')).toEqual([]);
      expect(answers).toContain('ROLLBACK_MESSAGE');
    });
    await expect(service.orders.create({ id })).rejects.toMatchObject({
      code: 'TRANSACTION_ABORTED',
    });
    expect((await logged(id))?.state).toBe('ABORTED');
  });

  it('leaves half messages alone whose row may be gone, or is of another log', async () => {
    const id = newOrder();
    await service.orders.create({ id });
    const before = service.transactions.stats.alarms;
    const old = service.checkMessage(id, Date.now() - 8 * DAY_MS);
    const foreign = service.checkMessage(id);
    foreign.properties.set('ROCKET_TX_LOG', 'of another database').set('UNIQ_KEY', 'OTHER');
    expect(await service.transactions.check(old)).toBe('UNKNOW');
    expect(await service.transactions.check(foreign)).toBe('UNKNOW');
    expect(service.transactions.stats.alarms - before).toBe(2);
    expect((await service.logRows()).map((row) => row.tx_id)).not.toContain('OTHER');
  });
});
