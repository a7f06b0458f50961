import type { Logger } from '@rocket-nest/common';
import { errorMessageOf } from '@rocket-nest/common';
import { folderNameToTopic, topicToFolderName } from '../files/file-name';
import { ConsumeQueue, type TailMemory } from './consume-queue';
import type { ConsumeQueueFiles } from './consume-queue-files';
import { FILLER_SIZE } from './consume-queue-unit';
import { TopicQueues } from './topic-queues';

/** All consume queues, by topic and queue id, and which of them have units to write. */
export class ConsumeQueueStore {
  readonly topics = new Map<string, TopicQueues>();
  readonly memory: TailMemory = { bytes: 0 };
  /** Files written since the last sync. */
  private unsynced = new Map<string, ConsumeQueue>();
  private dirty: ConsumeQueue[] = [];
  /** Queues that hold a tail in memory, looked through for resting ones. */
  private resident = new Set<ConsumeQueue>();

  constructor(
    readonly files: ConsumeQueueFiles,
    private readonly escapeNames: boolean,
    private readonly logger: Logger,
  ) {}

  findTopic(topic: string): TopicQueues | undefined {
    return this.topics.get(topic);
  }

  findQueue(topic: string, queueId: number): ConsumeQueue | undefined {
    return this.topics.get(topic)?.queues.get(queueId);
  }

  topicOf(topic: string): TopicQueues {
    let known = this.topics.get(topic);
    if (!known) {
      known = new TopicQueues(topic, topicToFolderName(topic, this.escapeNames));
      this.topics.set(topic, known);
    }
    return known;
  }

  queueOf(topicQueues: TopicQueues, queueId: number): ConsumeQueue {
    let queue = topicQueues.queues.get(queueId);
    if (!queue) {
      queue = new ConsumeQueue(topicQueues, queueId, this.memory);
      topicQueues.queues.set(queueId, queue);
    }
    return queue;
  }

  *allQueues(): IterableIterator<ConsumeQueue> {
    for (const topicQueues of this.topics.values()) yield* topicQueues.queues.values();
  }

  /** To be called after units became visible. */
  markDirty(queue: ConsumeQueue): void {
    if (!queue.isDirty) this.addDirty(queue);
    if (queue.isTailFull) this.flushQueue(queue);
  }

  /** Hands out the queues with units to write; what becomes dirty later is for the next round. */
  takeDirty(): ConsumeQueue[] {
    const taken = this.dirty;
    this.dirty = [];
    for (const queue of taken) queue.isDirty = false;
    return taken;
  }

  /** Writes a queue; false when it could not, then it is dirty again. */
  flushQueue(queue: ConsumeQueue): boolean {
    if (queue.isDeleted) return true;
    try {
      this.files.flush(queue, this.unsynced);
      return true;
    } catch (error) {
      this.logger.warn('consume queue not written, will try again', {
        topic: queue.topic,
        queueId: queue.queueId,
        cause: errorMessageOf(error),
      });
      if (!queue.isDirty) this.addDirty(queue);
      return false;
    }
  }

  /** Frees the memory of queues that got nothing since the last call. */
  releaseResting(): void {
    for (const queue of this.resident) {
      if (queue.isActive || queue.isDirty || queue.nextOffset !== queue.flushedOffset) {
        queue.isActive = false;
        continue;
      }
      queue.releaseTail();
      this.resident.delete(queue);
    }
  }

  /** What to sync before everything flushed so far is durable. */
  takeUnsynced(): Map<string, ConsumeQueue> {
    const taken = this.unsynced;
    this.unsynced = new Map();
    return taken;
  }

  /** Gives back what was taken and could not be synced. */
  restoreUnsynced(taken: ReadonlyMap<string, ConsumeQueue>): void {
    for (const [path, queue] of taken) this.unsynced.set(path, queue);
  }

  /** The same below the folder of consume queues. */
  get unsyncedFileNames(): string[] {
    return [...this.unsynced.keys()].map((path) => path.slice(this.files.folder.length + 1));
  }

  /** Takes over what the store before this one had not synced. */
  addUnsynced(names: readonly string[]): void {
    for (const name of names) {
      const [folderName = '', queueId] = name.split('/');
      const topic = folderNameToTopic(folderName, this.escapeNames);
      const queue = this.findQueue(topic, Number(queueId));
      if (queue) this.unsynced.set(`${this.files.folder}/${name}`, queue);
    }
  }

  get unsyncedFiles(): number {
    return this.unsynced.size;
  }

  /** Removes a queue's units at and behind an offset from its files. */
  cutFiles(queue: ConsumeQueue, offset: number, starts: readonly number[]): void {
    for (const path of this.files.cut(queue, offset, starts)) this.unsynced.set(path, queue);
  }

  /** Puts units in the place of damaged ones. */
  rewriteUnits(queue: ConsumeQueue, offset: number, units: Buffer): void {
    for (const path of this.files.writeUnits(queue, offset, units)) this.unsynced.set(path, queue);
  }

  /** Empties a queue, files included, and lets it go on at an offset. */
  resetQueue(queue: ConsumeQueue, offset: number): void {
    this.files.removeQueue(queue);
    queue.rollback(queue.maxOffset);
    queue.flushedOffset = queue.maxOffset;
    queue.resumeAt(offset, offset);
    queue.minForPhysicalOffset = -1;
  }

  /**
   * Lets a queue go on at a higher offset; units that stand for nothing fill the way there, unless
   * the queue is empty.
   */
  skipTo(queue: ConsumeQueue, offset: number, physicalOffset: number): void {
    if (queue.maxOffset === queue.minOffset) {
      this.resetQueue(queue, offset);
      return;
    }
    while (queue.nextOffset < offset) queue.append(physicalOffset, FILLER_SIZE, 0);
    queue.commit(offset);
    this.markDirty(queue);
  }

  /** Forgets every queue; files stay. */
  clear(): void {
    this.topics.clear();
    this.resident.clear();
    this.dirty = [];
    this.memory.bytes = 0;
  }

  removeTopic(topic: string): boolean {
    const topicQueues = this.topics.get(topic);
    if (!topicQueues) return false;
    for (const queue of topicQueues.queues.values()) {
      this.files.removeQueue(queue);
      queue.delete();
      this.resident.delete(queue);
    }
    this.dirty = this.dirty.filter((queue) => queue.topicQueues !== topicQueues);
    this.topics.delete(topic);
    this.files.removeTopicFolder(topicQueues);
    return true;
  }

  private addDirty(queue: ConsumeQueue): void {
    queue.isDirty = true;
    this.dirty.push(queue);
    this.resident.add(queue);
  }
}
