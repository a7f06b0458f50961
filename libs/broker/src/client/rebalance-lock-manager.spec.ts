import { ManualClock } from '../testing/manual-clock';
import { RebalanceLockManager } from './rebalance-lock-manager';

const queue = (queueId: number, topic = 'T') => ({ topic, brokerName: 'broker-a', queueId });

describe('RebalanceLockManager', () => {
  let clock: ManualClock;
  let locks: RebalanceLockManager;

  beforeEach(() => {
    clock = new ManualClock();
    locks = new RebalanceLockManager(clock);
  });

  it('answers the queues that are now the client’s, and leaves those of others', () => {
    locks.tryLockBatch('G', [queue(0)], 'a');
    expect(locks.tryLockBatch('G', [queue(0), queue(1)], 'b')).toEqual([queue(1)]);
    expect(locks.isLocked('G', queue(0), 'a')).toBe(true);
    expect(locks.isLocked('G', queue(0), 'b')).toBe(false);
  });

  it('keeps groups apart', () => {
    locks.tryLockBatch('G', [queue(0)], 'a');
    expect(locks.tryLockBatch('H', [queue(0)], 'b')).toEqual([queue(0)]);
  });

  it('gives a lock away 60 s after its last renewal, not before', () => {
    locks.tryLockBatch('G', [queue(0)], 'a');
    clock.advance(50_000);
    locks.tryLockBatch('G', [queue(0)], 'a');
    clock.advance(60_000);
    expect(locks.tryLockBatch('G', [queue(0)], 'b')).toEqual([]);
    clock.advance(1);
    expect(locks.tryLockBatch('G', [queue(0)], 'b')).toEqual([queue(0)]);
  });

  it('unlocks only what the client holds', () => {
    locks.tryLockBatch('G', [queue(0)], 'a');
    locks.unlockBatch('G', [queue(0)], 'b');
    expect(locks.isLocked('G', queue(0), 'a')).toBe(true);
    locks.unlockBatch('G', [queue(0)], 'a');
    expect(locks.tryLockBatch('G', [queue(0)], 'b')).toEqual([queue(0)]);
  });

  it('knows whether anybody of the group consumes in order', () => {
    expect(locks.isLockAllExpired('G')).toBe(true);
    locks.tryLockBatch('G', [queue(0)], 'a');
    expect(locks.isLockAllExpired('G')).toBe(false);
    clock.advance(60_001);
    expect(locks.isLockAllExpired('G')).toBe(true);
    for (const _step of locks.removeExpired());
    expect(locks.isLocked('G', queue(0), 'a')).toBe(false);
  });
});
