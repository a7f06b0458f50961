import type { PutMessageCallback, PutMessageResult } from '@rocket-nest/store';
import type { OpWaiter } from './op-message-writer';
import type { EndTransactionCallback } from './transactional-message-service';

/** What the end of a transaction needs of the service that stores it. */
export interface TransactionEndListener {
  onCommitStored(end: TransactionEnd, result: PutMessageResult): void;
  onRollbackStored(end: TransactionEnd, isStored: boolean): void;
}

/** The end of a transaction between its put and its answer. */
export class TransactionEnd implements PutMessageCallback, OpWaiter {
  /** Half offset that has to be in the op message of a rollback. */
  opHalfOffset = -1;

  constructor(
    private readonly listener: TransactionEndListener,
    /** Half queue offsets of the half message that was named, and of the transaction's first. */
    readonly link: number,
    readonly root: number,
    /** Topic that the message is meant for. */
    readonly topic: string,
    readonly callback: EndTransactionCallback,
  ) {}

  onPut(result: PutMessageResult): void {
    this.listener.onCommitStored(this, result);
  }

  onOpStored(isStored: boolean): void {
    this.listener.onRollbackStored(this, isStored);
  }
}
