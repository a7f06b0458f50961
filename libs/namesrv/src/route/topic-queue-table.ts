import { PermName } from '@rocket-nest/common';
import type { QueueData } from '@rocket-nest/remoting';
import type { NamesrvLimits } from '../namesrv-limits';

/** What became of a topic that a broker announced. */
export type PutQueueDataStatus =
  'ADDED' | 'CHANGED' | 'SAME' | 'TOO_MANY_TOPICS' | 'TOO_MANY_QUEUE_DATAS';

/** Which broker serves which topic with how many queues: topic -> broker name -> QueueData. */
export class TopicQueueTable {
  private readonly topics = new Map<string, Map<string, QueueData>>();
  private queueDatas = 0;

  constructor(private readonly limits: NamesrvLimits) {}

  get topicCount(): number {
    return this.topics.size;
  }

  get queueDataCount(): number {
    return this.queueDatas;
  }

  topicNames(): IterableIterator<string> {
    return this.topics.keys();
  }

  brokersOf(topic: string): ReadonlyMap<string, QueueData> | undefined {
    return this.topics.get(topic);
  }

  has(topic: string, brokerName: string): boolean {
    return this.topics.get(topic)?.has(brokerName) ?? false;
  }

  put(topic: string, data: QueueData): PutQueueDataStatus {
    let brokers = this.topics.get(topic);
    if (!brokers) {
      if (this.topics.size >= this.limits.maxTopics) return 'TOO_MANY_TOPICS';
      if (this.queueDatas >= this.limits.maxQueueDatas) return 'TOO_MANY_QUEUE_DATAS';
      brokers = new Map();
      this.topics.set(topic, brokers);
    }
    const known = brokers.get(data.brokerName);
    if (known && sameQueues(known, data)) return 'SAME';
    if (!known && this.queueDatas >= this.limits.maxQueueDatas) return 'TOO_MANY_QUEUE_DATAS';
    brokers.set(data.brokerName, data);
    if (known) return 'CHANGED';
    this.queueDatas++;
    return 'ADDED';
  }

  /** Takes the topic away from one broker, or from all; true when something was removed. */
  remove(topic: string, brokerName?: string): boolean {
    const brokers = this.topics.get(topic);
    if (!brokers) return false;
    if (brokerName === undefined) {
      this.topics.delete(topic);
      this.queueDatas -= brokers.size;
      return true;
    }
    if (!brokers.delete(brokerName)) return false;
    this.queueDatas--;
    if (brokers.size === 0) this.topics.delete(topic);
    return true;
  }

  /** Takes every topic away from a broker that is gone. */
  removeBroker(brokerName: string): void {
    for (const topic of this.topics.keys()) this.remove(topic, brokerName);
  }

  /** Removes what a broker no longer announces; `announced` are the topics it still has. */
  removeUnannounced(brokerName: string, announced: ReadonlySet<string>): number {
    let removed = 0;
    for (const [topic, brokers] of this.topics) {
      if (announced.has(topic) || !brokers.has(brokerName)) continue;
      this.remove(topic, brokerName);
      removed++;
    }
    return removed;
  }

  /** Takes the write permission of a broker's queues away; returns the number of its topics. */
  wipeWritePerm(brokerName: string): number {
    return this.changePerm(brokerName, (perm) => perm & ~PermName.PERM_WRITE);
  }

  /** Makes a broker's queues readable and writable; returns the number of its topics. */
  addWritePerm(brokerName: string): number {
    return this.changePerm(brokerName, () => PermName.PERM_READ | PermName.PERM_WRITE);
  }

  private changePerm(brokerName: string, change: (perm: number) => number): number {
    let topics = 0;
    for (const brokers of this.topics.values()) {
      const data = brokers.get(brokerName);
      if (!data) continue;
      topics++;
      brokers.set(brokerName, { ...data, perm: change(data.perm) });
    }
    return topics;
  }
}

function sameQueues(a: QueueData, b: QueueData): boolean {
  return (
    a.readQueueNums === b.readQueueNums &&
    a.writeQueueNums === b.writeQueueNums &&
    a.perm === b.perm &&
    a.topicSysFlag === b.topicSysFlag
  );
}
