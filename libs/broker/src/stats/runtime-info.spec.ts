import { createFakeBroker } from '../testing/fake-broker';
import { createTemporaryFolder } from '../testing/temporary-folder';
import { runtimeInfoOf } from './runtime-info';

/** What the original answers and its admin tool reads, without what comes from the store. */
const KEYS = `
  EndTransactionQueueSize EndTransactionThreadPoolQueueCapacity ackThreadPoolQueueCapacity
  ackThreadPoolQueueHeadWaitTimeMills ackThreadPoolQueueSize bootTimestamp brokerActive
  brokerVersionDesc dispatchBehindBytes dispatchMaxBuffer earliestMessageTimeStamp getFoundTps getMessageEntireTimeMax
  getMissTps getTotalTps getTransferredTps litePullThreadPoolQueueCapacity
  litePullThreadPoolQueueHeadWaitTimeMills litePullThreadPoolQueueSize msgGetTotalTodayMorning
  msgGetTotalTodayNow msgGetTotalYesterdayMorning msgPutTotalTodayMorning msgPutTotalTodayNow
  msgPutTotalYesterdayMorning pageCacheLockTimeMills pullThreadPoolQueueCapacity
  pullThreadPoolQueueHeadWaitTimeMills pullThreadPoolQueueSize putLatency99 putLatency999
  putMessageAverageSize putMessageDistributeTime putMessageEntireTimeMax putMessageFailedTimes
  putMessageSizeTotal putMessageTimesTotal putTps queryThreadPoolQueueCapacity
  queryThreadPoolQueueHeadWaitTimeMills queryThreadPoolQueueSize remainTransientStoreBufferNumbs
  runtime sendThreadPoolQueueCapacity sendThreadPoolQueueHeadWaitTimeMills sendThreadPoolQueueSize
  startAcceptSendRequestTimeStamp timerCongestNum timerDequeueTps timerEnqueueTps timerOffsetBehind
  timerReadBehind`
  .trim()
  .split(/\s+/);

describe('runtimeInfoOf', () => {
  const folder = createTemporaryFolder();

  afterAll(() => folder.remove());

  it('has every key that the original’s tools read', async () => {
    const broker = createFakeBroker(folder.path);
    const bootTimestamp = broker.clock.wallNow();
    broker.clock.advance(90_061_000);
    const info = await runtimeInfoOf(broker, { bootTimestamp });
    expect(KEYS.filter((key) => !info.has(key))).toEqual([]);
    expect(info.get('commitLogMaxOffset')).toBe('0');
    expect(info.get('runtime')).toBe('[ 1 days, 1 hours, 1 minutes, 1 seconds ]');
    expect(info.get('brokerVersionDesc')).toBe('V5_5_0');
  });
});
