import { MQVersion, versionName } from '@rocket-nest/remoting';
import type { BrokerContext } from '../broker-context';

/** What of the runtime table lies outside the context. */
export interface RuntimeFacts {
  /** Wall time of the start, in ms. */
  readonly bootTimestamp: number;
}

/** The broker's runtime table (28): the original's keys, values as text. */
export async function runtimeInfoOf(
  broker: BrokerContext,
  facts: RuntimeFacts,
): Promise<Map<string, string>> {
  const earliestMessageTimestamp = await broker.messageStore.earliestMessageTime();
  const info = broker.messageStore.runtimeInfo();
  for (const [key, value] of broker.scheduleMessageService.runtimeInfo()) info.set(key, value);
  const { brokerStats, counters, config } = broker;
  const set = (key: string, value: string | number | boolean): void => {
    info.set(key, String(value));
  };
  const runtimeMs = broker.clock.wallNow() - facts.bootTimestamp;
  set('brokerActive', true);
  set('bootTimestamp', facts.bootTimestamp);
  set('runtime', formatRuntime(runtimeMs));
  set('brokerVersionDesc', versionName(MQVersion.CURRENT));
  set('earliestMessageTimeStamp', earliestMessageTimestamp);
  set('startAcceptSendRequestTimeStamp', config.broker.startAcceptSendRequestTimeStamp);

  set('msgPutTotalYesterdayMorning', brokerStats.putDays.yesterdayMorning);
  set('msgPutTotalTodayMorning', brokerStats.putDays.todayMorning);
  set('msgPutTotalTodayNow', counters.messagesIn);
  set('msgGetTotalYesterdayMorning', brokerStats.getDays.yesterdayMorning);
  set('msgGetTotalTodayMorning', brokerStats.getDays.todayMorning);
  set('msgGetTotalTodayNow', counters.messagesOut);
  set('putTps', brokerStats.putTps.toString());
  set('getTotalTps', brokerStats.getTps.toString());
  set('getFoundTps', brokerStats.getTps.toString());
  set('getTransferredTps', brokerStats.getTps.toString());
  set('getMissTps', '0.0 0.0 0.0');
  set('putMessageTimesTotal', counters.messagesIn);
  set('putMessageSizeTotal', counters.bytesIn);
  set('putMessageFailedTimes', counters.sendFailures);
  set(
    'putMessageAverageSize',
    counters.messagesIn === 0 ? 0 : counters.bytesIn / counters.messagesIn,
  );
  addQueueFigures(info, config.broker.sendThreadPoolQueueCapacity);
  return info;
}

/** Figures that tools ask for and that mean nothing here: there are no thread pools, no timers. */
const WITHOUT_MEANING: Readonly<Record<string, string>> = {
  EndTransactionQueueSize: '0',
  EndTransactionThreadPoolQueueCapacity: '0',
  dispatchBehindBytes: '0',
  dispatchMaxBuffer: '0',
  getMessageEntireTimeMax: '0',
  pageCacheLockTimeMills: '0',
  putLatency99: '0.00',
  putLatency999: '0.00',
  putMessageDistributeTime: 'null',
  putMessageEntireTimeMax: '0',
  remainTransientStoreBufferNumbs: '2147483647',
  timerCongestNum: '0',
  timerDequeueTps: '0.0',
  timerEnqueueTps: '0.0',
  timerOffsetBehind: '0',
  timerReadBehind: '0',
};

function addQueueFigures(info: Map<string, string>, sendCapacity: number): void {
  for (const name of ['send', 'pull', 'query', 'litePull', 'ack']) {
    const capacity = name === 'send' ? sendCapacity : 0;
    setIfAbsent(info, `${name}ThreadPoolQueueCapacity`, String(capacity));
    setIfAbsent(info, `${name}ThreadPoolQueueSize`, '0');
    setIfAbsent(info, `${name}ThreadPoolQueueHeadWaitTimeMills`, '0');
  }
  for (const [key, value] of Object.entries(WITHOUT_MEANING)) setIfAbsent(info, key, value);
}

function setIfAbsent(info: Map<string, string>, key: string, value: string): void {
  if (!info.has(key)) info.set(key, value);
}

/** `[ 1 days, 2 hours, 3 minutes, 4 seconds ]`. */
function formatRuntime(ms: number): string {
  const seconds = Math.floor(ms / 1000);
  const days = Math.floor(seconds / 86_400);
  const hours = Math.floor((seconds % 86_400) / 3600);
  const minutes = Math.floor((seconds % 3600) / 60);
  return `[ ${days} days, ${hours} hours, ${minutes} minutes, ${seconds % 60} seconds ]`;
}
