import { SystemTopic, errorMessageOf } from '@rocket-nest/common';
import type { Clock, Logger, Timer } from '@rocket-nest/common';
import type { LimitHits } from '@rocket-nest/remoting';
import type { MessageStore, PutMessageResult } from '@rocket-nest/store';
import { PutMessageStatus } from '@rocket-nest/store';
import type { BrokerCounters } from '../broker-counters';
import type { ProducerManager } from '../client/producer-manager';
import { isStored } from '../processors/put-status-answer';
import { checkTransactionRequest } from './check-transaction-request';
import type { HalfPlace } from './check-transaction-request';
import { readHalfMessage } from './half-message';
import type { HalfMessage } from './half-message';
import { forEachRecord } from './half-queue-reader';
import type { HalfQueueReader } from './half-queue-reader';
import { HalfState } from './half-state-table';
import type { OpMessageWriter } from './op-message-writer';
import { HALF_QUEUE_ID, discardedMessageOf, putBackMessageOf } from './transaction-messages';
import type { TransactionProgress } from './transaction-progress';
import type { TransactionTable } from './transaction-table';
import type { TransactionVerifier } from './transaction-verifier';

const HOUR_MS = 3_600_000;
/** After so many bytes of questions the producers get a moment to read them. */
const BYTES_BETWEEN_PAUSES = 8 * 1024 * 1024;
const PAUSE_MS = 100;

export interface TransactionCheckSettings {
  /** Milliseconds of wall time between two rounds. */
  readonly transactionCheckInterval: number;
  /** Age in milliseconds from which a half message is asked about. */
  readonly transactionTimeOut: number;
  readonly transactionCheckMax: number;
  readonly brokerName: string;
}

export interface TransactionCheckDeps {
  readonly clock: Clock;
  readonly logger: Logger;
  readonly settings: TransactionCheckSettings;
  readonly fileReservedHours: () => number;
  readonly messageStore: Pick<
    MessageStore,
    'putMessageAsync' | 'maxOffsetInQueue' | 'messageStoreTimestamp'
  >;
  readonly producerManager: Pick<ProducerManager, 'availableChannel'>;
  readonly reader: HalfQueueReader;
  readonly table: TransactionTable;
  readonly writer: OpMessageWriter;
  readonly progress: TransactionProgress;
  readonly verifier: TransactionVerifier;
  readonly limits: LimitHits;
  readonly counters: BrokerCounters;
  /** What was before this start is known; rounds wait for it. */
  readonly loaded: Promise<void>;
}

/** What a round does with one half message. */
type Decision = 'LEAVE' | 'WAIT_LONGER' | 'ASK' | 'DISCARD';

/**
 * Asks producers about half messages that nobody ended. A message is written again at the end of
 * the half queue before it is asked about, so that neither it nor a silent producer holds up the
 * others; the number of questions stands in it.
 */
export class TransactionCheckService {
  /** Counted for metrics. */
  rounds = 0;
  checked = 0;
  discarded = 0;
  private timer: Timer | undefined;
  /** Whatever writes half messages again, one after the other. */
  private running: Promise<unknown> = Promise.resolve();
  private isStopped = false;
  private askedBytes = 0;

  constructor(private readonly deps: TransactionCheckDeps) {}

  /** Begins with a first round after one interval. */
  start(): void {
    const { clock, settings } = this.deps;
    const dueMs = clock.wallNow() + settings.transactionCheckInterval;
    this.timer = clock.atWall(dueMs, () => {
      void this.round().then(() => {
        if (!this.isStopped) this.start();
      });
    });
  }

  /** Ends after the record at hand. */
  async shutdown(): Promise<void> {
    this.isStopped = true;
    this.timer?.cancel();
    await this.running;
  }

  /** Looks once at everything that is open now. Never rejects. */
  round(): Promise<void> {
    return this.exclusively(() => this.lookAtAll());
  }

  /** Writes an open half message again as one that was never asked about. */
  async putBackUnchecked(half: HalfMessage): Promise<boolean> {
    return this.exclusively(async () => {
      if (!this.isOpen(half.stored.queueOffset)) return false;
      return (await this.putBack(half, 0)) !== undefined;
    });
  }

  private exclusively<T>(task: () => Promise<T>): Promise<T> {
    const result = this.running.then(task);
    this.running = result.catch(() => undefined);
    return result;
  }

  private async lookAtAll(): Promise<void> {
    const { table, messageStore, progress, logger, loaded } = this.deps;
    const topic = SystemTopic.TRANS_HALF_TOPIC;
    try {
      await loaded;
      const end = messageStore.maxOffsetInQueue(topic, HALF_QUEUE_ID);
      let offset = table.halves.nextOpen(table.halves.start, end);
      while (offset < end && !this.isStopped) {
        offset = table.halves.nextOpen(await this.slice(offset, end), end);
      }
      if (this.isStopped) return;
      progress.advance();
      await progress.advanceOp();
    } catch (error) {
      const cause = errorMessageOf(error);
      logger.warn('transactions are not all checked, the next round goes on', { cause });
    }
    this.rounds++;
  }

  /** Checks what one read brings from an open offset on; gives where to go on. */
  private async slice(from: number, end: number): Promise<number> {
    const { reader, table } = this.deps;
    const slice = await reader.read(SystemTopic.TRANS_HALF_TOPIC, from);
    if (!slice) return end;
    const next = Math.min(slice.nextOffset, end);
    const seen = new Set<number>();
    const work: Promise<void>[] = [];
    forEachRecord(slice.parts, (buffer, position) => {
      const record = buffer.subarray(position, position + buffer.readInt32BE(position));
      const half = readableHalf(record);
      if (!half) return;
      const { queueOffset } = half.stored;
      seen.add(queueOffset);
      if (queueOffset < end && this.isOpen(queueOffset)) work.push(this.check(record, half));
    });
    this.closeUnreadable(from, next, seen);
    await Promise.all(work);
    if (this.askedBytes >= BYTES_BETWEEN_PAUSES) await this.pause();
    return Math.max(next, table.halves.start, from + 1);
  }

  private isOpen(offset: number): boolean {
    const { halves } = this.deps.table;
    return offset >= halves.start && halves.get(offset) === HalfState.OPEN;
  }

  private async check(record: Buffer, half: HalfMessage): Promise<void> {
    const decision = await this.decide(half);
    if (decision === 'LEAVE') return;
    const { queueOffset } = half.stored;
    if (await this.deps.verifier.closeIfCommitted(half, queueOffset)) return;
    if (!this.isOpen(queueOffset)) return;
    if (decision === 'DISCARD') await this.discard(half);
    else if (decision === 'WAIT_LONGER') await this.putBack(half, half.checkTimes);
    else await this.ask(record, half);
  }

  private async decide(half: HalfMessage): Promise<Decision> {
    const { stored, immunitySeconds, checkTimes } = half;
    const { settings, clock, fileReservedHours } = this.deps;
    if (!isComplete(half)) return 'DISCARD';
    const ageMs = clock.wallNow() - stored.storeTimestamp;
    if (ageMs > fileReservedHours() * HOUR_MS) return 'DISCARD';
    if (immunitySeconds !== undefined && checkTimes === 0) {
      const fullAgeMs = await this.ageOfRoot(half, ageMs);
      if (fullAgeMs < immunitySeconds * 1000) {
        return ageMs < settings.transactionTimeOut ? 'LEAVE' : 'WAIT_LONGER';
      }
    } else if (!half.isPutBack && ageMs < settings.transactionTimeOut) {
      return 'LEAVE';
    }
    return checkTimes >= settings.transactionCheckMax ? 'DISCARD' : 'ASK';
  }

  /** Time since the producer sent it, by this broker's clock. */
  private async ageOfRoot(half: HalfMessage, ageMs: number): Promise<number> {
    if (half.root === half.stored.queueOffset) return ageMs;
    const storedMs = await this.deps.messageStore.messageStoreTimestamp(
      SystemTopic.TRANS_HALF_TOPIC,
      HALF_QUEUE_ID,
      half.root,
    );
    return storedMs < 0 ? Infinity : this.deps.clock.wallNow() - storedMs;
  }

  private async ask(record: Buffer, half: HalfMessage): Promise<void> {
    const { table } = this.deps;
    const { queueOffset, physicalOffset } = half.stored;
    const checkTimes = half.checkTimes + 1;
    if (!table.canPutBack(half.root)) {
      this.deps.limits.hit('maxPutBackTransactions');
      this.send(record, half, { queueOffset, physicalOffset, checkTimes });
      return;
    }
    const place = await this.putBack(half, checkTimes);
    if (place) this.send(record, half, place);
  }

  /** Where it lies now, undefined when it was ended meanwhile or the store did not take it. */
  private async putBack(half: HalfMessage, checkTimes: number): Promise<HalfPlace | undefined> {
    const { table, messageStore, writer } = this.deps;
    if (!table.canPutBack(half.root)) return undefined;
    const result = await messageStore.putMessageAsync(putBackMessageOf(half, checkTimes));
    if (!isStored(result.status)) {
      if (isIllegal(result)) await this.discard(half);
      return undefined;
    }
    const { queueOffset, physicalOffset } = result;
    const state = table.putBack(half.stored.queueOffset, half.root, queueOffset);
    if (state === HalfState.OPEN) return { queueOffset, physicalOffset, checkTimes };
    if (state !== HalfState.ENDING) writer.add(queueOffset);
    return undefined;
  }

  private send(record: Buffer, half: HalfMessage, place: HalfPlace): void {
    const { producerManager, settings, logger } = this.deps;
    const channel = producerManager.availableChannel(half.producerGroup as string);
    if (!channel) {
      logger.debug('nobody to ask about a transaction', { producerGroup: half.producerGroup });
      return;
    }
    const request = checkTransactionRequest(record, half, place, settings.brokerName);
    this.checked++;
    this.askedBytes += request.body?.length ?? 0;
    channel.connection.invokeOneway(request);
  }

  /** Puts it where an operator finds it; its transaction is over. */
  private async discard(half: HalfMessage): Promise<void> {
    const { messageStore, verifier, table, writer, logger, counters } = this.deps;
    const { queueOffset } = half.stored;
    const wasDiscarded = await verifier.isDiscarded(half);
    if (!this.isOpen(queueOffset)) return;
    if (!wasDiscarded) {
      table.beginEnd(queueOffset, half.root);
      const { status } = await messageStore.putMessageAsync(discardedMessageOf(half));
      if (!isStored(status)) return table.cancelEnd(queueOffset, half.root);
    }
    this.discarded++;
    writer.add(table.end(queueOffset, half.root, HalfState.CLOSED));
    const { realTopic, producerGroup, uniqKey, checkTimes } = half;
    if (realTopic !== undefined) counters.halfEnded(realTopic);
    const keptIn = SystemTopic.TRANS_CHECK_MAX_TIME_TOPIC;
    const fields = { realTopic, producerGroup, uniqKey, checkTimes, queueOffset, keptIn };
    logger.warn('a transaction was given up, its message is kept for an operator', fields);
  }

  /**
   * Damaged or expired half messages must not hold up the others. Which topic they were for is not
   * known any more, so they count as its half messages until the next start.
   */
  private closeUnreadable(from: number, next: number, seen: ReadonlySet<number>): void {
    const { table, writer, logger } = this.deps;
    let count = 0;
    for (let offset = from; offset < next; offset++) {
      if (seen.has(offset) || !this.isOpen(offset)) continue;
      table.halves.set(offset, HalfState.CLOSED);
      writer.add(offset);
      count++;
    }
    if (count === 0) return;
    logger.error('half messages cannot be read and are passed over', { from, next, count });
  }

  private async pause(): Promise<void> {
    this.askedBytes = 0;
    await new Promise<void>((resolve) => this.deps.clock.after(PAUSE_MS, resolve));
  }
}

function readableHalf(record: Buffer): HalfMessage | undefined {
  try {
    return readHalfMessage(record);
  } catch {
    return undefined;
  }
}

function isComplete(half: HalfMessage): boolean {
  return (
    half.realTopic !== undefined &&
    half.realQueueId !== undefined &&
    half.producerGroup !== undefined
  );
}

function isIllegal({ status }: PutMessageResult): boolean {
  return (
    status === PutMessageStatus.MESSAGE_ILLEGAL ||
    status === PutMessageStatus.PROPERTIES_SIZE_EXCEEDED
  );
}
