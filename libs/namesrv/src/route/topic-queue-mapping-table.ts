import type { TopicQueueMappingInfo } from '@rocket-nest/remoting';

/** Static topics: topic -> broker name -> what that broker announced of its mapping. */
export class TopicQueueMappingTable {
  private readonly topics = new Map<string, Map<string, TopicQueueMappingInfo>>();

  of(topic: string): ReadonlyMap<string, TopicQueueMappingInfo> | undefined {
    return this.topics.get(topic);
  }

  put(topic: string, brokerName: string, mapping: TopicQueueMappingInfo): void {
    let brokers = this.topics.get(topic);
    if (!brokers) this.topics.set(topic, (brokers = new Map()));
    brokers.set(brokerName, mapping);
  }

  removeTopic(topic: string): void {
    this.topics.delete(topic);
  }

  removeBroker(brokerName: string): void {
    for (const [topic, brokers] of this.topics) {
      if (brokers.delete(brokerName) && brokers.size === 0) this.topics.delete(topic);
    }
  }
}
