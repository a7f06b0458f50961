import { strict as assert } from 'node:assert';
import { UNIT_BYTES, putUnit } from './consume-queue-unit';
import type { TopicQueues } from './topic-queues';

const FIRST_TAIL_UNITS = 16;
/** Above so many units the written older half leaves the memory. */
const MAX_TAIL_UNITS = 4096;

/** Counts the bytes of all queues' tails. */
export interface TailMemory {
  bytes: number;
}

/**
 * The messages of one queue in order. Units are written into a tail in memory when the record is
 * encoded, become visible when it is stored, and reach the file in the background:
 *
 *     minOffset <= flushedOffset <= maxOffset <= nextOffset,   tailBase <= flushedOffset
 *
 * A queue that rests holds no buffer and no open file.
 */
export class ConsumeQueue {
  /** First offset whose record still exists. */
  minOffset = 0;
  /** Units below are in the file. */
  flushedOffset = 0;
  /** Units below are visible. */
  maxOffset = 0;
  /** Offset of the next message; units between `maxOffset` and it are not stored yet. */
  nextOffset = 0;
  /** Queue offset of the first unit in `tail`. */
  tailBase = 0;
  tail: Buffer | undefined;
  /** In the list of queues with visible units that are not in the file. */
  isDirty = false;
  /** Its topic was deleted; puts that were under way end without a unit. */
  isDeleted = false;
  /** Got a unit since the last flush round. */
  isActive = false;
  /** The queue's folder was synced after the last file was made in it. */
  areNamesDurable = false;
  /** Commit log minimum for which `minOffset` was worked out, -1 = it was not. */
  minForPhysicalOffset = -1;

  constructor(
    readonly topicQueues: TopicQueues,
    readonly queueId: number,
    private readonly memory: TailMemory,
  ) {}

  get topic(): string {
    return this.topicQueues.topic;
  }

  /** Sets all positions; everything below `maxOffset` is in the file. */
  resumeAt(minOffset: number, maxOffset: number): void {
    assert(minOffset >= 0 && minOffset <= maxOffset, 'queue positions out of order');
    this.releaseTail();
    this.minOffset = minOffset;
    this.flushedOffset = this.maxOffset = this.nextOffset = this.tailBase = maxOffset;
  }

  /** Lets go of everything; the files are somebody else's business. */
  delete(): void {
    this.isDeleted = true;
    this.memory.bytes -= this.tailBytes;
    this.tail = undefined;
  }

  /** Adds the unit of the next message, not visible yet. */
  append(physicalOffset: number, sizeBytes: number, tagsCode: number): void {
    const at = (this.nextOffset - this.tailBase) * UNIT_BYTES;
    const tail = this.tail !== undefined && at < this.tail.length ? this.tail : this.makeRoom();
    const position = (this.nextOffset - this.tailBase) * UNIT_BYTES;
    putUnit(tail, position, physicalOffset, sizeBytes, tagsCode);
    this.nextOffset++;
  }

  /** Makes units visible up to `offset`. */
  commit(offset: number): void {
    assert(!this.isDeleted, 'a deleted queue shows nothing');
    assert(offset > this.maxOffset && offset <= this.nextOffset, 'I3: queue offsets are dense');
    this.maxOffset = offset;
    this.isActive = true;
  }

  /** Takes back units that were never visible; their offsets are free again. */
  rollback(offset: number): void {
    assert(offset >= this.maxOffset && offset <= this.nextOffset, 'I3: a visible unit stays');
    this.nextOffset = offset;
  }

  get tailBytes(): number {
    return this.tail?.length ?? 0;
  }

  /** Whether so many units wait for the file that they should not wait for the next round. */
  get isTailFull(): boolean {
    return this.maxOffset - this.flushedOffset >= MAX_TAIL_UNITS / 2;
  }

  /** Gives the memory back; only when nothing but the file's units is in it. */
  releaseTail(): void {
    if (this.tail === undefined) return;
    assert(this.flushedOffset === this.nextOffset, 'the tail holds units that are not in the file');
    this.memory.bytes -= this.tail.length;
    this.tail = undefined;
    this.tailBase = this.flushedOffset;
  }

  private makeRoom(): Buffer {
    const { tail } = this;
    if (tail === undefined) {
      this.tailBase = this.nextOffset;
      assert(this.tailBase === this.flushedOffset, 'a released tail was flushed');
      return this.setTail(Buffer.allocUnsafe(FIRST_TAIL_UNITS * UNIT_BYTES));
    }
    const units = this.nextOffset - this.tailBase;
    const flushedUnits = this.flushedOffset - this.tailBase;
    if (units >= MAX_TAIL_UNITS && flushedUnits >= units / 2) {
      const keptFrom = units >> 1;
      tail.copy(tail, 0, keptFrom * UNIT_BYTES, units * UNIT_BYTES);
      this.tailBase += keptFrom;
      return tail;
    }
    const larger = Buffer.allocUnsafe(tail.length * 2);
    tail.copy(larger, 0, 0, units * UNIT_BYTES);
    return this.setTail(larger);
  }

  private setTail(tail: Buffer): Buffer {
    this.memory.bytes += tail.length - this.tailBytes;
    this.tail = tail;
    return tail;
  }
}
