import type { Random } from '@rocket-nest/common';
import { sleep, waitFor } from '../support/polling';
import { maxOffset, readQueue, type QueueName } from '../support/raw-client';
import type { RawConnection } from '../support/raw-connection';
import { type Decision, type HalfMessage, RawProducer } from '../support/raw-producer';
import type { CrashLoad } from './crash-chain';

const QUERY_CONSUMER_OFFSET = 14;
const QUEUE: QueueName = { topic: 'crash-tx', queueId: 0 };
const HALF_QUEUE: QueueName = { topic: 'RMQ_SYS_TRANS_HALF_TOPIC', queueId: 0 };
const PROGRESS = { consumerGroup: 'CID_RMQ_SYS_TRANS', ...HALF_QUEUE };
const SENDERS = 4;
const PAUSE_MS = 2;

/** Transactions of one producer group, with what it decided and what it was told. */
export class TransactionLoad implements CrashLoad {
  readonly problems: string[] = [];
  private readonly decisions = new Map<string, Decision>();
  private readonly acknowledged = new Set<string>();
  private readonly ended = new Set<string>();

  constructor(private readonly random: Random) {}

  async check(connection: RawConnection): Promise<void> {
    const endedBefore = [...this.ended];
    const bodies = (await readQueue(connection, QUEUE)).map(({ body }) => body.toString());
    const seen = new Set<string>();
    for (const key of bodies) {
      if (seen.has(key)) this.problems.push(`${key} is there twice`);
      seen.add(key);
      if (this.decisions.get(key) !== 'commit') this.problems.push(`${key} was rolled back`);
    }
    for (const key of endedBefore) {
      if (this.decisions.get(key) === 'commit' && !seen.has(key)) {
        this.problems.push(`${key} was committed and is gone`);
      }
    }
  }

  async run(connection: RawConnection): Promise<void> {
    const producer = new RawProducer(connection, 'crash-producer');
    const loops = Array.from({ length: SENDERS }, () => this.sendWhileOpen(producer));
    loops.push(this.answerWhileOpen(producer));
    await Promise.all(loops.map((loop) => loop.catch(ignoreWhenClosed(connection))));
  }

  onCrashed(): void {
    // What the folder holds does not change what is promised.
  }

  async settle(connection: RawConnection): Promise<void> {
    const producer = new RawProducer(connection, 'crash-producer');
    await producer.heartbeat();
    await waitFor('the end of all transactions', async () => {
      await this.answer(producer, 1);
      const { extFields } = await connection.request(QUERY_CONSUMER_OFFSET, PROGRESS);
      return Number(extFields.offset) === (await maxOffset(connection, HALF_QUEUE));
    });
    for (const key of this.acknowledged) this.ended.add(key);
    await this.check(connection);
  }

  private async sendWhileOpen(producer: RawProducer): Promise<void> {
    while (producer.connection.isOpen) {
      const key = `K${this.decisions.size}`;
      this.decisions.set(key, this.random.nextInt(3) === 0 ? 'rollback' : 'commit');
      const half = await producer.sendHalf(QUEUE, key, key);
      this.acknowledged.add(key);
      if (this.random.nextInt(4) > 0) await this.end(producer, half, false);
      await sleep(PAUSE_MS);
    }
  }

  private async answerWhileOpen(producer: RawProducer): Promise<void> {
    await producer.heartbeat();
    while (producer.connection.isOpen) {
      await this.answer(producer, 2 / 3);
      await sleep(PAUSE_MS);
    }
  }

  /** Answers a part of the questions. */
  private async answer(producer: RawProducer, part: number): Promise<void> {
    for (const half of producer.takeChecks(QUEUE.topic)) {
      if (this.random.nextInt(1000) < part * 1000) await this.end(producer, half, true);
    }
  }

  /** Who is asked about what has ended says the opposite, which must change nothing. */
  private async end(producer: RawProducer, half: HalfMessage, isAsked: boolean): Promise<void> {
    const key = half.uniqKey;
    const decision = this.decisions.get(key) ?? 'rollback';
    if (this.ended.has(key)) {
      const { code } = await producer.end(half, opposite(decision), isAsked);
      if (code === 0) this.problems.push(`${key} was ended twice`);
      return;
    }
    const { code } = await producer.end(half, decision, isAsked);
    if (code === 0) this.ended.add(key);
  }
}

const opposite = (decision: Decision): Decision => (decision === 'commit' ? 'rollback' : 'commit');

function ignoreWhenClosed(connection: RawConnection): (error: unknown) => void {
  return (error) => {
    if (connection.isOpen) throw error;
  };
}
