import { MessageSysFlag, MixAll, SystemTopic, errorMessageOf } from '@rocket-nest/common';
import type { Clock, Logger } from '@rocket-nest/common';
import { ResponseCode } from '@rocket-nest/remoting';
import type { LimitHits } from '@rocket-nest/remoting';
import type { EndTransactionRequest } from '@rocket-nest/remoting/internal';
import { GetMessageStatus, PutMessageStatus } from '@rocket-nest/store';
import type {
  GetMessageResult,
  HostAddress,
  MessageStore,
  PutMessageResult,
} from '@rocket-nest/store';
import type { BrokerCounters } from '../broker-counters';
import { isStored } from '../processors/put-status-answer';
import type { CommittedMessageFinder } from './committed-message-finder';
import { readHalfMessage } from './half-message';
import type { HalfMessage } from './half-message';
import { HalfState } from './half-state-table';
import type { OpMessageWriter } from './op-message-writer';
import { TransactionEnd } from './transaction-end';
import type { TransactionEndListener } from './transaction-end';
import { HALF_QUEUE_ID, committedMessageOf } from './transaction-messages';
import type { TransactionTable } from './transaction-table';
import type { TransactionVerifier } from './transaction-verifier';
import type { EndTransactionCallback } from './transactional-message-service';

/** Ends that wait for reads; further ones are answered SYSTEM_BUSY. */
export const MAX_WAITING_ENDS = 10_000;

const COMMIT = MessageSysFlag.TRANSACTION_COMMIT_TYPE;

export interface TransactionEnderDeps {
  readonly clock: Clock;
  readonly logger: Logger;
  readonly limits: LimitHits;
  readonly counters: BrokerCounters;
  readonly messageStore: Pick<MessageStore, 'getMessage' | 'putMessage'>;
  readonly table: TransactionTable;
  readonly writer: OpMessageWriter;
  readonly verifier: TransactionVerifier;
  readonly finder: CommittedMessageFinder;
  readonly storeHost: () => HostAddress;
  readonly maxDelayLevel: number;
  /** What was before this start is known. */
  readonly loaded: Promise<void>;
}

/**
 * Commits and rolls back. The half message is usually still in memory, so that a commit costs one
 * read there and one put. Each transaction ends once: who comes late is told how it ended.
 */
export class TransactionEnder implements TransactionEndListener {
  committed = 0;
  rolledBack = 0;
  private waiting = 0;
  private underWay = 0;
  private onSettled: (() => void) | undefined;

  constructor(private readonly deps: TransactionEnderDeps) {}

  end(request: EndTransactionRequest, callback: EndTransactionCallback): void {
    const read = this.deps.messageStore.getMessage({
      group: MixAll.CID_SYS_RMQ_TRANS,
      topic: SystemTopic.TRANS_HALF_TOPIC,
      queueId: HALF_QUEUE_ID,
      offset: request.tranStateTableOffset,
      maxMsgNums: 1,
    });
    if ('then' in read) {
      this.later(callback, async () => this.endRead(request, callback, await read));
    } else {
      this.endRead(request, callback, read);
    }
  }

  /** Resolves when no end is under way. */
  settled(): Promise<void> {
    if (this.underWay === 0) return Promise.resolve();
    return new Promise((resolve) => (this.onSettled = resolve));
  }

  onCommitStored(end: TransactionEnd, result: PutMessageResult): void {
    const { table, writer, counters } = this.deps;
    const { link, root, callback } = end;
    if (isStored(result.status)) {
      this.committed++;
      const current = table.end(link, root, HalfState.COMMITTED);
      writer.add(current);
      if (current !== link) writer.add(link);
      counters.stored(end.topic, 1, result.sizeBytes);
      counters.halfEnded(end.topic).committed++;
      callback.onEnded(ResponseCode.SUCCESS);
    } else {
      table.cancelEnd(link, root);
      callback.onEnded(codeOfFailure(result.status), result.problem ?? result.status);
    }
    this.left();
  }

  /** Not stored means: not yet. The decision stands, and is written with the next op message. */
  onRollbackStored(end: TransactionEnd, isDone: boolean): void {
    const { table, writer, counters } = this.deps;
    const { link, root, callback, opHalfOffset } = end;
    const isWrittenAgain = (table.currentOf(link, root) ?? link) !== opHalfOffset;
    if (isDone && isWrittenAgain) return this.rollback(end);
    this.rolledBack++;
    counters.halfEnded(end.topic).rolledBack++;
    const current = table.end(link, root, HalfState.CLOSED);
    if (isWrittenAgain) writer.add(current);
    answerRollback(callback, isDone);
    this.left();
  }

  private endRead(
    request: EndTransactionRequest,
    callback: EndTransactionCallback,
    read: GetMessageResult,
  ): void {
    const { verifier, loaded } = this.deps;
    if (read.status !== GetMessageStatus.FOUND) return refuse(callback, NOT_FOUND);
    const [part] = read.parts;
    const record = read.parts.length === 1 ? part : Buffer.concat(read.parts);
    const half = readHalfMessage(record);
    const problem = problemOf(half, request);
    if (problem !== undefined) return refuse(callback, problem);
    if (!request.fromTransactionCheck && this.isPastImmunity(half)) {
      const remark = 'the transaction is older than its CHECK_IMMUNITY_TIME_IN_SECONDS';
      return callback.onEnded(ResponseCode.ILLEGAL_OPERATION, remark);
    }
    if (!verifier.mustVerify(half.root)) return this.endOpen(half, request, callback);
    this.later(callback, async () => {
      await loaded;
      await verifier.closeIfCommitted(half, half.stored.queueOffset);
      this.endOpen(half, request, callback);
    });
  }

  private endOpen(
    half: HalfMessage,
    { commitOrRollback }: EndTransactionRequest,
    callback: EndTransactionCallback,
  ): void {
    const { table, writer, limits } = this.deps;
    const { root } = half;
    const link = half.stored.queueOffset;
    const isCommit = commitOrRollback === COMMIT;
    switch (table.stateOf(link, root)) {
      case HalfState.OPEN:
        break;
      case HalfState.ENDING:
        return refuse(callback, 'the transaction is being ended');
      case HalfState.COMMITTED:
        return isCommit ? succeed(callback) : refuse(callback, WAS_COMMITTED);
      case HalfState.CLOSED:
        return this.answerClosed(half, isCommit, callback);
    }
    if (writer.isFull) {
      limits.hit('maxPendingOpOffsets');
      const remark = 'too many op messages wait for the disk: end the transaction later';
      return callback.onEnded(ResponseCode.SERVICE_NOT_AVAILABLE, remark);
    }
    table.beginEnd(link, root);
    this.underWay++;
    const end = new TransactionEnd(this, link, root, half.realTopic as string, callback);
    if (isCommit) this.commit(half, end);
    else this.rollback(end);
  }

  private commit(half: HalfMessage, end: TransactionEnd): void {
    const { messageStore, storeHost, maxDelayLevel } = this.deps;
    messageStore.putMessage(committedMessageOf(half, storeHost(), maxDelayLevel), end);
  }

  /** Names the record that a start would find open; the one that the request named may be older. */
  private rollback(end: TransactionEnd): void {
    const { table, writer } = this.deps;
    const { link, root } = end;
    end.opHalfOffset = table.currentOf(link, root) ?? link;
    if (end.opHalfOffset !== link) writer.add(link);
    writer.addNow(end.opHalfOffset, end);
  }

  /** It ended before this start, or some other way than by a commit. */
  private answerClosed(
    half: HalfMessage,
    isCommit: boolean,
    callback: EndTransactionCallback,
  ): void {
    this.later(callback, async () => {
      const { finder, writer } = this.deps;
      const wasCommitted = await finder.isCommitted(half);
      if (wasCommitted !== isCommit) {
        return refuse(callback, wasCommitted ? WAS_COMMITTED : WAS_GIVEN_UP);
      }
      if (isCommit || writer.stored === writer.added) return succeed(callback);
      // The first answer may have been that the rollback is not written yet.
      writer.addNow(half.stored.queueOffset, {
        onOpStored: (isDone) => answerRollback(callback, isDone),
      });
    });
  }

  private isPastImmunity({ immunitySeconds, stored, isPutBack }: HalfMessage): boolean {
    if (immunitySeconds === undefined) return false;
    const sinceMs = isPutBack ? stored.bornTimestamp : stored.storeTimestamp;
    return this.deps.clock.wallNow() - sinceMs > immunitySeconds * 1000;
  }

  /** Runs what has to wait for a read. */
  private later(callback: EndTransactionCallback, task: () => Promise<void>): void {
    const { limits, logger } = this.deps;
    if (this.waiting >= MAX_WAITING_ENDS) {
      limits.hit('maxWaitingTransactionEnds');
      const remark = `${this.waiting} ends of transactions wait for the disk: try again later`;
      return callback.onEnded(ResponseCode.SYSTEM_BUSY, remark);
    }
    this.waiting++;
    task()
      .catch((error: unknown) => {
        const cause = errorMessageOf(error);
        logger.warn('a transaction could not be ended', { cause });
        callback.onEnded(ResponseCode.SYSTEM_ERROR, cause);
      })
      .finally(() => this.waiting--);
  }

  private left(): void {
    if (--this.underWay > 0) return;
    this.onSettled?.();
    this.onSettled = undefined;
  }
}

const NOT_FOUND = 'there is no half message at this offset: it expired, or was never stored';
const WAS_COMMITTED = 'the transaction was committed';
const WAS_GIVEN_UP = 'the transaction was rolled back, or given up after too many checks';

/** Why the half message is not the one that is meant. */
function problemOf(half: HalfMessage, request: EndTransactionRequest): string | undefined {
  if (half.stored.physicalOffset !== request.commitLogOffset) {
    return 'the commit log offset is not that of the half message';
  }
  if (half.producerGroup !== request.producerGroup) {
    return `the half message is not of the producer group ${request.producerGroup}`;
  }
  if (half.realTopic === undefined || half.realQueueId === undefined) {
    return 'the half message does not say where it belongs';
  }
  return undefined;
}

function refuse(callback: EndTransactionCallback, remark: string): void {
  callback.onEnded(ResponseCode.SYSTEM_ERROR, remark);
}

function succeed(callback: EndTransactionCallback): void {
  callback.onEnded(ResponseCode.SUCCESS);
}

function answerRollback(callback: EndTransactionCallback, isDone: boolean): void {
  if (isDone) succeed(callback);
  else callback.onEnded(ResponseCode.SERVICE_NOT_AVAILABLE, 'the rollback is not written yet');
}

/** The original answers a busy store with SYSTEM_ERROR here. */
function codeOfFailure(status: PutMessageStatus): number {
  switch (status) {
    case PutMessageStatus.MESSAGE_ILLEGAL:
    case PutMessageStatus.PROPERTIES_SIZE_EXCEEDED:
      return ResponseCode.MESSAGE_ILLEGAL;
    case PutMessageStatus.SERVICE_NOT_AVAILABLE:
      return ResponseCode.SERVICE_NOT_AVAILABLE;
    default:
      return ResponseCode.SYSTEM_ERROR;
  }
}
