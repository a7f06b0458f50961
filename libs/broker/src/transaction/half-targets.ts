import { MessageConst, encodeProperties } from '@rocket-nest/common';

/** Topics whose encoded targets are kept; past it all are forgotten and made again. */
const MAX_TOPICS = 4096;
/** Queue ids that are kept for a topic. */
const MAX_QUEUES = 1024;

/** The properties REAL_TOPIC and REAL_QID encoded: the same bytes for every message to a queue. */
export class HalfTargets {
  private readonly byTopic = new Map<string, Buffer[]>();

  get(topic: string, queueId: number): Buffer {
    let queues = this.byTopic.get(topic);
    if (!queues) {
      if (this.byTopic.size >= MAX_TOPICS) this.byTopic.clear();
      this.byTopic.set(topic, (queues = []));
    }
    const known = queues[queueId];
    if (known) return known;
    const made = this.encode(topic, queueId);
    if (queueId < MAX_QUEUES) queues[queueId] = made;
    return made;
  }

  private encode(topic: string, queueId: number): Buffer {
    const target = new Map([
      [MessageConst.PROPERTY_REAL_TOPIC, topic],
      [MessageConst.PROPERTY_REAL_QUEUE_ID, String(queueId)],
    ] as [string, string][]);
    return Buffer.from(encodeProperties(target));
  }
}
