import { SystemTopic } from '@rocket-nest/common';
import type { BrokerCounters } from '../broker-counters';
import type { CommittedMessageFinder } from './committed-message-finder';
import type { HalfMessage } from './half-message';
import { HalfState } from './half-state-table';
import type { OpMessageWriter } from './op-message-writer';
import type { TransactionTable } from './transaction-table';

/** Transactions remembered as looked up; past it they are looked up again. */
const MAX_VERIFIED = 100_000;

export interface TransactionVerifierDeps {
  readonly table: TransactionTable;
  readonly writer: OpMessageWriter;
  readonly finder: CommittedMessageFinder;
  readonly counters: BrokerCounters;
  /** Half messages below were stored before this start. */
  readonly epochStart: number;
}

/**
 * Tells about transactions that began before this start whether the broker that ran then stored
 * their end and died before it wrote an op message. Looks once; what happens since is in the table.
 */
export class TransactionVerifier {
  private readonly verified = new Set<number>();

  constructor(private readonly deps: TransactionVerifierDeps) {}

  mustVerify(root: number): boolean {
    return root < this.deps.epochStart && !this.verified.has(root);
  }

  /** True when the transaction of `half` turned out to be committed; it has ended then. */
  async closeIfCommitted(half: HalfMessage, link: number): Promise<boolean> {
    const { table, writer, finder, counters } = this.deps;
    const { root } = half;
    if (!this.mustVerify(root)) return false;
    const isCommitted = await finder.isCommitted(half);
    if (!isCommitted) {
      if (this.verified.size >= MAX_VERIFIED) this.verified.clear();
      this.verified.add(root);
      return false;
    }
    if (table.stateOf(link, root) !== HalfState.OPEN) return true;
    const current = table.end(link, root, HalfState.COMMITTED);
    if (half.realTopic !== undefined) counters.halfEnded(half.realTopic);
    writer.add(current);
    if (current !== link) writer.add(link);
    return true;
  }

  async isDiscarded(half: HalfMessage): Promise<boolean> {
    if (half.root >= this.deps.epochStart) return false;
    return this.deps.finder.isDiscarded(half, SystemTopic.TRANS_CHECK_MAX_TIME_TOPIC);
  }
}
