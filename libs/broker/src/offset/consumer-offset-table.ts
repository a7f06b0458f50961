/** Offsets of one group in one topic, by queue id. */
export type QueueOffsets = Map<number, number>;

/**
 * Offsets by topic, group and queue. Looked up without building a key, since every pull and every
 * commit asks.
 */
export class ConsumerOffsetTable {
  private readonly byTopic = new Map<string, Map<string, QueueOffsets>>();
  private entryCount = 0;

  /** Number of queue offsets held. */
  get size(): number {
    return this.entryCount;
  }

  get(topic: string, group: string, queueId: number): number | undefined {
    return this.byTopic.get(topic)?.get(group)?.get(queueId);
  }

  queuesOf(topic: string, group: string): ReadonlyMap<number, number> | undefined {
    return this.byTopic.get(topic)?.get(group);
  }

  set(topic: string, group: string, queueId: number, offset: number): void {
    let groups = this.byTopic.get(topic);
    if (!groups) this.byTopic.set(topic, (groups = new Map()));
    let queues = groups.get(group);
    if (!queues) groups.set(group, (queues = new Map()));
    if (!queues.has(queueId)) this.entryCount++;
    queues.set(queueId, offset);
  }

  groupsOf(topic: string): string[] {
    return [...(this.byTopic.get(topic)?.keys() ?? [])];
  }

  topicsOf(group: string): string[] {
    const topics: string[] = [];
    for (const [topic, groups] of this.byTopic) if (groups.has(group)) topics.push(topic);
    return topics;
  }

  removeTopic(topic: string): void {
    for (const group of this.groupsOf(topic)) this.remove(topic, group);
  }

  removeGroup(group: string): void {
    for (const topic of this.topicsOf(group)) this.remove(topic, group);
  }

  remove(topic: string, group: string): void {
    const groups = this.byTopic.get(topic);
    const queues = groups?.get(group);
    if (!groups || !queues) return;
    this.entryCount -= queues.size;
    groups.delete(group);
    if (groups.size === 0) this.byTopic.delete(topic);
  }

  removeQueue(topic: string, group: string, queueId: number): void {
    const queues = this.byTopic.get(topic)?.get(group);
    if (!queues?.delete(queueId)) return;
    this.entryCount--;
    if (queues.size === 0) this.remove(topic, group);
  }

  /** Every topic and group, topic by topic; changes made meanwhile may or may not be seen. */
  *entries(): Generator<readonly [topic: string, group: string, offsets: QueueOffsets]> {
    for (const [topic, groups] of this.byTopic) {
      for (const [group, queues] of groups) yield [topic, group, queues];
    }
  }
}
