import { AsyncLocalStorage } from 'node:async_hooks';
import type { TransactionHandle } from '@rocket-nest/client';
import type { SqlConnection } from '../database/sql-connection';

/** A local transaction that is open, and the messages that follow it. */
export interface TransactionFrame {
  readonly connection: SqlConnection;
  readonly handles: TransactionHandle[];
  /** A transactional method called inside failed: the row of its message must not be committed. */
  failure: unknown;
  /** Such methods that have not ended. */
  pending: number;
  open: boolean;
}

/** Knows the transactional method that the caller runs in. */
export class NestedFrames {
  private readonly storage = new AsyncLocalStorage<TransactionFrame>();

  current(): TransactionFrame | undefined {
    const frame = this.storage.getStore();
    return frame?.open ? frame : undefined;
  }

  async run<T>(frame: TransactionFrame, work: () => T | Promise<T>): Promise<T> {
    try {
      return await this.storage.run(frame, work);
    } finally {
      frame.open = false;
    }
  }
}
