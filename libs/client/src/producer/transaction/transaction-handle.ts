import { decodeMessageId } from '@rocket-nest/common';
import type { TransactionEnd } from '../../api/transaction-api';
import { ClientError } from '../../errors/client-error';
import type { SendResult } from '../send-result';
import type { LocalTransactionState } from './local-transaction-state';

type Ended = TransactionEnd['state'];

/** What a handle needs of its producer. */
export interface TransactionEnder {
  readonly producerGroup: string;
  /** Rejects when the broker did not confirm. */
  end(end: TransactionEnd): Promise<void>;
  /** The decision is left to the checker. */
  leaveOpen(): void;
}

/**
 * A stored half message whose transaction is open. Nobody sees the message before `commit`. Where
 * neither `commit` nor `rollback` reaches the broker, it asks the producer group's checker.
 */
export class TransactionHandle {
  private decision: Ended | undefined;
  private done = false;

  constructor(
    /** What the broker said of the half message. Its offset is that in the half topic. */
    readonly sendResult: SendResult,
    /** With its namespace. */
    private readonly topic: string,
    private readonly ender: TransactionEnder,
  ) {}

  /** The unique key of the message. */
  get transactionId(): string {
    return this.sendResult.transactionId ?? this.sendResult.msgId;
  }

  /** What was decided here; UNKNOW as long as nothing was. */
  get state(): LocalTransactionState {
    return this.decision ?? 'UNKNOW';
  }

  /**
   * Delivers the message. Resolves once the broker has done so. After a rejection it may be called
   * again; without that the checker decides.
   */
  commit(): Promise<void> {
    return this.end('COMMIT_MESSAGE');
  }

  /** Drops the message. `reason` goes to the broker's log. */
  rollback(reason?: string): Promise<void> {
    return this.end('ROLLBACK_MESSAGE', reason);
  }

  /** Leaves the decision to the checker: the broker asks after its time-out. Sends nothing. */
  unknown(): void {
    this.ender.leaveOpen();
  }

  private async end(state: Ended, remark?: string): Promise<void> {
    if (this.decision !== undefined && this.decision !== state) {
      throw new ClientError(
        'TRANSACTION_ENDED',
        `transaction ${this.transactionId} was ended with ${this.decision}: it cannot be ended ` +
          `with ${state} any more`,
      );
    }
    this.decision = state;
    if (this.done) return;
    const { sendResult, ender } = this;
    await ender.end({
      producerGroup: ender.producerGroup,
      topic: this.topic,
      brokerName: sendResult.messageQueue.brokerName,
      msgId: sendResult.msgId,
      transactionId: this.transactionId,
      commitLogOffset: decodeMessageId(sendResult.offsetMsgId).offset,
      tranStateTableOffset: sendResult.queueOffset,
      state,
      fromTransactionCheck: false,
      remark,
    });
    this.done = true;
  }
}
