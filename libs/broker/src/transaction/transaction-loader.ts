import { SystemTopic } from '@rocket-nest/common';
import type { BrokerCounters } from '../broker-counters';
import { readStoredMessage } from '../messages/stored-message';
import { readHalfMessage } from './half-message';
import type { HalfMessage } from './half-message';
import type { HalfQueueReader } from './half-queue-reader';
import { HalfState } from './half-state-table';
import type { OpMessageWriter } from './op-message-writer';
import { halfOffsetsOf } from './transaction-messages';
import type { TransactionProgress } from './transaction-progress';
import type { TransactionTable } from './transaction-table';

export interface TransactionLoaderDeps {
  readonly reader: Pick<HalfQueueReader, 'forEach'>;
  readonly table: TransactionTable;
  readonly progress: Pick<TransactionProgress, 'noteOpMessage'>;
  readonly writer: Pick<OpMessageWriter, 'add'>;
  readonly counters: BrokerCounters;
}

/** Where to read: from the stored progress to what was there at the start. */
export interface LoadRange {
  readonly halfEnd: number;
  readonly opFrom: number;
  readonly opEnd: number;
}

/**
 * Learns after a start which half messages behind the progress have ended (from the op queue), and
 * which of the others are one transaction (from the half queue).
 */
export class TransactionLoader {
  private isOpQueueRead = false;
  /** The first half message that was not looked at: each may be looked at only once. */
  private nextHalf: number;

  constructor(
    private readonly deps: TransactionLoaderDeps,
    private readonly range: LoadRange,
  ) {
    this.nextHalf = deps.table.halves.start;
  }

  /** Goes on where it was when it failed. */
  async load(): Promise<void> {
    if (!this.isOpQueueRead) await this.readOpQueue();
    this.isOpQueueRead = true;
    await this.readHalfQueue();
  }

  private async readOpQueue(): Promise<void> {
    const { reader, table, progress } = this.deps;
    const { opFrom, opEnd, halfEnd } = this.range;
    const found: [number, number][] = [];
    await reader.forEach(SystemTopic.TRANS_OP_HALF_TOPIC, opFrom, opEnd, (buffer, position) => {
      const { body, queueOffset } = readStoredMessage(buffer, position);
      if (queueOffset >= opEnd) return;
      let maxOffset = -1;
      for (const offset of halfOffsetsOf(body)) {
        if (offset >= halfEnd) continue;
        table.halves.set(offset, HalfState.CLOSED);
        if (offset > maxOffset) maxOffset = offset;
      }
      found.push([queueOffset, maxOffset]);
    });
    for (const [queueOffset, maxOffset] of found) progress.noteOpMessage(queueOffset, maxOffset);
  }

  private async readHalfQueue(): Promise<void> {
    const { halfEnd } = this.range;
    const topic = SystemTopic.TRANS_HALF_TOPIC;
    await this.deps.reader.forEach(topic, this.nextHalf, halfEnd, (buffer, position) => {
      const half = readHalfMessage(buffer, position);
      const { queueOffset } = half.stored;
      if (queueOffset >= halfEnd) return;
      this.note(half, queueOffset);
      this.nextHalf = queueOffset + 1;
    });
  }

  private note({ root, realTopic }: HalfMessage, link: number): void {
    const { table, writer, counters } = this.deps;
    const isFirst = root === link;
    const wasOpen = !isFirst && table.isOpen(root);
    if (!isFirst && !table.noteLink(link, root)) writer.add(link);
    if (realTopic === undefined || table.isOpen(root) === wasOpen) return;
    if (wasOpen) counters.halfEnded(realTopic);
    else counters.transactionsOf(realTopic).halfMessages++;
  }
}
