import { rmSync } from 'node:fs';
import { SystemTopic } from '@rocket-nest/common';
import { BrokerCounters } from '../broker-counters';
import { createTemporaryFolder } from '../testing/temporary-folder';
import { COMMIT, ROLLBACK, TransactionKit, until } from '../testing/transaction-kit';
import { HalfQueueReader } from './half-queue-reader';
import { TransactionLoader } from './transaction-loader';
import { TransactionTable } from './transaction-table';

describe('counters of transactions', () => {
  let folder: ReturnType<typeof createTemporaryFolder>;
  let kit: TransactionKit;
  const copies: string[] = [];

  const start = async (properties: Record<string, string> = {}): Promise<void> => {
    kit = await new TransactionKit(folder.path, undefined, properties).start();
  };
  const crash = async (): Promise<void> => {
    const copy = kit.crashCopy();
    copies.push(copy);
    await kit.stop();
    kit = await new TransactionKit(copy, kit.clock).start();
  };
  const countsOf = (topic: string): number[] => {
    const { halfMessages, committed, rolledBack } = kit.broker.counters.transactionsOf(topic);
    return [halfMessages, committed, rolledBack];
  };

  beforeEach(() => (folder = createTemporaryFolder()));
  afterEach(async () => {
    await kit.stop();
    folder.remove();
    for (const copy of copies.splice(0)) rmSync(copy, { recursive: true, force: true });
  });

  it('tell by topic what is open, committed and rolled back', async () => {
    await start();
    const [first, second] = [await kit.sendHalf('1'), await kit.sendHalf('2')];
    const other = await kit.sendHalf('3', {}, { topic: 'U' });
    expect([countsOf('T'), countsOf('U')]).toEqual([
      [2, 0, 0],
      [1, 0, 0],
    ]);
    for (let repeated = 0; repeated < 2; repeated++) {
      await kit.end(first, COMMIT);
      await kit.end(second, ROLLBACK);
    }
    expect([countsOf('T'), countsOf('U')]).toEqual([
      [0, 1, 1],
      [1, 0, 0],
    ]);
    await kit.end(other, COMMIT);
    expect(countsOf('U')).toEqual([0, 1, 0]);
  });

  it('count a transaction once however often its producer is asked, until it is given up', async () => {
    await start({ transactionCheckMax: '2' });
    await kit.heartbeat();
    await kit.sendHalf('silent');
    for (let round = 0; round < 2; round++) {
      await kit.round();
      expect(countsOf('T')).toEqual([1, 0, 0]);
    }
    await kit.round();
    await until(() => countsOf('T')[0] === 0);
    expect(countsOf('T')).toEqual([0, 0, 0]);
  });

  it('know after a start what was left open, and when that ends', async () => {
    await start();
    await kit.heartbeat();
    const halves = [];
    for (const body of ['a', 'b', 'c', 'd']) halves.push(await kit.sendHalf(body));
    await kit.sendHalf('e', {}, { topic: 'U' });
    await kit.end(halves[0], COMMIT);
    await kit.end(halves[1], ROLLBACK);
    // The others are written again, twice.
    await kit.round();
    await kit.round();
    await kit.end(halves[2], ROLLBACK);
    await crash();
    await until(() => countsOf('T')[0] + countsOf('U')[0] >= 2);
    await kit.heartbeat();
    expect((await kit.end(halves[3], COMMIT)).code).toBe(0);
    await kit.round();
    expect([countsOf('T'), countsOf('U')]).toEqual([
      [0, 1, 0],
      [1, 0, 0],
    ]);
  });

  it('a load that failed in the middle goes on there: no transaction is lost or counted twice', async () => {
    await start();
    await kit.heartbeat();
    for (let n = 0; n < 3; n++) await kit.sendHalf(`half ${n}`);
    // Each is a chain of three records.
    await kit.round();
    await kit.round();
    const { messageStore, clock } = kit.broker;
    const halfEnd = messageStore.maxOffsetInQueue(SystemTopic.TRANS_HALF_TOPIC, 0);
    expect(halfEnd).toBe(9);
    for (let failAfter = 0; failAfter < halfEnd; failAfter++) {
      const reader = new HalfQueueReader({ clock, messageStore });
      let left = failAfter;
      const failing = {
        forEach: (...[topic, from, end, visit]: Parameters<HalfQueueReader['forEach']>) =>
          reader.forEach(topic, from, end, (buffer, position) => {
            if (left-- === 0) throw new Error('the disk does not answer');
            visit(buffer, position);
          }),
      };
      const table = new TransactionTable(0);
      const counters = new BrokerCounters();
      const parts = { table, counters, reader: failing, writer: { add: jest.fn() } };
      const progress = { noteOpMessage: jest.fn() };
      const opEnd = messageStore.maxOffsetInQueue(SystemTopic.TRANS_OP_HALF_TOPIC, 0);
      const range = { halfEnd, opFrom: 0, opEnd };
      const loader = new TransactionLoader({ ...parts, progress }, range);
      await expect(loader.load()).rejects.toThrow('the disk does not answer');
      await loader.load();
      expect([0, 1, 2].map((root) => table.isOpen(root))).toEqual([true, true, true]);
      expect(counters.transactionsOf('T').halfMessages).toBe(3);
      expect(progress.noteOpMessage).toHaveBeenCalledTimes(opEnd);
    }
  });
});
