import { EventLoopTurn, realSetImmediate } from '@rocket-nest/common/internal';
import { BrokerCounters } from '../broker-counters';
import { FakeConnection } from '../testing/fake-connection';
import { ManualClock } from '../testing/manual-clock';
import type { HeldPull } from './held-pull';
import { PullRequestHoldService } from './pull-request-hold-service';

const endOfTurn = (): Promise<void> => new Promise((resolve) => realSetImmediate(resolve));

describe('PullRequestHoldService', () => {
  let clock: ManualClock;
  let service: PullRequestHoldService;
  let resumed: string[];

  beforeEach(() => {
    clock = new ManualClock();
    resumed = [];
    service = serviceWith(100);
    service.start();
  });

  function serviceWith(maxHeldPulls: number): PullRequestHoldService {
    const limits = { maxHeldPulls, maxHoldMs: 60_000 };
    return new PullRequestHoldService(clock, new EventLoopTurn(), new BrokerCounters(), limits);
  }

  function pull(name: string, init: Partial<HeldPull> = {}): HeldPull {
    return {
      connection: new FakeConnection(),
      consumerGroup: 'G',
      topic: 'T',
      queueId: 0,
      offset: 5,
      filter: undefined,
      resume: () => void resumed.push(name),
      ...init,
    };
  }

  it('wakes a pull by the arrival of its message, at the end of that turn and only once', async () => {
    service.suspend(pull('a'), 15_000);
    service.notifyMessageArriving('T', 0, 6, 0);
    service.notifyMessageArriving('T', 0, 7, 0);
    expect(resumed).toEqual([]);
    await endOfTurn();
    expect(resumed).toEqual(['a']);
    expect(service.heldCount).toBe(0);
  });

  it('tells whether a group waits for a queue', async () => {
    service.suspend(pull('a'), 15_000);
    expect(service.isWaiting('G', 'T', 0)).toBe(true);
    expect(service.isWaiting('H', 'T', 0)).toBe(false);
    expect(service.isWaiting('G', 'T', 1)).toBe(false);
    expect(service.isWaiting('G', 'U', 0)).toBe(false);
    service.notifyMessageArriving('T', 0, 6, 0);
    expect(service.isWaiting('G', 'T', 0)).toBe(false);
    await endOfTurn();
    expect(service.isWaiting('G', 'T', 0)).toBe(false);
  });

  it('leaves pulls of other queues, of later offsets and of other tags waiting', async () => {
    service.suspend(pull('other topic', { topic: 'U' }), 15_000);
    service.suspend(pull('other queue', { queueId: 1 }), 15_000);
    service.suspend(pull('later', { offset: 6 }), 15_000);
    service.suspend(pull('tag', { filter: { matchesTagsCode: (code) => code === 7 } }), 15_000);
    service.notifyMessageArriving('T', 0, 6, 8);
    await endOfTurn();
    expect(resumed).toEqual([]);
    service.notifyMessageArriving('T', 0, 7, 7);
    await endOfTurn();
    expect(resumed.sort()).toEqual(['later', 'tag']);
    expect(service.heldCount).toBe(2);
  });

  it('ends a wait when its time is over, not before', () => {
    service.suspend(pull('short'), 1000);
    service.suspend(pull('long'), 15_000);
    clock.advance(999);
    expect(resumed).toEqual([]);
    clock.advance(1001);
    expect(resumed).toEqual(['short']);
    clock.advance(14_000);
    expect(resumed).toEqual(['short', 'long']);
  });

  it('ends waits in time after a long while without any', () => {
    clock.advance(100_000);
    service.suspend(pull('a'), 1000);
    clock.advance(2000);
    expect(resumed).toEqual(['a']);
  });

  it('cuts an endless wish to the longest wait', () => {
    service.suspend(pull('a'), Number.MAX_SAFE_INTEGER);
    clock.advance(61_000);
    expect(resumed).toEqual(['a']);
  });

  it('refuses pulls past the limit', () => {
    service = serviceWith(1);
    expect(service.suspend(pull('a'), 1000)).toBe(true);
    expect(service.suspend(pull('b'), 1000)).toBe(false);
  });

  it('forgets a closed connection, also when it was woken in the same turn', async () => {
    const connection = new FakeConnection();
    service.suspend(pull('gone', { connection }), 15_000);
    service.notifyMessageArriving('T', 0, 6, 0);
    service.onConnectionClosed(connection.id);
    await endOfTurn();
    expect(resumed).toEqual([]);
    expect(service.heldCount).toBe(0);
  });

  it('wakes all pulls of a topic that is changed or deleted', async () => {
    service.suspend(pull('a'), 15_000);
    service.suspend(pull('b', { queueId: 3, offset: 100 }), 15_000);
    service.suspend(pull('other', { topic: 'U' }), 15_000);
    service.wakeTopic('T');
    await endOfTurn();
    expect(resumed.sort()).toEqual(['a', 'b']);
  });

  it('wakes the pulls of a group in a topic, those of others wait on', async () => {
    service.suspend(pull('a'), 15_000);
    service.suspend(pull('b', { queueId: 3 }), 15_000);
    service.suspend(pull('other group', { consumerGroup: 'H' }), 15_000);
    service.suspend(pull('other topic', { topic: 'U' }), 15_000);
    service.wakeGroup('T', 'G');
    await endOfTurn();
    expect(resumed.sort()).toEqual(['a', 'b']);
  });

  it('answers everything at shutdown', () => {
    service.suspend(pull('a'), 15_000);
    service.suspend(pull('b'), 15_000);
    service.shutdown();
    expect(resumed.sort()).toEqual(['a', 'b']);
  });

  it('lets a pull be held again while it is resumed', async () => {
    const again: HeldPull = pull('x', {
      offset: 6,
      resume: () => {
        resumed.push('x');
        service.suspend(pull('y', { offset: 7 }), 15_000);
      },
    });
    service.suspend(again, 15_000);
    service.notifyMessageArriving('T', 0, 7, 0);
    await endOfTurn();
    expect(resumed).toEqual(['x']);
    expect(service.heldCount).toBe(1);
  });
});
