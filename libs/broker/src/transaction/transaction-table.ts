import { HalfState, HalfStateTable } from './half-state-table';

/** Transactions whose half message was written again; see `canPutBack`. About 60 bytes each. */
export const MAX_PUT_BACK_TRANSACTIONS = 500_000;

/**
 * The state of every transaction that has not ended, by the offsets of its half messages.
 *
 * A half message that is checked is written again at the end of the half queue, so that one
 * transaction is a chain of records: the first is its *root* and gives it its name, the newest is
 * its *current* one and carries the state; a record in between is CLOSED.
 */
export class TransactionTable {
  readonly halves: HalfStateTable;
  /** Root -> current record, of transactions of more than one record that have not ended. */
  private readonly currentByRoot = new Map<number, number>();

  constructor(start: number) {
    this.halves = new HalfStateTable(start);
  }

  /** Transactions that were written again and have not ended. */
  get putBackCount(): number {
    return this.currentByRoot.size;
  }

  /** Past the limit, transactions are checked where they lie and keep the progress waiting. */
  canPutBack(root: number): boolean {
    return this.currentByRoot.size < MAX_PUT_BACK_TRANSACTIONS || this.currentByRoot.has(root);
  }

  /** The current record of the transaction that `link` belongs to; undefined when it has ended. */
  currentOf(link: number, root: number): number | undefined {
    const current = this.currentByRoot.get(root);
    if (current !== undefined) return current;
    return link === root && link >= this.halves.start ? link : undefined;
  }

  /** Whether the transaction waits for its end. */
  isOpen(root: number): boolean {
    const current = this.currentOf(root, root);
    return current !== undefined && this.halves.get(current) === HalfState.OPEN;
  }

  /** State of the transaction that `link` belongs to. */
  stateOf(link: number, root: number): HalfState {
    const at = this.currentOf(link, root) ?? link;
    if (at < this.halves.start) return HalfState.CLOSED;
    const state = this.halves.get(at);
    // A record in the middle of a chain that has ended may never have been set.
    return state === HalfState.OPEN && at !== root && !this.currentByRoot.has(root)
      ? HalfState.CLOSED
      : state;
  }

  /** From here on nobody else ends it. */
  beginEnd(link: number, root: number): void {
    this.halves.set(this.currentOf(link, root) ?? link, HalfState.ENDING);
  }

  /** The end could not be stored. */
  cancelEnd(link: number, root: number): void {
    this.halves.set(this.currentOf(link, root) ?? link, HalfState.OPEN);
  }

  /** Gives the current record, which, like `link`, an op message has to name. */
  end(link: number, root: number, state: HalfState): number {
    const current = this.currentOf(link, root) ?? link;
    this.currentByRoot.delete(root);
    this.halves.set(link, state);
    this.halves.set(current, state);
    return current;
  }

  /**
   * `link` was written again as `next`. Gives the state of the transaction: when it has ended
   * meanwhile, an op message has to name `next`; when it is ENDING, the end will see to that.
   */
  putBack(link: number, root: number, next: number): HalfState {
    const state = link < this.halves.start ? HalfState.CLOSED : this.halves.get(link);
    this.halves.set(next, state);
    if (state === HalfState.COMMITTED || state === HalfState.CLOSED) return state;
    this.halves.set(link, HalfState.CLOSED);
    this.currentByRoot.set(root, next);
    return state;
  }

  /**
   * While the half queue is read after a start, in its order: `link` is another record of `root`.
   * False when the transaction has ended and no op message names `link` yet.
   */
  noteLink(link: number, root: number): boolean {
    const { halves } = this;
    const isLinkNamed = halves.get(link) !== HalfState.OPEN;
    const before = this.currentOf(root, root);
    const isEnded = before !== undefined && halves.get(before) !== HalfState.OPEN;
    if (before !== undefined) halves.set(before, HalfState.CLOSED);
    if (isEnded || isLinkNamed) {
      halves.set(link, HalfState.CLOSED);
      this.currentByRoot.delete(root);
      return isLinkNamed;
    }
    this.currentByRoot.set(root, link);
    return true;
  }
}
