import { SystemTopic } from '@rocket-nest/common';
import { ResponseCode } from '@rocket-nest/remoting';
import type { MessageStore } from '@rocket-nest/store';
import { isStored } from '../processors/put-status-answer';
import type { CommittedMessageFinder } from './committed-message-finder';
import { isTransactional } from './committed-message-finder';
import { readHalfMessage } from './half-message';
import type { HalfMessage } from './half-message';
import { HalfState } from './half-state-table';
import type { TransactionCheckService } from './transaction-check-service';
import { freshHalfMessageOf } from './transaction-messages';
import type { TransactionTable } from './transaction-table';
import type { TransactionOutcome } from './transactional-message-service';

export interface ResumedCheckDeps {
  readonly messageStore: Pick<MessageStore, 'lookMessageByOffset' | 'putMessageAsync'>;
  readonly table: TransactionTable;
  readonly finder: CommittedMessageFinder;
  readonly check: Pick<TransactionCheckService, 'putBackUnchecked'>;
  readonly loaded: Promise<void>;
}

/** Takes a transactional message that was given up back among the half messages. */
export class ResumedCheck {
  constructor(private readonly deps: ResumedCheckDeps) {}

  async resume(physicalOffset: number): Promise<TransactionOutcome> {
    const { messageStore, finder, loaded } = this.deps;
    const record = await messageStore.lookMessageByOffset(physicalOffset);
    if (!record) return failed(`there is no message at the position ${physicalOffset}`);
    const half = readHalfMessage(record);
    if (!isTransactional(half.stored) || half.realTopic === undefined) {
      return failed('the message is no transactional message');
    }
    await loaded;
    if (this.isOpen(half)) return this.resumeOpen(half);
    if (await finder.isAnyCommitted(half)) return failed('the transaction was committed');
    const { status, problem } = await messageStore.putMessageAsync(freshHalfMessageOf(half));
    return isStored(status) ? { code: ResponseCode.SUCCESS } : failed(problem ?? status);
  }

  /** An older record of a transaction that goes on needs nothing: the newest is asked about. */
  private async resumeOpen(half: HalfMessage): Promise<TransactionOutcome> {
    const { table, check } = this.deps;
    const { queueOffset } = half.stored;
    if (table.currentOf(queueOffset, half.root) === queueOffset) {
      await check.putBackUnchecked(half);
    }
    return { code: ResponseCode.SUCCESS };
  }

  private isOpen({ stored, root }: HalfMessage): boolean {
    if (stored.topic !== SystemTopic.TRANS_HALF_TOPIC) return false;
    const state = this.deps.table.stateOf(stored.queueOffset, root);
    return state === HalfState.OPEN || state === HalfState.ENDING;
  }
}

function failed(remark: string): TransactionOutcome {
  return { code: ResponseCode.SYSTEM_ERROR, remark };
}
