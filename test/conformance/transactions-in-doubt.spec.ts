import { Standalone } from '@rocket-nest/standalone';
import { CuttingProxy, type Cut } from '../support/cutting-proxy';
import { startMariadb } from '../support/mariadb-server';
import { waitFor } from '../support/polling';
import { startPostgres, type DatabaseServer } from '../support/postgres-server';
import { drizzleService } from './databases/drizzle-database';
import type { ServiceDatabase } from './databases/effects';
import { knexService } from './databases/knex-database';
import { postgresService } from './databases/plain-databases';
import { typeOrmService } from './databases/typeorm-database';
import { DeliveredOrders } from './delivered-orders';
import { Meeting } from './meeting';
import { TOPIC, TransactionService } from './transaction-service';

/** How a library says COMMIT, told apart from the word COMMITTED in a row. */
interface Library {
  readonly server: 'PostgreSQL' | 'MariaDB';
  readonly commit: string;
  readonly connect: (url: string) => ServiceDatabase;
}

const libraries: Readonly<Record<string, Library>> = {
  'a plain executor': { server: 'PostgreSQL', commit: 'COMMIT\0', connect: postgresService },
  TypeORM: {
    server: 'PostgreSQL',
    commit: 'COMMIT\0',
    connect: (url) => typeOrmService({ type: 'postgres', url }, { withHost: false }),
  },
  Knex: { server: 'MariaDB', commit: 'COMMIT;', connect: knexService },
  Drizzle: {
    server: 'MariaDB',
    commit: 'commit',
    connect: (url) => drizzleService(url, { withHost: false }),
  },
};

describe('a connection that is cut during COMMIT', () => {
  let broker: Standalone;
  let namesrvAddr: string;
  let servers: Record<Library['server'], DatabaseServer>;
  let delivered: DeliveredOrders;

  beforeAll(async () => {
    broker = new Standalone({
      brokerProperties: {
        transactionTimeOut: '200',
        transactionCheckInterval: '200',
        transactionCheckMax: '100000',
      },
    });
    const [address, PostgreSQL, MariaDB] = await Promise.all([
      broker.start(),
      startPostgres(),
      startMariadb(),
    ]);
    ({ namesrvAddr } = address);
    servers = { PostgreSQL, MariaDB };
  }, 60_000);

  afterAll(async () => {
    await delivered?.stop();
    await Promise.all(Object.values(servers ?? {}).map((server) => server.stop()));
    await broker?.shutdown();
  });

  it('a deadlock that a method hides drops its message', async () => {
    const service = await TransactionService.start(
      namesrvAddr,
      libraries.Knex.connect(servers.MariaDB.url),
    );
    delivered ??= await DeliveredOrders.start(namesrvAddr, TOPIC);
    try {
      const both = new Meeting(2);
      const crossing = (id: string, first: string, second: string) =>
        service.producer.transaction(TOPIC, { id }, async () => {
          await service.effects.insert(first);
          await both.arrive();
          await service.effects.insert(second).catch(() => undefined);
        });
      const outcomes = await Promise.allSettled([
        crossing('crossing-1', 'a', 'b'),
        crossing('crossing-2', 'b', 'a'),
      ]);
      const failed = outcomes.findIndex(({ status }) => status === 'rejected');
      expect(outcomes[failed]).toMatchObject({ reason: { code: 'TRANSACTION_LOST' } });
      const other = outcomes[1 - failed];
      expect(other.status).toBe('fulfilled');
      await delivered.waitFor(`crossing-${2 - failed}`);
      expect(delivered.ids).not.toContain(`crossing-${failed + 1}`);
    } finally {
      await service.stop();
    }
  });

  it.each(
    Object.keys(libraries).flatMap((name) =>
      (['BEFORE', 'AFTER'] as Cut[]).map((cut) => [name, cut]),
    ),
  )('of %s, %s the server got it: the message follows the database', async (name, cut) => {
    const { server: kind, commit, connect } = libraries[name];
    const server = servers[kind];
    const proxy = await CuttingProxy.start(server.port);
    const cutOff = await TransactionService.start(
      namesrvAddr,
      connect(server.url.replace(`:${server.port}/`, `:${proxy.port}/`)),
    );
    const other = await TransactionService.start(namesrvAddr, connect(server.url));
    delivered ??= await DeliveredOrders.start(namesrvAddr, TOPIC);
    try {
      const id = `${name} ${cut}`.replace(/ /g, '-');
      cutOff.orders.afterWrite = () => proxy.arm(commit, cut as Cut);
      await expect(cutOff.orders.create({ id })).rejects.toMatchObject({ code: 'COMMIT_IN_DOUBT' });
      expect(proxy.isArmed).toBe(false);
      const key = cutOff.halves.get(id)?.properties.get('UNIQ_KEY');
      const state = async () => (await other.logRows()).find((row) => row.tx_id === key)?.state;
      await waitFor('the decision', async () => (await state()) !== undefined);
      if (cut === 'AFTER') await delivered.waitFor(id);
      await other.orders.create({ id: `after-${id}` });
      await delivered.waitFor(`after-${id}`);
      const isCommitted = cut === 'AFTER';
      expect(await state()).toBe(isCommitted ? 'COMMITTED' : 'ABORTED');
      expect((await other.effects.keys()).includes(id)).toBe(isCommitted);
      expect(delivered.ids.includes(id)).toBe(isCommitted);
      // Nothing was said by the method itself.
      const { committed, rolledBack, inDoubt } = cutOff.transactions.stats;
      expect({ committed, rolledBack, inDoubt }).toEqual({
        committed: 0,
        rolledBack: 0,
        inDoubt: 1,
      });
    } finally {
      await other.stop();
      await cutOff.stop();
      await proxy.stop();
    }
  });
});
