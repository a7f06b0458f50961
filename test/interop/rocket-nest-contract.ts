import type { INestApplicationContext } from '@nestjs/common';
import { ProducerService, type RocketModuleOptions } from 'rocket-nest';
import { waitFor } from '../support/polling';
import { makeTemporaryFolder, removeFolder } from '../support/temporary-folder';
import { transactionBrokerProperties } from './contract/transactions';
import {
  BookingView,
  ContractListener,
  Ledger,
  startContractApp,
} from './rocket-nest/contract-app';

/** Retries, dead letters and new topics are found by polls that grow to ten seconds. */
const LONG_MS = 60_000;

export { transactionBrokerProperties as rocketNestBrokerProperties };

/** Where the contract runs. */
export interface ContractBroker {
  readonly options: RocketModuleOptions;
  stop(): Promise<void>;
}

/** What rocket-nest promises, the same on every broker. */
export function describeRocketNestContract(
  name: string,
  startBroker: () => Promise<ContractBroker>,
): void {
  describe(name, () => {
    let broker: ContractBroker | undefined;
    let app: INestApplicationContext;
    let producer: ProducerService;
    let listener: ContractListener;
    const folder = makeTemporaryFolder('rocket-nest-contract');
    const optionsOf = (instanceName: string): RocketModuleOptions => ({
      ...broker?.options,
      client: { instanceName, localOffsetStoreDir: folder },
    });

    beforeAll(async () => {
      broker = await startBroker();
      app = await startContractApp(optionsOf('one'));
      producer = app.get(ProducerService);
      listener = app.get(ContractListener);
    }, 120_000);

    afterAll(async () => {
      await app?.close();
      await broker?.stop();
      removeFolder(folder);
    }, 60_000);

    it('hands a message to the listener of its tag, with body, header, keys and context', async () => {
      const order = { id: '42', amountCents: 1990 };
      const options = { keys: ['42', 'k2'], headers: { tenant: 'acme' } };
      const sent = await producer.send('order:PAID', order, options);
      await producer.send('order:OTHER', 'for nobody');
      await producer.send('order:NOTE', 'hello');
      await waitFor('both', () => listener.paid.length > 0 && listener.notes.length > 0);
      expect(listener.paid).toMatchObject([{ body: order, tenant: 'acme', keys: ['42', 'k2'] }]);
      expect(listener.paid[0]?.context).toMatchObject({ messageId: sent.msgId, tag: 'PAID' });
      expect(listener.notes.map(({ body }) => body)).toEqual(['hello']);
    });

    it('keeps the order of a sharding key for an orderly listener', async () => {
      const steps = Array.from({ length: 20 }, (_, index) => `step ${index}`);
      for (const step of steps) await producer.send('step', step, { shardingKey: 'one' });
      await waitFor('all steps', () => listener.steps.length >= steps.length);
      expect(listener.steps).toEqual(steps);
    });

    it('delivers a delayed message after its level', async () => {
      const before = listener.paid.length;
      await producer.send('order:PAID', 'late', { delay: '1s' });
      await waitFor('the message', () => listener.paid.length > before);
      const { message } = listener.paid[before].context;
      expect(message.storeTimestamp - message.bornTimestamp).toBeGreaterThanOrEqual(900);
    });

    it('retries, and gives up in the dead letters', async () => {
      await producer.send('flaky', 'once');
      await waitFor('the second delivery', () => listener.flaky.length >= 2, LONG_MS);
      expect(listener.flaky).toEqual([0, 1]);
      await producer.send('flaky', 'never');
      await producer.send('rejected', 'rejected');
      await waitFor('both dead letters', () => listener.dead.length >= 2, LONG_MS);
      expect(listener.flaky).toEqual([0, 1, 0, 1, 2]);
      expect([...listener.dead].sort()).toEqual(['never', 'rejected']);
      expect(listener.rejections).toBe(1);
    }, 120_000);

    it('answers a request with what the listener returns', async () => {
      const answer = await producer.request('question', { of: 12 }, { timeoutMs: 10_000 });
      expect(answer).toEqual({ square: 144 });
    });

    it('takes batches, and delivers again what failed in them', async () => {
      await producer.sendBatch('bulk', ['a', 'again', 'b']);
      await waitFor('all of the batch', () => listener.bulk.length >= 3, LONG_MS);
      expect([...listener.bulk].sort()).toEqual(['a', 'again', 'b']);
    }, 90_000);

    it('publishes what a transaction commits, and nothing of one that is rolled back', async () => {
      const ledger = app.get(Ledger);
      await expect(ledger.book({ id: 'refused', fails: true })).rejects.toThrow('not booked');
      await ledger.book({ id: 'booked' });
      const view = app.get(BookingView);
      await waitFor('the booking', () => view.ids.length > 0);
      expect(view.ids).toEqual(['booked']);
    });

    it('shares the messages of a group, and broadcasts to all', async () => {
      const second = await startContractApp(optionsOf('two'));
      try {
        const other = second.get(ContractListener);
        const paid = (each: ContractListener) => each.paid.map(({ body }) => body);
        const mine = paid(listener).length;
        const bodies = Array.from({ length: 40 }, (_, index) => `shared ${index}`);
        for (const body of bodies) await producer.send('order:PAID', body);
        for (const price of [1, 2, 3]) await producer.send('price', price);
        const shared = () => new Set([...paid(listener).slice(mine), ...paid(other)]);
        await waitFor('all shared messages', () => shared().size === bodies.length);
        await waitFor('prices', () =>
          [listener, other].every(({ prices }) => new Set(prices).size === 3),
        );
        expect([...shared()].sort()).toEqual([...bodies].sort());
      } finally {
        await second.close();
      }
    }, 60_000);
  });
}
