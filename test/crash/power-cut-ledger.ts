import type { QueueName } from '../support/raw-client';
import type { StoredRecord } from '../support/stored-record';
import { Ledger } from './ledger';
import type { Payload } from './payload';

/** A message that was acknowledged. */
export interface Acknowledgement {
  readonly queue: QueueName;
  readonly offset: number;
  /** Where it lies in the commit log. */
  readonly physicalOffset: number;
  /** When the acknowledgement came, by `performance.now()`. */
  readonly atMs: number;
}

/**
 * A ledger of a broker whose machine goes off. What the broker may lose then, it tells. While the
 * power is off nothing is noted: a broker that lives on without its disk can promise nothing, and
 * on a machine that is off there is none.
 */
export class PowerCutLedger extends Ledger {
  isPowerOff = false;
  private acknowledgements: Acknowledgement[] = [];

  override acknowledge(
    queue: QueueName,
    offset: number,
    payload: Payload,
    physicalOffset: number,
  ): void {
    if (this.isPowerOff) return;
    super.acknowledge(queue, offset, payload, physicalOffset);
    this.acknowledgements.push({ queue, offset, physicalOffset, atMs: performance.now() });
  }

  override check(queue: QueueName, record: StoredRecord): void {
    if (!this.isPowerOff) super.check(queue, record);
  }

  /**
   * Forgets what lies behind the ends of the queues, and returns what of it was acknowledged, in
   * the order of the log. What is kept must lie before all of that.
   */
  lose(ends: ReadonlyMap<QueueName, number>): readonly Acknowledgement[] {
    for (const [queue, end] of ends) this.forgetFrom(queue, end);
    const isLost = ({ queue, offset }: Acknowledgement): boolean =>
      offset >= ([...ends].find(([each]) => isSame(each, queue))?.[1] ?? 0);
    const lost = this.acknowledgements
      .filter(isLost)
      .sort((a, b) => a.physicalOffset - b.physicalOffset);
    this.acknowledgements = this.acknowledgements.filter((each) => !isLost(each));
    const keptBehind = this.acknowledgements.filter(
      ({ physicalOffset }) => physicalOffset > (lost[0]?.physicalOffset ?? Infinity),
    );
    for (const { queue, offset } of keptBehind) {
      this.problem(queue, offset, 'was kept, and something before it in the log was not');
    }
    return lost;
  }
}

const isSame = (a: QueueName, b: QueueName): boolean =>
  a.topic === b.topic && a.queueId === b.queueId;
