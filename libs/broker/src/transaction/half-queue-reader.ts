import { MixAll } from '@rocket-nest/common';
import type { Clock } from '@rocket-nest/common';
import { realSetImmediate } from '@rocket-nest/common/internal';
import { GetMessageStatus } from '@rocket-nest/store';
import type { GetMessageResult, MessageStore } from '@rocket-nest/store';
import { SLICE_BUDGET_MS } from '@rocket-nest/common/internal';
import { HALF_QUEUE_ID } from './transaction-messages';

/** Most messages and bytes read at a time. */
const READ_MESSAGES = 32;
const READ_BYTES = 1_048_576;

export interface HalfQueueReaderDeps {
  readonly clock: Clock;
  readonly messageStore: Pick<MessageStore, 'getMessage'>;
}

/** Records of one read, in order, and where the next read begins. */
export interface HalfQueueSlice {
  /** Whole records; one buffer may hold several. */
  readonly parts: readonly Buffer[];
  readonly nextOffset: number;
}

/** Reads a queue of the transactions in the background, so that the event loop stays free. */
export class HalfQueueReader {
  private sliceEndMs = 0;

  constructor(private readonly deps: HalfQueueReaderDeps) {}

  /** What lies from `offset` on; undefined behind the end. A damaged record is passed over. */
  async read(topic: string, offset: number): Promise<HalfQueueSlice | undefined> {
    await this.breathe();
    const result = await this.deps.messageStore.getMessage({
      group: MixAll.CID_SYS_RMQ_TRANS,
      topic,
      queueId: HALF_QUEUE_ID,
      offset,
      maxMsgNums: READ_MESSAGES,
      maxTotalBytes: READ_BYTES,
    });
    return sliceOf(result, offset);
  }

  /** Every record of a queue from `from` to `end`, with its buffer and place in it. */
  async forEach(
    topic: string,
    from: number,
    end: number,
    visit: (buffer: Buffer, position: number) => void,
  ): Promise<void> {
    for (let offset = from; offset < end;) {
      const slice = await this.read(topic, offset);
      if (!slice) return;
      forEachRecord(slice.parts, visit);
      offset = slice.nextOffset;
    }
  }

  /** Lets others run when this turn was used for long enough. */
  private async breathe(): Promise<void> {
    const { clock } = this.deps;
    if (clock.monotonicNow() < this.sliceEndMs) return;
    await new Promise<void>((resolve) => realSetImmediate(() => resolve()));
    this.sliceEndMs = clock.monotonicNow() + SLICE_BUDGET_MS;
  }
}

export function forEachRecord(
  parts: readonly Buffer[],
  visit: (buffer: Buffer, position: number) => void,
): void {
  for (const part of wholeRecords(parts)) {
    for (let at = 0; at < part.length; at += part.readInt32BE(at)) visit(part, at);
  }
}

/** A record may span two parts; those of one read are few, so they are joined then. */
function wholeRecords(parts: readonly Buffer[]): readonly Buffer[] {
  for (const part of parts) {
    let at = 0;
    while (at + 4 <= part.length) at += part.readInt32BE(at);
    if (at !== part.length) return [Buffer.concat(parts)];
  }
  return parts;
}

function sliceOf(result: GetMessageResult, offset: number): HalfQueueSlice | undefined {
  switch (result.status) {
    case GetMessageStatus.FOUND:
      return { parts: result.parts, nextOffset: result.nextBeginOffset };
    case GetMessageStatus.OFFSET_TOO_SMALL:
      return { parts: [], nextOffset: result.minOffset };
    case GetMessageStatus.MESSAGE_WAS_REMOVING:
    case GetMessageStatus.NO_MATCHED_MESSAGE:
    case GetMessageStatus.OFFSET_FOUND_NULL:
      return { parts: [], nextOffset: Math.max(result.nextBeginOffset, offset + 1) };
    default:
      return undefined;
  }
}
