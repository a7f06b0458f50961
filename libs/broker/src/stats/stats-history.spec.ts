import { runAtOnce } from '@rocket-nest/common/internal';
import { ManualClock } from '../testing/manual-clock';
import { STATS_SAMPLE_INTERVAL_MS, StatsHistory } from './stats-history';

describe('StatsHistory', () => {
  let clock: ManualClock;
  let history: StatsHistory;
  let counters: { of: object; messages: number; bytes: number };

  beforeEach(() => {
    clock = new ManualClock();
    history = new StatsHistory(clock);
    counters = { of: {}, messages: 0, bytes: 0 };
  });

  /** So many intervals, in each of which so many messages of 10 bytes are counted. */
  function pass(intervals: number, messages: number): void {
    for (let count = 0; count < intervals; count++) {
      counters = {
        of: counters.of,
        messages: counters.messages + messages,
        bytes: counters.bytes + 10 * messages,
      };
      clock.advance(STATS_SAMPLE_INTERVAL_MS);
      runAtOnce(history.sample([counters]));
    }
  }

  it('knows nothing of what was not counted', () => {
    expect(history.data(undefined, 'messages')).toBeUndefined();
    expect(history.data(counters, 'messages')).toBeUndefined();
  });

  it('counts from the first message on, without waiting for a sample', () => {
    counters = { ...counters, messages: 5, bytes: 50 };
    const data = history.data(counters, 'messages');
    for (const stats of Object.values(data ?? {}))
      expect(stats).toMatchObject({ avgpt: 1, sum: 5 });
    expect(history.data(counters, 'bytes')?.statsMinute).toMatchObject({ avgpt: 10, sum: 50 });
  });

  it('forgets after a minute, an hour and a day', () => {
    pass(1, 60);
    expect(history.data(counters, 'messages')?.statsMinute).toMatchObject({ sum: 60, tps: 6 });
    pass(7, 0);
    expect(history.data(counters, 'messages')).toMatchObject({
      statsMinute: { avgpt: 0, sum: 0, tps: 0 },
      statsHour: { sum: 60 },
      statsDay: { sum: 60 },
    });
    pass(420, 0);
    expect(history.data(counters, 'messages')).toMatchObject({
      statsHour: { sum: 0 },
      statsDay: { sum: 60 },
    });
    pass(9000, 0);
    expect(history.data(counters, 'messages')).toMatchObject({ statsDay: { sum: 0 } });
  });

  it('takes what appears late for new', () => {
    const early = counters;
    for (let count = 0; count < 30; count++) {
      clock.advance(STATS_SAMPLE_INTERVAL_MS);
      runAtOnce(history.sample([early]));
    }
    counters = { of: {}, messages: 0, bytes: 0 };
    pass(1, 20);
    const { statsMinute, statsDay } = history.data(counters, 'messages') ?? {};
    expect(statsMinute).toMatchObject({ sum: 20 });
    expect(statsDay).toMatchObject({ sum: 20 });
    expect(statsMinute?.tps).toBeGreaterThan(0.3);
  });
});
