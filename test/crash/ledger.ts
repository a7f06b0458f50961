import type { QueueName } from '../support/raw-client';
import type { StoredRecord } from '../support/stored-record';
import { type Payload, readPayload } from './payload';

const MAX_PROBLEMS = 20;

interface QueueLedger {
  /** queue offset -> hash of the message that was acknowledged there, or that was read there. */
  readonly hashes: Map<number, string>;
  highestAcknowledged: number;
  /** Offset behind the last record that was checked. */
  checkedTo: number;
  /** Sender -> its last sequence number read from this queue. */
  readonly lastSequence: Map<number, number>;
}

/**
 * What the broker has promised, kept outside of it: every acknowledged message with its queue,
 * offset and hash. Records read back are held against it. What a consumer has read once is a
 * promise as well: another message at that offset later is a problem.
 */
export class Ledger {
  readonly problems: string[] = [];
  acknowledgedCount = 0;
  checkedCount = 0;
  private readonly queues = new Map<string, QueueLedger>();

  acknowledge(queue: QueueName, offset: number, payload: Payload, _physicalOffset: number): void {
    const ledger = this.of(queue);
    this.acknowledgedCount++;
    const other = ledger.hashes.get(offset);
    if (other !== undefined && other !== payload.hash) {
      this.problem(queue, offset, 'acknowledged for a second message');
    }
    if (offset < ledger.checkedTo && other === undefined) {
      this.problem(queue, offset, 'acknowledged below what was there already');
    }
    ledger.hashes.set(offset, payload.hash);
    ledger.highestAcknowledged = Math.max(ledger.highestAcknowledged, offset);
  }

  /** Where the next check of this queue starts. */
  checkedTo(queue: QueueName): number {
    return this.of(queue).checkedTo;
  }

  /** Makes the next checks read every queue again from its first offset. */
  startOver(): void {
    for (const ledger of this.queues.values()) {
      ledger.checkedTo = 0;
      ledger.lastSequence.clear();
    }
  }

  /** One record read back, in the order of reading. */
  check(queue: QueueName, record: StoredRecord): void {
    const ledger = this.of(queue);
    const offset = record.queueOffset;
    this.checkedCount++;
    if (offset !== ledger.checkedTo) {
      this.problem(queue, offset, `read where ${ledger.checkedTo} was expected`);
    }
    ledger.checkedTo = offset + 1;
    if (record.topic !== queue.topic || record.queueId !== queue.queueId) {
      this.problem(queue, offset, `holds a record of ${record.topic}/${record.queueId}`);
    }
    const payload = readPayload(record.body);
    if (!payload || !record.crcMatches) {
      this.problem(queue, offset, 'is corrupted');
      return;
    }
    const promised = ledger.hashes.get(offset);
    if (promised !== undefined && promised !== payload.hash) {
      this.problem(queue, offset, 'holds another message than was acknowledged or read there');
    }
    ledger.hashes.set(offset, payload.hash);
    const before = ledger.lastSequence.get(payload.sender) ?? -1;
    if (payload.sequence <= before) {
      this.problem(queue, offset, `is ${payload.sequence} of a sender after its ${before}`);
    }
    ledger.lastSequence.set(payload.sender, payload.sequence);
  }

  /** After everything up to the queue's maximum offset was read: nothing acknowledged is missing. */
  finishCheck(queue: QueueName, maxOffset: number): void {
    const ledger = this.of(queue);
    if (ledger.checkedTo !== maxOffset) {
      this.problem(queue, ledger.checkedTo, `is the end of reading, not ${maxOffset}`);
    }
    if (ledger.highestAcknowledged >= maxOffset) {
      this.problem(
        queue,
        ledger.highestAcknowledged,
        `was acknowledged, the queue has ${maxOffset}`,
      );
    }
  }

  /** Messages that the broker was allowed to lose; their offsets may be given again. */
  protected forgetFrom(queue: QueueName, end: number): void {
    const ledger = this.of(queue);
    for (const offset of ledger.hashes.keys()) if (offset >= end) ledger.hashes.delete(offset);
    ledger.highestAcknowledged = Math.min(ledger.highestAcknowledged, end - 1);
    ledger.checkedTo = Math.min(ledger.checkedTo, end);
  }

  private of(queue: QueueName): QueueLedger {
    const key = `${queue.topic}/${queue.queueId}`;
    let ledger = this.queues.get(key);
    if (!ledger) {
      ledger = {
        hashes: new Map(),
        highestAcknowledged: -1,
        checkedTo: 0,
        lastSequence: new Map(),
      };
      this.queues.set(key, ledger);
    }
    return ledger;
  }

  protected problem(queue: QueueName, offset: number, what: string): void {
    if (this.problems.length < MAX_PROBLEMS) {
      this.problems.push(`${queue.topic}/${queue.queueId} offset ${offset} ${what}`);
    }
  }
}
