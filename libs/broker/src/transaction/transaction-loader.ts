import { SystemTopic } from '@rocket-nest/common';
import { readStoredMessage } from '../messages/stored-message';
import { readHalfMessage } from './half-message';
import type { HalfQueueReader } from './half-queue-reader';
import { HalfState } from './half-state-table';
import type { OpMessageWriter } from './op-message-writer';
import { halfOffsetsOf } from './transaction-messages';
import type { TransactionProgress } from './transaction-progress';
import type { TransactionTable } from './transaction-table';

export interface TransactionLoaderDeps {
  readonly reader: HalfQueueReader;
  readonly table: TransactionTable;
  readonly progress: TransactionProgress;
  readonly writer: OpMessageWriter;
}

/** Where to read: from the stored progress to what was there at the start. */
export interface LoadRange {
  readonly halfEnd: number;
  readonly opFrom: number;
  readonly opEnd: number;
}

/**
 * Learns after a start which half messages behind the progress have ended (from the op queue), and
 * which of the others are one transaction (from the half queue). May be repeated after a failure.
 */
export async function loadTransactions(
  deps: TransactionLoaderDeps,
  range: LoadRange,
): Promise<void> {
  await readOpQueue(deps, range);
  await readHalfQueue(deps, range);
}

async function readOpQueue(deps: TransactionLoaderDeps, range: LoadRange): Promise<void> {
  const { reader, table, progress } = deps;
  const found: [number, number][] = [];
  const topic = SystemTopic.TRANS_OP_HALF_TOPIC;
  await reader.forEach(topic, range.opFrom, range.opEnd, (buffer, position) => {
    const { body, queueOffset } = readStoredMessage(buffer, position);
    if (queueOffset >= range.opEnd) return;
    let maxOffset = -1;
    for (const offset of halfOffsetsOf(body)) {
      if (offset >= range.halfEnd) continue;
      table.halves.set(offset, HalfState.CLOSED);
      if (offset > maxOffset) maxOffset = offset;
    }
    found.push([queueOffset, maxOffset]);
  });
  for (const [queueOffset, maxOffset] of found) progress.noteOpMessage(queueOffset, maxOffset);
}

async function readHalfQueue(deps: TransactionLoaderDeps, range: LoadRange): Promise<void> {
  const { reader, table, writer } = deps;
  const topic = SystemTopic.TRANS_HALF_TOPIC;
  await reader.forEach(topic, table.halves.start, range.halfEnd, (buffer, position) => {
    const { root, stored } = readHalfMessage(buffer, position);
    if (stored.queueOffset >= range.halfEnd || root === stored.queueOffset) return;
    if (!table.noteLink(stored.queueOffset, root)) writer.add(stored.queueOffset);
  });
}
