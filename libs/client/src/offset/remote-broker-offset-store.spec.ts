import type { MessageQueue } from '@rocket-nest/common';
import { RemoteBrokerOffsetStore } from './remote-broker-offset-store';

const queue = (queueId: number, brokerName = 'a') => ({ topic: 'T', brokerName, queueId });

describe('RemoteBrokerOffsetStore', () => {
  let kept: Map<number, number>;
  let updates: [number, number][];
  let failing: boolean;
  let underWay: number;
  let mostUnderWay: number;

  const create = () =>
    new RemoteBrokerOffsetStore(
      'GID',
      {
        queryOffset: async (_address, _group, { queueId }: MessageQueue) => kept.get(queueId),
        updateOffset: async (_address, _group, { queueId }: MessageQueue, offset: number) => {
          mostUnderWay = Math.max(mostUnderWay, ++underWay);
          await Promise.resolve();
          underWay--;
          if (failing) throw new Error('away');
          updates.push([queueId, offset]);
        },
      },
      (brokerName) => (brokerName === 'a' ? '127.0.0.1:10911' : undefined),
    );

  beforeEach(() => {
    kept = new Map([[0, 5]]);
    updates = [];
    failing = false;
    underWay = mostUnderWay = 0;
  });

  it('lost a first offset that was told at the same time as another one of its topic', async () => {
    const store = create();
    for (let id = 0; id < 8; id++) store.update(queue(id), 1, true);
    failing = true;
    await expect(store.persist([queue(0), queue(1), queue(2)])).rejects.toThrow('away');
    failing = false;
    await Promise.all([store.persist([queue(0)]), store.persist([queue(1)])]);
    expect(updates).toHaveLength(2);
    expect(mostUnderWay).toBe(1);
    await store.persist(Array.from({ length: 8 }, (_, id) => queue(id)));
    expect(updates).toHaveLength(8);
    expect(mostUnderWay).toBeGreaterThan(1);
  });

  it('tells the broker what has changed, once', async () => {
    const store = create();
    await expect(store.read(queue(0))).resolves.toBe(5);
    await expect(store.read(queue(1))).resolves.toBeUndefined();
    await store.persist([queue(0), queue(1)]);
    expect(updates).toEqual([]);
    store.update(queue(0), 8, true);
    store.update(queue(1), 2, true);
    await store.persist([queue(0)]);
    await store.persist([queue(0)]);
    expect(updates).toEqual([[0, 8]]);
  });

  it('goes back only when told to', () => {
    const store = create();
    store.update(queue(0), 8, true);
    store.update(queue(0), 6, true);
    expect(store.cached(queue(0))).toBe(8);
    store.update(queue(0), 6, false);
    expect(store.cached(queue(0))).toBe(6);
  });

  it('keeps what could not be told, tells the rest, and rejects', async () => {
    const store = create();
    store.update(queue(0), 8, true);
    store.update(queue(1, 'unknown'), 3, true);
    const both = [queue(0), queue(1, 'unknown')];
    await expect(store.persist(both)).rejects.toMatchObject({ code: 'BROKER_NOT_FOUND' });
    expect(updates).toEqual([[0, 8]]);
    store.update(queue(0), 9, true);
    failing = true;
    await expect(store.persist([queue(0)])).rejects.toThrow('away');
    failing = false;
    await store.persist([queue(0)]);
    expect(updates).toEqual([
      [0, 8],
      [0, 9],
    ]);
  });
});
