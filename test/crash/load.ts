import type { Random } from '@rocket-nest/common';
import { maxOffset, pull, type QueueName, sendBodies } from '../support/raw-client';
import { RawConnection } from '../support/raw-connection';
import { readStoredRecords } from '../support/stored-record';
import { sleep } from '../support/polling';
import type { Ledger } from './ledger';
import { makePayload } from './payload';

const CONNECTIONS = 6;
const WINDOW = 4;
const BATCH_ONE_IN = 8;
const BATCH_SIZE = 5;
const PULL_SIZE = 256;
const IDLE_MS = 5;
const PULL_FOUND = 0;
const PULL_NOT_FOUND = 19;

/** Sequence numbers go on over restarts, as the senders' clients do not restart. */
export class Load {
  private readonly sequences = new Map<number, number>();
  /** Answers that were no acknowledgement, by code: flow control, mostly. */
  readonly refusals = new Map<number, number>();

  constructor(
    private readonly queues: readonly QueueName[],
    private readonly ledger: Ledger,
    private readonly random: Random,
  ) {}

  /** Sends one message and waits for its acknowledgement. */
  async sendFirst(port: number): Promise<void> {
    const connection = await RawConnection.open(port);
    try {
      await this.sendOne(connection, CONNECTIONS);
    } finally {
      await connection.close();
    }
  }

  /** Sends from several connections until they break; resolves once all have. */
  async run(port: number): Promise<void> {
    const connections = await Promise.all(
      Array.from({ length: CONNECTIONS }, () => RawConnection.open(port)),
    );
    await Promise.all(
      connections.flatMap((connection, sender) =>
        Array.from({ length: WINDOW }, () => this.sendWhileOpen(connection, sender)),
      ),
    );
  }

  /** Reads what is new in every queue and holds it against the ledger. */
  async verify(port: number): Promise<void> {
    const connection = await RawConnection.open(port);
    try {
      await Promise.all(this.queues.map((queue) => this.verifyQueue(connection, queue)));
    } finally {
      await connection.close();
    }
  }

  private async verifyQueue(connection: RawConnection, queue: QueueName): Promise<void> {
    const end = await maxOffset(connection, queue);
    for (let at = this.ledger.checkedTo(queue); at < end;) {
      const answer = await pull(connection, queue, at, PULL_SIZE);
      if (answer.code !== PULL_FOUND) {
        throw new Error(
          `${queue.topic}/${queue.queueId}: pull at ${at} of ${end} answered ${answer.code} ` +
            `${answer.remark}, next ${answer.extFields.nextBeginOffset}`,
        );
      }
      for (const record of readStoredRecords(answer.body)) this.ledger.check(queue, record);
      at = Number(answer.extFields.nextBeginOffset);
    }
    this.ledger.finishCheck(queue, end);
  }

  /** Consumes while the load runs: whatever it was given must still be there after the crash. */
  async observe(port: number): Promise<void> {
    const connection = await RawConnection.open(port);
    try {
      for (let i = 0; connection.isOpen; i++) {
        const queue = this.queues[i % this.queues.length];
        const answer = await pull(connection, queue, this.ledger.checkedTo(queue), PULL_SIZE);
        if (answer.code === PULL_FOUND) {
          for (const record of readStoredRecords(answer.body)) this.ledger.check(queue, record);
        } else {
          if (answer.code !== PULL_NOT_FOUND) this.refuse(answer.code);
          await sleep(IDLE_MS);
        }
      }
    } catch (error) {
      if (connection.isOpen) throw error;
    }
  }

  private async sendWhileOpen(connection: RawConnection, sender: number): Promise<void> {
    try {
      while (connection.isOpen) await this.sendOne(connection, sender);
    } catch (error) {
      if (connection.isOpen) throw error;
    }
  }

  private async sendOne(connection: RawConnection, sender: number): Promise<void> {
    const queue = this.queues[this.random.nextInt(this.queues.length)];
    const count = this.random.nextInt(BATCH_ONE_IN) === 0 ? BATCH_SIZE : 1;
    const messages = Array.from({ length: count }, () =>
      makePayload(this.random, sender, this.nextSequence(sender)),
    );
    const bodies = messages.map((each) => each.body);
    const answer = await sendBodies(connection, queue, bodies);
    if (answer.code !== 0) {
      this.refuse(answer.code);
      return;
    }
    const offset = Number(answer.extFields.queueOffset);
    const queueId = Number(answer.extFields.queueId);
    const ids = answer.extFields.msgId.split(',');
    messages.forEach(({ payload }, i) => {
      const target = { topic: queue.topic, queueId };
      this.ledger.acknowledge(target, offset + i, payload, physicalOffsetOf(ids[i]));
    });
  }

  private nextSequence(sender: number): number {
    const next = this.sequences.get(sender) ?? 0;
    this.sequences.set(sender, next + 1);
    return next;
  }

  private refuse(code: number): void {
    this.refusals.set(code, (this.refusals.get(code) ?? 0) + 1);
  }
}

/** An offset message id: host, port, then 8 bytes of position in the commit log, as hex digits. */
const physicalOffsetOf = (offsetMessageId: string): number =>
  parseInt(offsetMessageId.slice(-16), 16);
