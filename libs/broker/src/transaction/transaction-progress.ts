import { MixAll, SystemTopic } from '@rocket-nest/common';
import type { MessageStore } from '@rocket-nest/store';
import type { ConsumerOffsetManager } from '../offset/consumer-offset-manager';
import type { OpMessageWriter } from './op-message-writer';
import { HALF_QUEUE_ID } from './transaction-messages';
import type { TransactionTable } from './transaction-table';

const GROUP = MixAll.CID_SYS_RMQ_TRANS;

export interface TransactionProgressDeps {
  readonly messageStore: Pick<
    MessageStore,
    'maxOffsetInQueue' | 'maxPhyOffset' | 'flushedWhere' | 'minOffsetInQueue'
  >;
  readonly consumerOffsetManager: Pick<
    ConsumerOffsetManager,
    'commitOffset' | 'queryOffset' | 'persist'
  >;
  readonly table: TransactionTable;
  readonly writer: OpMessageWriter;
}

/** A step of the half queue's progress on its way. */
interface Step {
  readonly halfOffset: number;
  /** Half offsets that must be stored in op messages first. */
  readonly opOffsets: number;
  readonly failures: number;
  /** Position that must be durable first; undefined until the op messages are stored. */
  durableAt: number | undefined;
}

/** An op message that a later start might still need. */
interface OpRecord {
  readonly queueOffset: number;
  readonly maxHalfOffset: number;
}

/**
 * How far the half and the op queue are done with, kept as consumer offsets. A start reads both
 * from there, so an offset moves only behind what no start needs: the half offset when op messages
 * that name everything below it are durable, the op offset when such a half offset is on the disk.
 */
export class TransactionProgress {
  private step: Step | undefined;
  private readonly opRecords: OpRecord[] = [];
  private readHead = 0;

  constructor(private readonly deps: TransactionProgressDeps) {}

  /** Where a start begins to read the half queue, and the op queue. */
  static startOf(
    deps: Pick<TransactionProgressDeps, 'messageStore' | 'consumerOffsetManager'>,
    topic: string,
  ): number {
    const { messageStore, consumerOffsetManager } = deps;
    const stored = consumerOffsetManager.queryOffset(GROUP, topic, HALF_QUEUE_ID);
    return Math.max(stored ?? 0, messageStore.minOffsetInQueue(topic, HALF_QUEUE_ID));
  }

  noteOpMessage(queueOffset: number, maxHalfOffset: number): void {
    this.opRecords.push({ queueOffset, maxHalfOffset });
  }

  /** Writes op messages and moves the half offset as far as it may; called at an interval. */
  advance(): void {
    const { table, writer, messageStore } = this.deps;
    writer.flush();
    this.finishStep();
    if (this.step !== undefined) return;
    const maxOffset = messageStore.maxOffsetInQueue(SystemTopic.TRANS_HALF_TOPIC, HALF_QUEUE_ID);
    const halfOffset = table.halves.firstUnended(maxOffset);
    if (halfOffset === table.halves.start && this.isStored(halfOffset)) return;
    const { added, failures } = writer;
    this.step = { halfOffset, opOffsets: added, failures, durableAt: undefined };
    this.finishStep();
  }

  /** Moves the op offset behind op messages that no start needs any more. */
  async advanceOp(): Promise<void> {
    const { consumerOffsetManager } = this.deps;
    const half = consumerOffsetManager.queryOffset(
      GROUP,
      SystemTopic.TRANS_HALF_TOPIC,
      HALF_QUEUE_ID,
    );
    let end = this.readHead;
    while (end < this.opRecords.length && this.maxHalfOffsetAt(end) < (half ?? 0)) end++;
    if (end === this.readHead) return;
    await consumerOffsetManager.persist();
    const last = this.opRecords[end - 1];
    this.commit(SystemTopic.TRANS_OP_HALF_TOPIC, last.queueOffset + 1);
    this.readHead = end;
    if (end < 1024 && end < this.opRecords.length) return;
    this.opRecords.splice(0, end);
    this.readHead = 0;
  }

  private finishStep(): void {
    const { step } = this;
    if (step === undefined) return;
    const { writer, messageStore, table } = this.deps;
    if (writer.failures !== step.failures) {
      this.step = undefined;
      return;
    }
    if (writer.stored < step.opOffsets) return;
    step.durableAt ??= messageStore.maxPhyOffset();
    if (messageStore.flushedWhere() < step.durableAt) return;
    this.step = undefined;
    if (!this.isStored(step.halfOffset)) this.commit(SystemTopic.TRANS_HALF_TOPIC, step.halfOffset);
    table.halves.moveStart(step.halfOffset);
  }

  private isStored(halfOffset: number): boolean {
    const { consumerOffsetManager } = this.deps;
    const topic = SystemTopic.TRANS_HALF_TOPIC;
    return (consumerOffsetManager.queryOffset(GROUP, topic, HALF_QUEUE_ID) ?? 0) === halfOffset;
  }

  private commit(topic: string, offset: number): void {
    this.deps.consumerOffsetManager.commitOffset(undefined, GROUP, topic, HALF_QUEUE_ID, offset);
  }

  private maxHalfOffsetAt(index: number): number {
    return this.opRecords[index].maxHalfOffset;
  }
}
