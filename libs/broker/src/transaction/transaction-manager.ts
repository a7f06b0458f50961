import { strict as assert } from 'node:assert';
import { MessageSysFlag, SystemTopic, errorMessageOf } from '@rocket-nest/common';
import type { Clock, Logger, Timer } from '@rocket-nest/common';
import type { EventLoopTurn } from '@rocket-nest/common/internal';
import type { LimitHits } from '@rocket-nest/remoting';
import type { EndTransactionRequest } from '@rocket-nest/remoting/internal';
import type {
  HostAddress,
  MessageExtBrokerInner,
  MessageStore,
  PutMessageCallback,
} from '@rocket-nest/store';
import type { BrokerCounters } from '../broker-counters';
import { BrokerError } from '../broker-error';
import type { ProducerManager } from '../client/producer-manager';
import type { ConsumerOffsetManager } from '../offset/consumer-offset-manager';
import { CommittedMessageFinder } from './committed-message-finder';
import { HalfMessagePreparer, MAX_HALF_SPAN } from './half-message-preparer';
import { HalfQueueReader } from './half-queue-reader';
import { MAX_PENDING_OP_OFFSETS, OpMessageWriter } from './op-message-writer';
import { ResumedCheck } from './resumed-check';
import { TransactionCheckService } from './transaction-check-service';
import type { TransactionCheckSettings } from './transaction-check-service';
import { TransactionEnder } from './transaction-ender';
import { TransactionLoader } from './transaction-loader';
import { HALF_QUEUE_ID } from './transaction-messages';
import { TransactionProgress } from './transaction-progress';
import { MAX_PUT_BACK_TRANSACTIONS, TransactionTable } from './transaction-table';
import { TransactionVerifier } from './transaction-verifier';
import type {
  EndTransactionCallback,
  TransactionOutcome,
  TransactionalMessageService,
} from './transactional-message-service';

/** Wait after a failure to read the transactions of the time before this start. */
const LOAD_RETRY_MS = 1_000;

export interface TransactionSettings extends TransactionCheckSettings {
  readonly transactionOpMsgMaxSize: number;
  readonly transactionOpBatchInterval: number;
}

export interface TransactionManagerDeps {
  readonly clock: Clock;
  readonly logger: Logger;
  readonly turn: EventLoopTurn;
  readonly limits: LimitHits & { declare?(name: string, max: number, behaviour: string): number };
  readonly counters: BrokerCounters;
  readonly settings: TransactionSettings;
  readonly fileReservedHours: () => number;
  readonly maxDelayLevel: number;
  readonly messageStore: MessageStore;
  readonly consumerOffsetManager: ConsumerOffsetManager;
  readonly producerManager: Pick<ProducerManager, 'availableChannel'>;
  /** Valid once the ports are open. */
  readonly storeHost: () => HostAddress;
}

/** The parts of the transactions of one broker run. */
interface TransactionParts {
  readonly loader: TransactionLoader;
  readonly table: TransactionTable;
  readonly writer: OpMessageWriter;
  readonly reader: HalfQueueReader;
  readonly progress: TransactionProgress;
  readonly preparer: HalfMessagePreparer;
  readonly ender: TransactionEnder;
  readonly check: TransactionCheckService;
  readonly resumed: ResumedCheck;
}

/**
 * The transactions of a broker: half messages, their ends, and the questions about those that do
 * not end. What is committed and what is rolled back stands in the commit log alone; the table in
 * memory is made from it at every start.
 */
export class TransactionManager implements TransactionalMessageService {
  private parts: TransactionParts | undefined;
  private timer: Timer | undefined;
  private retryTimer: Timer | undefined;
  private isStopped = false;
  private isLoaded = false;
  private onLoaded: () => void = () => undefined;
  private onNeverLoaded: (error: Error) => void = () => undefined;
  private readonly loaded = new Promise<void>((resolve, reject) => {
    this.onLoaded = resolve;
    this.onNeverLoaded = reject;
  });

  constructor(private readonly deps: TransactionManagerDeps) {
    const { limits } = deps;
    this.loaded.catch(() => undefined);
    const refused = 'half messages are refused';
    limits.declare?.('maxHalfSpan', MAX_HALF_SPAN, refused);
    limits.declare?.('maxPendingOpOffsets', MAX_PENDING_OP_OFFSETS, 'transactions are not ended');
    const where = 'further ones are asked about where they lie';
    limits.declare?.('maxPutBackTransactions', MAX_PUT_BACK_TRANSACTIONS, where);
  }

  /** Counted since the start, for metrics. */
  get committed(): number {
    return this.parts?.ender.committed ?? 0;
  }

  get rolledBack(): number {
    return this.parts?.ender.rolledBack ?? 0;
  }

  /** Rounds of checks that have ended. */
  get rounds(): number {
    return this.parts?.check.rounds ?? 0;
  }

  /** Questions to producers. */
  get checked(): number {
    return this.parts?.check.checked ?? 0;
  }

  /** Given up and kept in TRANS_CHECK_MAX_TIME_TOPIC. */
  get discarded(): number {
    return this.parts?.check.discarded ?? 0;
  }

  /** To be called when the store and the consumer offsets are loaded; reads nothing yet. */
  load(): void {
    assert(this.parts === undefined, 'transactions are loaded once');
    this.parts = this.createParts();
  }

  /** Begins to read what was before this start, and then to check. */
  start(): void {
    const { writer, progress, check } = this.loadedParts();
    this.timer = this.deps.clock.every(this.deps.settings.transactionOpBatchInterval, () => {
      if (this.isLoaded) progress.advance();
      else writer.flush();
    });
    check.start();
    void this.readBacklog();
  }

  /** Ends what is under way and writes the op messages; the store must still be open. */
  async shutdown(): Promise<void> {
    this.isStopped = true;
    this.timer?.cancel();
    this.retryTimer?.cancel();
    const { parts } = this;
    if (!parts) return;
    this.onNeverLoaded(new BrokerError('STOPPING', 'the broker is shutting down'));
    await parts.check.shutdown();
    await parts.ender.settled();
    await parts.writer.drain();
    if (this.isLoaded) parts.progress.advance();
  }

  prepareMessage(message: MessageExtBrokerInner, callback: PutMessageCallback): void {
    this.loadedParts().preparer.prepare(message, callback);
  }

  endTransaction(request: EndTransactionRequest, callback: EndTransactionCallback): void {
    this.loadedParts().ender.end(request, callback);
  }

  resumeCheck(physicalOffset: number): Promise<TransactionOutcome> {
    return this.loadedParts().resumed.resume(physicalOffset);
  }

  private loadedParts(): TransactionParts {
    assert(this.parts, 'transactions are loaded before they are used');
    return this.parts;
  }

  private async readBacklog(): Promise<void> {
    const parts = this.loadedParts();
    const { logger, clock } = this.deps;
    try {
      await parts.loader.load();
      this.isLoaded = true;
      this.onLoaded();
    } catch (error) {
      if (this.isStopped) return;
      const cause = errorMessageOf(error);
      logger.warn('transactions of the time before the start cannot be read yet', { cause });
      this.retryTimer = clock.after(LOAD_RETRY_MS, () => void this.readBacklog());
    }
  }

  private createParts(): TransactionParts {
    const { deps } = this;
    const { messageStore, clock, settings } = deps;
    let ownHost: HostAddress | undefined;
    const storeHost = (): HostAddress => (ownHost ??= deps.storeHost());
    const { TRANS_HALF_TOPIC, TRANS_OP_HALF_TOPIC } = SystemTopic;
    const halfEnd = messageStore.maxOffsetInQueue(TRANS_HALF_TOPIC, HALF_QUEUE_ID);
    const table = new TransactionTable(TransactionProgress.startOf(deps, TRANS_HALF_TOPIC));
    const opFrom = TransactionProgress.startOf(deps, TRANS_OP_HALF_TOPIC);
    const opEnd = messageStore.maxOffsetInQueue(TRANS_OP_HALF_TOPIC, HALF_QUEUE_ID);
    const writer: OpMessageWriter = new OpMessageWriter({
      ...deps,
      storeHost,
      maxOpBytes: settings.transactionOpMsgMaxSize,
      // Without an index nobody finds a commit again whose op message was lost.
      writesEveryTurn: !messageStore.config.messageIndexEnable,
      onOpMessage: (opOffset, halfOffset) => progress.noteOpMessage(opOffset, halfOffset),
    });
    const reader = new HalfQueueReader({ clock, messageStore });
    const progress = new TransactionProgress({ ...deps, table, writer });
    const finder = new CommittedMessageFinder(messageStore);
    const verifier = new TransactionVerifier({
      ...deps,
      table,
      writer,
      finder,
      epochStart: halfEnd,
    });
    const shared = { ...deps, storeHost, table, writer, reader, progress, finder, verifier };
    const ender = new TransactionEnder({ ...shared, loaded: this.loaded });
    const check = new TransactionCheckService({ ...shared, loaded: this.loaded });
    return {
      loader: new TransactionLoader(shared, { halfEnd, opFrom, opEnd }),
      table,
      writer,
      reader,
      progress,
      preparer: new HalfMessagePreparer(shared),
      ender,
      check,
      resumed: new ResumedCheck({ ...shared, check, loaded: this.loaded }),
    };
  }
}

/** True for the two values of `commitOrRollback` that decide something. */
export function isDecision(commitOrRollback: number): boolean {
  return (
    commitOrRollback === MessageSysFlag.TRANSACTION_COMMIT_TYPE ||
    commitOrRollback === MessageSysFlag.TRANSACTION_ROLLBACK_TYPE
  );
}
