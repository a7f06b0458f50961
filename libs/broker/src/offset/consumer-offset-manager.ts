import { DataVersion } from '@rocket-nest/common';
import type { Clock, Logger, Timer } from '@rocket-nest/common';
import type { LimitHits } from '@rocket-nest/remoting';
import { CoalescedTask } from '../background/coalesced-task';
import type { JsonTableFile } from '../background/json-table-file';
import { consumerOffsetsJson, readConsumerOffsets } from './consumer-offset-json';
import { ConsumerOffsetTable } from './consumer-offset-table';

/** Queue offsets kept at a time; commits for further queues are refused. */
export const MAX_CONSUMER_OFFSETS = 4_194_304;

/** Commits between two changes of the table's version, as in the original. */
export const DEFAULT_UPDATE_VERSION_STEP = 500;

export interface ConsumerOffsetManagerDeps {
  readonly clock: Clock;
  readonly logger: Logger;
  /** `config/consumerOffset.json`. */
  readonly file: JsonTableFile;
  /** Told when a named limit is reached. */
  readonly limits?: LimitHits;
  /** Whether the connection is a live member of the consumer group. */
  readonly isMember: (group: string, connectionId: number) => boolean;
}

/**
 * `STALE`: the offset is below the stored one and comes from a member that does not consume the
 * queue any more. `RESET_PENDING`: the consumer has not yet seen a reset. Both are answered as
 * success and change nothing.
 */
export type CommitOffsetStatus = 'COMMITTED' | 'STALE' | 'RESET_PENDING' | 'ILLEGAL' | 'REFUSED';

/** The sender of a commit; undefined is the broker itself. */
export type Committer = { readonly id: number } | undefined;

/**
 * How far each consumer group has come, by topic and queue. Kept in memory, written as a whole at
 * an interval and at shutdown; a crash sets a group back by at most that interval.
 */
export class ConsumerOffsetManager {
  private readonly offsets = new ConsumerOffsetTable();
  private readonly pullOffsets = new ConsumerOffsetTable();
  private readonly resetOffsets = new ConsumerOffsetTable();
  /** Connection that committed last. */
  private readonly committers = new ConsumerOffsetTable();
  private readonly persistTask: CoalescedTask;
  private version: DataVersion;
  private commitsSinceVersion = 0;
  private dirty = false;
  private timer: Timer | undefined;
  /** Commits that were dropped because a newer owner of the queue is ahead. */
  staleCommits = 0;

  constructor(
    private readonly deps: ConsumerOffsetManagerDeps,
    private readonly updateVersionStep = DEFAULT_UPDATE_VERSION_STEP,
  ) {
    this.version = new DataVersion({ timestamp: deps.clock.wallNow() });
    this.persistTask = new CoalescedTask(() => this.writeFile());
  }

  get dataVersion(): DataVersion {
    return this.version;
  }

  /**
   * Reads the file. `maxOffsetOf` gives a queue's max offset in the recovered store: after a power
   * cut under ASYNC_FLUSH lost messages leave offsets above it, which are brought down to it.
   */
  load(maxOffsetOf: (topic: string, queueId: number) => number): void {
    const content = this.deps.file.load();
    if (content === undefined) return;
    this.version = readConsumerOffsets(content, this.offsets, this.pullOffsets);
    this.bringDown(this.offsets, maxOffsetOf);
    this.bringDown(this.pullOffsets, maxOffsetOf);
  }

  /** Begins to write the file every `intervalMs` when something changed. */
  start(intervalMs: number): void {
    this.timer ??= this.deps.clock.every(intervalMs, () => {
      this.persist().catch((error: unknown) => {
        this.deps.logger.error('consumer offsets were not written, the next interval tries again', {
          error,
        });
      });
    });
  }

  /** Stops the interval and writes what changed. */
  async shutdown(): Promise<void> {
    this.timer?.cancel();
    this.timer = undefined;
    await this.persist();
  }

  /** Writes the file when something changed since the last write, a slice at a time. */
  persist(): Promise<void> {
    return this.dirty ? this.persistTask.request() : this.persistTask.current();
  }

  /** The stored offset (a pending reset first), undefined when there is none. */
  queryOffset(group: string, topic: string, queueId: number): number | undefined {
    return this.resetOffsets.get(topic, group, queueId) ?? this.offsets.get(topic, group, queueId);
  }

  /** All stored offsets of a group in a topic, by queue id. */
  queryOffsets(group: string, topic: string): ReadonlyMap<number, number> | undefined {
    return this.offsets.queuesOf(topic, group);
  }

  /** Where the group last pulled from, undefined when it did not. */
  queryPullOffset(group: string, topic: string, queueId: number): number | undefined {
    return this.pullOffsets.get(topic, group, queueId);
  }

  /**
   * Stores the next offset to consume. It only falls by the word of the client that consumes the
   * queue (it seeks, or was told to reset), of a client that is no member (an admin tool), or of
   * the broker itself: a member that lost the queue and commits late changes nothing.
   */
  commitOffset(
    committer: Committer,
    group: string,
    topic: string,
    queueId: number,
    offset: number,
  ): CommitOffsetStatus {
    if (!isQueueId(queueId) || !isOffset(offset)) return 'ILLEGAL';
    if (this.resetOffsets.size > 0 && this.hasOffsetReset(topic, group, queueId)) {
      return 'RESET_PENDING';
    }
    const stored = this.offsets.get(topic, group, queueId);
    if (stored !== undefined && offset < stored && this.isStale(committer, group, topic, queueId)) {
      this.staleCommits++;
      return 'STALE';
    }
    if (stored === undefined && this.offsets.size >= MAX_CONSUMER_OFFSETS) {
      this.deps.limits?.hit('maxConsumerOffsets');
      return 'REFUSED';
    }
    const committerId = committer?.id ?? 0;
    if (this.committers.get(topic, group, queueId) !== committerId) {
      this.committers.set(topic, group, queueId, committerId);
    }
    if (stored !== offset) this.store(topic, group, queueId, offset);
    return 'COMMITTED';
  }

  /** Notes where a group pulls from. */
  commitPullOffset(group: string, topic: string, queueId: number, offset: number): void {
    if (this.pullOffsets.get(topic, group, queueId) === offset) return;
    if (!isQueueId(queueId) || !isOffset(offset)) return;
    if (this.pullOffsets.size >= MAX_CONSUMER_OFFSETS) return;
    this.pullOffsets.set(topic, group, queueId, offset);
    this.dirty = true;
  }

  /** Sets the offset and keeps the consumer's commits away until it pulled from the new place. */
  assignResetOffset(topic: string, group: string, queueId: number, offset: number): void {
    if (!isQueueId(queueId) || !isOffset(offset)) return;
    this.resetOffsets.set(topic, group, queueId, offset);
    this.store(topic, group, queueId, offset);
  }

  hasOffsetReset(topic: string, group: string, queueId: number): boolean {
    return this.resetOffsets.get(topic, group, queueId) !== undefined;
  }

  /** The pending reset, which ends with this call; undefined when there is none. */
  queryThenEraseResetOffset(topic: string, group: string, queueId: number): number | undefined {
    if (this.resetOffsets.size === 0) return undefined;
    const offset = this.resetOffsets.get(topic, group, queueId);
    if (offset !== undefined) this.resetOffsets.removeQueue(topic, group, queueId);
    return offset;
  }

  /** Topics in which the group has stored offsets. */
  whichTopicByConsumer(group: string): string[] {
    return this.offsets.topicsOf(group);
  }

  /** Groups that have stored offsets in the topic. */
  whichGroupByTopic(topic: string): string[] {
    return this.offsets.groupsOf(topic);
  }

  /** Copies a group's offsets in a topic to another group. */
  cloneOffset(fromGroup: string, toGroup: string, topic: string): void {
    for (const [queueId, offset] of this.offsets.queuesOf(topic, fromGroup) ?? []) {
      this.store(topic, toGroup, queueId, offset);
    }
  }

  removeGroup(group: string): void {
    for (const table of this.tables()) table.removeGroup(group);
    this.dirty = true;
  }

  removeTopic(topic: string): void {
    for (const table of this.tables()) table.removeTopic(topic);
    this.dirty = true;
  }

  /** The file's content piece by piece; not pretty is the body of GET_ALL_CONSUMER_OFFSET (43). */
  jsonChunks(pretty: boolean): Generator<string> {
    return consumerOffsetsJson(this.version, this.offsets, this.pullOffsets, pretty);
  }

  private isStale(committer: Committer, group: string, topic: string, queueId: number): boolean {
    if (!committer || !this.deps.isMember(group, committer.id)) return false;
    const last = this.committers.get(topic, group, queueId);
    return last !== undefined && last !== committer.id && this.deps.isMember(group, last);
  }

  private store(topic: string, group: string, queueId: number, offset: number): void {
    this.offsets.set(topic, group, queueId, offset);
    this.dirty = true;
    if (++this.commitsSinceVersion >= this.updateVersionStep) {
      this.commitsSinceVersion = 0;
      this.version = this.version.next(this.deps.clock.wallNow());
    }
  }

  private async writeFile(): Promise<void> {
    this.dirty = false;
    try {
      await this.deps.file.save(this.jsonChunks(true));
    } catch (error) {
      this.dirty = true;
      throw error;
    }
  }

  private bringDown(
    table: ConsumerOffsetTable,
    maxOffsetOf: (topic: string, queueId: number) => number,
  ): void {
    for (const [topic, group, queues] of table.entries()) {
      for (const [queueId, offset] of queues) {
        const maxOffset = maxOffsetOf(topic, queueId);
        if (offset <= maxOffset) continue;
        this.deps.logger.warn('a stored offset lay beyond its queue and is brought down', {
          topic,
          group,
          queueId,
          offset,
          maxOffset,
        });
        queues.set(queueId, maxOffset);
        this.dirty = true;
      }
    }
  }

  private tables(): ConsumerOffsetTable[] {
    return [this.offsets, this.pullOffsets, this.resetOffsets, this.committers];
  }
}

function isQueueId(queueId: number): boolean {
  return Number.isInteger(queueId) && queueId >= 0;
}

function isOffset(offset: number): boolean {
  return Number.isSafeInteger(offset) && offset >= 0;
}
