import { realSetImmediate } from '@rocket-nest/common/internal';
import { BrokerCounters } from '../broker-counters';
import { ManualClock } from '../testing/manual-clock';
import { BrokerStats } from './broker-stats';

/** Lets the sliced copy of the tables end. */
const settle = (): Promise<void> => new Promise((resolve) => realSetImmediate(resolve));

describe('BrokerStats', () => {
  let clock: ManualClock;
  let counters: BrokerCounters;
  let stats: BrokerStats;

  beforeEach(() => {
    clock = new ManualClock();
    counters = new BrokerCounters();
    stats = new BrokerStats(clock, counters);
    stats.start();
  });

  afterEach(() => stats.shutdown());

  it('averages puts over 10, 60 and 600 seconds', () => {
    for (let second = 0; second < 20; second++) {
      counters.messagesIn += 100;
      clock.advance(1000);
    }
    clock.advance(40_000);
    const [last10, last60, last600] = stats.putTps.perSecond();
    expect(last10).toBe(0);
    expect(last60).toBeCloseTo(2000 / 60, 5);
    expect(last600).toBeCloseTo(2000 / 60, 5);
    expect(stats.putTps.toString().split(' ')).toHaveLength(3);
  });

  it('gives the recent rate of a topic and of a group, and forgets what is long ago', async () => {
    counters.ofTopic('T').messagesIn = 600;
    counters.ofConsumer('T', 'G').messagesOut = 300;
    clock.advance(59_999);
    expect(stats.topicPutTps('T')).toBeCloseTo(10, 1);
    expect(stats.groupGetTps('T', 'G')).toBeCloseTo(5, 1);
    for (let minute = 0; minute < 3; minute++) {
      clock.advance(60_000);
      await settle();
    }
    expect(stats.topicPutTps('T')).toBe(0);
    expect(stats.groupGetTps('T', 'G')).toBe(0);
    expect(stats.topicPutTps('unknown')).toBe(0);
  });

  it('never gives a negative rate for a topic that was made again', async () => {
    counters.ofTopic('T').messagesIn = 600;
    for (let minute = 0; minute < 3; minute++) {
      clock.advance(60_000);
      await settle();
    }
    counters.removeTopic('T');
    counters.ofTopic('T').messagesIn = 1;
    expect(stats.topicPutTps('T')).toBe(0);
  });

  it('keeps the totals of the last two mornings', () => {
    const dayMs = 86_400_000;
    counters.messagesIn = 5;
    clock.advance(dayMs);
    expect(stats.putDays).toEqual({ yesterdayMorning: 0, todayMorning: 5 });
    counters.messagesIn = 7;
    clock.advance(dayMs);
    expect(stats.putDays).toEqual({ yesterdayMorning: 5, todayMorning: 7 });
  });
});
