import { ConsumerStats } from './consumer-stats';

describe('ConsumerStats', () => {
  it('tells rates of the last minute, and failures of the last hour', () => {
    let nowMs = 0;
    const stats = new ConsumerStats({ monotonicNow: () => nowMs });
    for (let second = 0; second < 120; second++) {
      stats.pulled('T', 8, 20);
      stats.consumed('T', 30, 9, 1);
      nowMs += 1000;
    }
    nowMs -= 1;
    const status = stats.statusOf('T');
    expect(status).toMatchObject({ pullRT: 8, consumeRT: 30, consumeFailedMsgs: 120 });
    expect(status.pullTPS).toBeCloseTo(20, 1);
    expect(status.consumeOKTPS).toBeCloseTo(9, 1);
    expect(status.consumeFailedTPS).toBeCloseTo(1, 1);
    nowMs += 600_000;
    expect(stats.statusOf('T')).toMatchObject({ consumeOKTPS: 0, consumeFailedMsgs: 120 });
  });

  it('forgets topics that are consumed no more', () => {
    const stats = new ConsumerStats({ monotonicNow: () => 0 });
    stats.consumed('T', 1, 1, 0);
    stats.keepOnly(new Set(['U']));
    expect(stats.statusOf('T').consumeOKTPS).toBe(0);
  });
});
