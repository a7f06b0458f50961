import type { INestApplicationContext, LoggerService } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import { Standalone } from '@rocket-nest/standalone';
import { Registry } from 'prom-client';
import {
  getSqlExecutorToken,
  Outbox,
  ProducerService,
  RocketModule,
  RocketOutboxModule,
  type RocketOutboxOptions,
  type SqlExecutor,
} from 'rocket-nest';
import { RocketMetricsModule } from 'rocket-nest/metrics';
import { waitFor } from '../support/polling';
import { databases } from './databases/databases';
import { EFFECTS, type DatabaseUnderTest, type Effects } from './databases/effects';
import { DeliveredOrders } from './delivered-orders';

const TOPIC = 'shipments';
const SILENT: LoggerService = {
  log: () => undefined,
  warn: () => undefined,
  error: () => undefined,
};

describe.each(Object.keys(databases))('the outbox with %s', (name) => {
  let broker: Standalone;
  let namesrvAddr: string;
  let database: DatabaseUnderTest;
  let writer: INestApplicationContext;
  let delivered: DeliveredOrders;
  let executor: SqlExecutor;
  let outbox: Outbox;
  /** Of the application that was started last. */
  let registry: Registry;

  const start = async (options: RocketOutboxOptions, address = namesrvAddr) => {
    const module = await Test.createTestingModule({
      imports: [
        RocketModule.forRoot({ namesrvAddr: address }),
        ...database.connect().imports,
        RocketOutboxModule.forRoot({ pollIntervalMs: 20, ...options }),
        RocketMetricsModule.forRoot({ registry: (registry = new Registry()) }),
      ],
    })
      .setLogger(SILENT)
      .compile();
    return module.init();
  };
  const rows = async () => {
    const found = await executor.detached((connection) =>
      connection.query<{ unique_key: string; state: string; last_error: string | null }>(
        'SELECT unique_key, state, last_error FROM rocket_outbox ORDER BY id',
      ),
    );
    return found.rows;
  };

  beforeAll(async () => {
    broker = new Standalone({});
    [{ namesrvAddr }, database] = await Promise.all([broker.start(), databases[name]()]);
    // With one connection the writer has to relay as well.
    writer = await start({ relay: database.isInProcess });
    executor = writer.get<SqlExecutor>(getSqlExecutorToken());
    outbox = writer.get(Outbox);
    await writer.get(ProducerService).send(TOPIC, { id: 'topic' });
    delivered = await DeliveredOrders.start(namesrvAddr, TOPIC);
  }, 90_000);

  afterAll(async () => {
    await delivered?.stop();
    await writer?.close();
    await database?.stop();
    await broker?.shutdown();
  });

  it('sends what a transaction wrote once it has committed, in order for each key', async () => {
    const effects = writer.get<Effects>(EFFECTS);
    const ids = Array.from({ length: 12 }, (_, index) => `committed-${index}`);
    for (const [index, id] of ids.entries()) {
      await executor.transaction(async () => {
        await effects.insert(id);
        await outbox.send(TOPIC, { id }, { shardingKey: `key-${index % 2}`, keys: id });
      });
    }
    const undone = executor.transaction(async () => {
      await outbox.send(TOPIC, { id: 'undone' });
      throw new Error('as told');
    });
    await expect(undone).rejects.toThrow('as told');
    const relays = database.isInProcess ? [] : await Promise.all([start({}), start({})]);
    await delivered.waitFor(...ids);
    await waitFor('an empty outbox', async () => (await rows()).length === 0);
    await Promise.all(relays.map((relay) => relay.close()));

    const order = (parity: number) =>
      [...new Set(delivered.ids)] // a second copy of one may come
        .filter((id) => id.startsWith('committed-'))
        .map((id) => Number(id.slice('committed-'.length)))
        .filter((index) => index % 2 === parity);
    for (const parity of [0, 1])
      expect(order(parity)).toEqual([...order(parity)].sort((a, b) => a - b));
    expect(delivered.ids).not.toContain('undone');
  });

  it('keeps a message that no broker takes, and says why', async () => {
    const relay = database.isInProcess ? undefined : await start({});
    const huge = 'x'.repeat(5 << 20);
    const key = await outbox.send(TOPIC, { id: huge });
    await outbox.send(TOPIC, { id: 'after-huge' });
    await delivered.waitFor('after-huge');
    await waitFor('the verdict', async () => (await rows())[0]?.state === 'FAILED');
    expect(await outbox.backlog()).toEqual({ pending: 0, failed: 1, oldestPendingAgeMs: 0 });
    expect((relay ?? writer).get(Outbox).stats).toMatchObject({ parked: 1 });
    const metrics = await registry.metrics();
    expect(metrics).toMatch('outbox_relayed_total{connection="default",outcome="parked"} 1');
    expect(metrics).toMatch('outbox_messages{connection="default",state="FAILED"} 1');
    expect(metrics).toMatch('outbox_oldest_age_seconds{connection="default"} 0');
    expect(await rows()).toEqual([
      { unique_key: key, state: 'FAILED', last_error: expect.stringMatching(/size|large/i) },
    ]);
    await executor.detached((connection) => connection.query('DELETE FROM rocket_outbox'));
    await relay?.close();
  });

  // With a database in this process there is no other instance to send for one that cannot.
  if (name.includes('SQLite')) return;
  it("keeps what onFailure: 'outbox' could not send, and sends it with its unique key", async () => {
    const cutOff = await start({}, '127.0.0.1:1');
    const kept = await cutOff
      .get(ProducerService)
      .send(TOPIC, { id: 'kept' }, { onFailure: 'outbox', timeoutMs: 300 });
    expect(kept).toMatchObject({ sendStatus: 'KEPT_IN_OUTBOX' });
    expect((await rows()).map((row) => row.unique_key)).toEqual([kept.msgId]);
    await waitFor('a failed try', () => cutOff.get(Outbox).stats.retried > 0);
    expect(await outbox.backlog()).toMatchObject({ pending: 1, failed: 0 });
    expect(await registry.metrics()).toMatch(/outbox_oldest_age_seconds\S+ [\d.]+/);
    await cutOff.close();
    await executor.detached((connection) =>
      connection.query('UPDATE rocket_outbox SET next_attempt_at = 0'),
    );
    const relay = await start({});
    await delivered.waitFor('kept');
    await relay.close();
    expect(await rows()).toEqual([]);
  });
});
