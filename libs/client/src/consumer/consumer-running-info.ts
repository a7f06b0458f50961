import type { ConsumerRunningInfo, ProcessQueueInfo } from '@rocket-nest/remoting';
import type { ConsumerRuntime } from './consumer-runtime';
import type { ProcessQueue } from './process-queue';

const MIB = 1024 * 1024;

/** What an administrator is told of a running consumer. */
export function runningInfoOf(
  runtime: ConsumerRuntime,
  queues: readonly ProcessQueue[],
  startTimeMs: number,
): ConsumerRunningInfo {
  const { settings, orderly, subscriptions, clock, offsetStore, instance } = runtime;
  const shiftMs = clock.wallNow() - clock.monotonicNow();
  const wall = (monotonicMs: number): number => Math.max(0, Math.floor(monotonicMs + shiftMs));
  const infoOf = (queue: ProcessQueue): ProcessQueueInfo => ({
    cachedMsgCount: queue.messageCount,
    cachedMsgMinOffset: Math.max(0, queue.minOffset),
    cachedMsgMaxOffset: queue.messageCount > 0 ? queue.maxOffset : 0,
    cachedMsgSizeInMiB: Math.floor(queue.sizeBytes / MIB),
    commitOffset: offsetStore.cached(queue.messageQueue) ?? -1,
    droped: queue.dropped,
    locked: queue.locked,
    lastLockTimestamp: queue.lastLockMs > 0 ? wall(queue.lastLockMs) : 0,
    lastPullTimestamp: wall(queue.lastPullMs),
    lastConsumeTimestamp: wall(queue.lastConsumeMs),
    transactionMsgCount: 0,
    transactionMsgMinOffset: 0,
    transactionMsgMaxOffset: 0,
    tryUnlockTimes: 0,
  });
  return {
    properties: new Map([
      ['PROP_CONSUME_TYPE', runtime.litePull ? 'CONSUME_ACTIVELY' : 'CONSUME_PASSIVELY'],
      ['PROP_CONSUMEORDERLY', String(orderly)],
      ['PROP_THREADPOOL_CORE_SIZE', String(settings.concurrency)],
      ['PROP_CONSUMER_START_TIMESTAMP', String(Math.floor(startTimeMs))],
      ['PROP_NAMESERVER_ADDR', `${instance.nameServers.description};`],
      ['PROP_CLIENT_VERSION', 'V5_5_0'],
    ]),
    subscriptionSet: [...subscriptions.values()],
    mqTable: queues.map((queue) => [queue.messageQueue, infoOf(queue)]),
    mqPopTable: [],
    statusTable: new Map(
      [...subscriptions.keys()].map((topic) => [topic, runtime.stats.statusOf(topic)]),
    ),
    userConsumerInfo: new Map(),
  };
}
