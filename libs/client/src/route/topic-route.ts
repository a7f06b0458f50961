import type { MessageQueue } from '@rocket-nest/common';
import { isReadable, isWriteable } from '@rocket-nest/common';
import type { TopicRouteData } from '@rocket-nest/remoting';
import { compareMessageQueues } from './message-queues';

/** Broker id of a master. */
const MASTER_ID = 0;

/** A topic's route with the queues that follow from it, worked out once. */
export interface TopicRoute {
  readonly topic: string;
  readonly data: TopicRouteData;
  /** Queues of masters that may be written, in the order they are used. */
  readonly publishQueues: readonly MessageQueue[];
  /** All readable queues, sorted. */
  readonly subscribeQueues: readonly MessageQueue[];
  /** Equal texts mean equal routes. */
  readonly fingerprint: string;
}

export function createTopicRoute(topic: string, data: TopicRouteData): TopicRoute {
  return {
    topic,
    data,
    publishQueues: publishQueuesOf(topic, data),
    subscribeQueues: subscribeQueuesOf(topic, data),
    fingerprint: fingerprintOf(data),
  };
}

function queuesOf(topic: string, brokerName: string, count: number): MessageQueue[] {
  return Array.from({ length: count }, (_, queueId) => ({ topic, brokerName, queueId }));
}

function publishQueuesOf(topic: string, data: TopicRouteData): MessageQueue[] {
  if (data.orderTopicConf) return orderedQueuesOf(topic, data.orderTopicConf);
  const masters = new Set(
    data.brokerDatas
      .filter((broker) => broker.brokerAddrs?.has(MASTER_ID))
      .map((broker) => broker.brokerName),
  );
  return [...data.queueDatas]
    .sort((a, b) => (a.brokerName < b.brokerName ? -1 : 1))
    .filter((queueData) => isWriteable(queueData.perm) && masters.has(queueData.brokerName))
    .flatMap((queueData) => queuesOf(topic, queueData.brokerName, queueData.writeQueueNums));
}

/** `broker-a:4;broker-b:2`: the queues of an ordered topic, whatever is alive. */
function orderedQueuesOf(topic: string, orderTopicConf: string): MessageQueue[] {
  return orderTopicConf.split(';').flatMap((part) => {
    const [brokerName = '', count = '0'] = part.split(':');
    return brokerName ? queuesOf(topic, brokerName, Number(count) || 0) : [];
  });
}

function subscribeQueuesOf(topic: string, data: TopicRouteData): MessageQueue[] {
  return data.queueDatas
    .filter((queueData) => isReadable(queueData.perm))
    .flatMap((queueData) => queuesOf(topic, queueData.brokerName, queueData.readQueueNums))
    .sort(compareMessageQueues);
}

function fingerprintOf(data: TopicRouteData): string {
  const brokers = data.brokerDatas.map(({ brokerName, brokerAddrs = [] }) => {
    return JSON.stringify([brokerName, [...brokerAddrs].sort(([a], [b]) => a - b)]);
  });
  const queues = data.queueDatas.map((queue) =>
    [queue.brokerName, queue.readQueueNums, queue.writeQueueNums, queue.perm].join(' '),
  );
  return [...brokers.sort(), ...queues.sort(), data.orderTopicConf ?? ''].join('\n');
}
