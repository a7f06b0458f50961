import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Injectable, type INestApplicationContext, type Provider } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import { Registry } from 'prom-client';
import { RocketListener } from '../../decorators/rocket-listener.decorator';
import { RejectToDlq } from '../../errors/reject-to-dlq';
import { RetryLater } from '../../errors/retry-later';
import { Idempotent } from '../../idempotent/idempotent.decorator';
import { ListenerRegistrar } from '../../listener/listener-registrar';
import { ProducerService } from '../../producer/producer.service';
import { waitFor } from '../../listener/testing/wait-for';
import { RocketModule } from '../../rocket.module';
import { getTransactionsToken } from '../../transaction/rocket-transactions';
import { TransactionStats } from '../../transaction/transaction-stats';
import { RocketMetricsModule } from './rocket-metrics.module';

const FIRST = { consumeFromWhere: 'CONSUME_FROM_FIRST_OFFSET' } as const;

@Injectable()
class Listener {
  seen: string[] = [];

  @RocketListener({ id: 'order', topic: 'order', consumerGroup: 'shop', ...FIRST })
  onOrder(what: string): void {
    this.seen.push(what);
    if (what === 'reject') throw new RejectToDlq('no');
    if (what === 'later') throw new RetryLater('2h');
    if (what === 'fail') throw new Error('no');
  }
}

@Injectable()
class OnceListener {
  @RocketListener({
    id: 'once',
    topic: 'once',
    consumerGroup: 'once',
    consumeMode: 'ORDERLY',
    ...FIRST,
  })
  @Idempotent({ store: 'memory', key: ({ properties }) => properties.get('KEYS') })
  onOnce(): void {
    // Counted by its events.
  }
}

async function appWith(
  registry: Registry,
  providers: Provider[] = [],
): Promise<INestApplicationContext> {
  const testing = await Test.createTestingModule({
    imports: [
      RocketModule.forRoot({
        embedded: true,
        ensureTopics: [{ topic: 'order', queueNums: 2 }, { topic: 'once', queueNums: 1 }, 'other'],
      }),
      RocketMetricsModule.forRoot({ registry }),
    ],
    providers: [Listener, OnceListener, ...providers],
  }).compile();
  return testing.init();
}

describe('RocketMetricsModule', () => {
  const registry = new Registry();
  let app: INestApplicationContext;

  /** Value of the series with at least these labels; undefined when there is none. */
  async function valueOf(
    name: string,
    labels: Record<string, string>,
    suffix = '',
  ): Promise<number | undefined> {
    const metric = await registry.getSingleMetric(name)?.get();
    const found = metric?.values.find((value) => {
      const isPart = ((value as { metricName?: string }).metricName ?? name) === name + suffix;
      return (
        isPart && Object.entries(labels).every(([label, text]) => value.labels[label] === text)
      );
    });
    return found?.value;
  }

  beforeAll(async () => {
    app = await appWith(registry);
  });
  afterAll(() => app.close());

  it('counts and times sends by topic, kind and outcome', async () => {
    const producer = app.get(ProducerService);
    await producer.send('other', 'x');
    await producer.sendBatch('other', ['x', 'y']);
    await expect(producer.send('other', '')).rejects.toThrow();
    const name = 'rocket_nest_messages_sent_total';
    expect(await valueOf(name, { topic: 'other', kind: 'send', outcome: 'ok' })).toBe(1);
    expect(await valueOf(name, { topic: 'other', kind: 'batch', outcome: 'ok' })).toBe(2);
    expect(await valueOf(name, { topic: 'other', outcome: 'MESSAGE_ILLEGAL' })).toBe(1);
    const labels = { topic: 'other', kind: 'send' };
    expect(await valueOf('rocket_nest_send_duration_seconds', labels, '_count')).toBe(2);
  });

  it('counts and times deliveries by group, topic, listener and outcome', async () => {
    const producer = app.get(ProducerService);
    const listener = app.get(Listener);
    for (const what of ['ok', 'ok', 'reject', 'later', 'fail']) await producer.send('order', what);
    const labels = { consumer_group: 'shop', topic: 'order', listener: 'order' };
    const count = (outcome: string): Promise<number | undefined> =>
      valueOf('rocket_nest_messages_consumed_total', { ...labels, outcome });
    await waitFor('all outcomes', async () => {
      const counts = await Promise.all(['ok', 'dlq', 'retry', 'error'].map(count));
      return listener.seen.length >= 5 && counts.every((each) => each !== undefined);
    });
    expect(await count('ok')).toBe(2);
    expect(await count('dlq')).toBe(1);
    expect(await count('retry')).toBe(1);
    const timed = await valueOf('rocket_nest_process_duration_seconds', labels, '_count');
    expect(timed).toBeGreaterThanOrEqual(5);
    const late = await valueOf('rocket_nest_delivery_delay_seconds', labels, '_count');
    expect(late).toBe(timed);
    expect(await valueOf('rocket_nest_messages_in_process', labels)).toBe(0);
  });

  it('tells the assigned queues, and how far the group is behind', async () => {
    const labels = { connection: 'default', consumer_group: 'shop', topic: 'order' };
    expect(await valueOf('rocket_nest_consumer_queues', labels)).toBe(2);
    const age = await valueOf('rocket_nest_consumer_last_pull_age_seconds', labels);
    expect(age).toBeGreaterThanOrEqual(0);
    const lag = (): Promise<number | undefined> =>
      valueOf('rocket_nest_consumer_lag_messages', labels);
    await waitFor('no lag', async () => (await lag()) === 0);
    app.get(ListenerRegistrar).pause('order');
    const producer = app.get(ProducerService);
    for (let count = 0; count < 8; count++) await producer.send('order', 'ok');
    // Pulls that wait at the broker when the listener is paused still bring one batch each.
    await waitFor('some lag', async () => ((await lag()) ?? 0) > 0);
    app.get(ListenerRegistrar).resume('order');
    await waitFor('no lag again', async () => (await lag()) === 0);
  });

  it('counts what @Idempotent did', async () => {
    const producer = app.get(ProducerService);
    for (const id of ['1', '1', '2']) await producer.send('once', 'x', { keys: id });
    const labels = { consumer_group: 'once', listener: 'once', store: 'memory' };
    const name = 'rocket_nest_idempotency_events_total';
    const count = (type: string): Promise<number | undefined> => valueOf(name, { ...labels, type });
    await waitFor('the duplicate', async () => (await count('duplicate')) === 1);
    await waitFor('the others', async () => (await count('executed')) === 2);
  });

  it('shows how transactional messages ended, once a connection has them', async () => {
    const stats = { ...new TransactionStats(), committed: 3, alarms: 1 };
    const own = new Registry();
    const token = getTransactionsToken();
    const second = await appWith(own, [{ provide: token, useValue: { stats } }]);
    const text = await own.getSingleMetricAsString('rocket_nest_transactions_total');
    expect(text).toContain('{connection="default",outcome="committed"} 3');
    expect(text).toContain('{connection="default",outcome="alarm"} 1');
    await second.close();
    expect(
      (await registry.getSingleMetric('rocket_nest_transactions_total')?.get())?.values,
    ).toEqual([]);
  });

  it('has every metric in the docs', () => {
    const page = join(__dirname, '../../../../../docs/rocket-nest/operation.md');
    const names = registry.getMetricsAsArray().map(({ name }) => name);
    const documented = readFileSync(page, 'utf8').match(/rocket_nest_[a-z_]+(?=`)/g) ?? [];
    expect([...new Set(documented)].sort()).toEqual(names.sort());
  });

  it('leaves the registry when the application ends, so that a next one can start', async () => {
    const own = new Registry();
    const first = await appWith(own);
    expect(own.getMetricsAsArray()).not.toHaveLength(0);
    await first.close();
    expect(own.getMetricsAsArray()).toHaveLength(0);
    const second = await appWith(own);
    await second.close();
  });
});
