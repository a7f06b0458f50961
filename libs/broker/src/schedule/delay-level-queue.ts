import { SystemTopic, errorMessageOf } from '@rocket-nest/common';
import type { Clock, Logger, Timer } from '@rocket-nest/common';
import { realSetImmediate } from '@rocket-nest/common/internal';
import { GetMessageStatus, PutMessageStatus } from '@rocket-nest/store';
import type { GetMessageResult, MessageStore, PutMessageResult } from '@rocket-nest/store';
import { readStoredMessage } from '../messages/stored-message';
import type { StoredMessage } from '../messages/stored-message';
import { deliveredMessageOf } from './delivered-message';

/** Most messages and bytes delivered in one go, so that the event loop is never held for long. */
const SLICE_MESSAGES = 64;
const SLICE_BYTES = 1_048_576;

/** Wait before a delivery that the store refused is tried again. */
const RETRY_DELAY_MS = 500;

export interface DelayLevelQueueDeps {
  readonly clock: Clock;
  readonly logger: Logger;
  readonly messageStore: Pick<MessageStore, 'getMessage' | 'putMessage'>;
  /** Told when messages up to, not including, the offset are delivered. */
  readonly onProgress: (level: number, offset: number) => void;
}

/**
 * One queue of the schedule topic, which is one delay level: its messages come due in the order of
 * the queue. The offset moves only behind messages whose delivered copy the store acknowledged.
 */
export class DelayLevelQueue {
  /** Messages behind `offset` that are delivered while one before them still is not. */
  private readonly deliveredAhead = new Set<number>();
  private timer: Timer | undefined;
  private isRunning = false;
  private isBusy = false;
  private looksNow = false;
  private storedMeanwhile = false;
  private onIdle: (() => void) | undefined;

  constructor(
    readonly level: number,
    private readonly delayMs: number,
    private offset: number,
    private readonly deps: DelayLevelQueueDeps,
  ) {}

  /** Whether it delivers, or is about to look for what is due. */
  get isDelivering(): boolean {
    return this.isBusy || this.looksNow;
  }

  start(): void {
    this.isRunning = true;
    this.look();
  }

  /** A message of this level was stored. */
  notify(dueMs: number): void {
    if (this.isBusy) this.storedMeanwhile = true;
    else if (this.isRunning && !this.timer) this.lookAt(dueMs);
  }

  /** Begins nothing more; resolves when what was begun has ended. */
  shutdown(): Promise<void> {
    this.isRunning = false;
    this.timer?.cancel();
    this.timer = undefined;
    if (!this.isBusy) return Promise.resolve();
    return new Promise((resolve) => (this.onIdle = resolve));
  }

  private look(): void {
    if (!this.isRunning || this.isBusy) return;
    this.isBusy = true;
    this.storedMeanwhile = false;
    try {
      const result = this.deps.messageStore.getMessage({
        group: 'SCHEDULE_CONSUMER',
        topic: SystemTopic.SCHEDULE_TOPIC,
        queueId: this.level - 1,
        offset: this.offset,
        maxMsgNums: SLICE_MESSAGES,
        maxTotalBytes: SLICE_BYTES,
      });
      if ('then' in result) {
        result.then((read) => this.handle(read)).catch((error: unknown) => this.failed(error));
      } else {
        this.handle(result);
      }
    } catch (error) {
      this.failed(error);
    }
  }

  private handle(result: GetMessageResult): void {
    switch (result.status) {
      case GetMessageStatus.FOUND:
        return this.deliverDue(result);
      case GetMessageStatus.OFFSET_OVERFLOW_BADLY:
        return this.jumpTo(result.maxOffset);
      case GetMessageStatus.OFFSET_TOO_SMALL:
        return this.jumpTo(result.minOffset);
      case GetMessageStatus.MESSAGE_WAS_REMOVING:
      case GetMessageStatus.NO_MATCHED_MESSAGE:
      case GetMessageStatus.OFFSET_FOUND_NULL:
        if (result.nextBeginOffset > this.offset) return this.jumpTo(result.nextBeginOffset);
        return this.rest();
      default:
        return this.rest();
    }
  }

  private deliverDue(result: GetMessageResult): void {
    const due: StoredMessage[] = [];
    const nowMs = this.deps.clock.wallNow();
    let waitUntilMs: number | undefined;
    let nextOffset = this.offset;
    for (const stored of recordsOf(result)) {
      const dueMs = this.dueMsOf(stored, nowMs);
      if (dueMs > nowMs) {
        waitUntilMs = dueMs;
        break;
      }
      if (!this.deliveredAhead.has(stored.queueOffset)) due.push(stored);
      nextOffset = stored.queueOffset + 1;
    }
    if (waitUntilMs === undefined) nextOffset = result.nextBeginOffset;
    if (due.length > 0) return this.deliver(due, nextOffset);
    this.advance(nextOffset);
    this.rest(waitUntilMs ?? nowMs);
  }

  /** A clock that was set back must not make a message wait longer than its delay. */
  private dueMsOf(stored: StoredMessage, nowMs: number): number {
    const dueMs = stored.storeTimestamp + this.delayMs;
    return dueMs > nowMs + this.delayMs ? nowMs : dueMs;
  }

  private deliver(due: readonly StoredMessage[], nextOffset: number): void {
    let waiting = due.length;
    let firstFailed = nextOffset;
    const onPut = (stored: StoredMessage, isDone: boolean): void => {
      if (isDone) this.deliveredAhead.add(stored.queueOffset);
      else firstFailed = Math.min(firstFailed, stored.queueOffset);
      if (--waiting > 0) return;
      this.advance(firstFailed);
      if (firstFailed === nextOffset) this.rest(this.deps.clock.wallNow());
      else this.retryLater();
    };
    for (const stored of due) this.deliverOne(stored, onPut);
  }

  private deliverOne(
    stored: StoredMessage,
    onPut: (stored: StoredMessage, isDone: boolean) => void,
  ): void {
    const message = deliveredMessageOf(stored);
    if (!message) {
      this.deps.logger.error('a delayed message does not say where it belongs and is passed over', {
        level: this.level,
        queueOffset: stored.queueOffset,
        physicalOffset: stored.physicalOffset,
      });
      return onPut(stored, true);
    }
    this.deps.messageStore.putMessage(message, {
      onPut: (result) => onPut(stored, this.isDone(stored, result)),
    });
  }

  private isDone(stored: StoredMessage, result: PutMessageResult): boolean {
    switch (result.status) {
      case PutMessageStatus.PUT_OK:
      case PutMessageStatus.FLUSH_DISK_TIMEOUT:
      case PutMessageStatus.FLUSH_SLAVE_TIMEOUT:
      case PutMessageStatus.SLAVE_NOT_AVAILABLE:
        return true;
      case PutMessageStatus.MESSAGE_ILLEGAL:
      case PutMessageStatus.PROPERTIES_SIZE_EXCEEDED:
        this.deps.logger.error('a delayed message can never be stored and is passed over', {
          level: this.level,
          queueOffset: stored.queueOffset,
          physicalOffset: stored.physicalOffset,
          status: result.status,
          problem: result.problem,
        });
        return true;
      default:
        return false;
    }
  }

  private advance(offset: number): void {
    if (offset <= this.offset) return;
    this.offset = offset;
    for (const delivered of this.deliveredAhead) {
      if (delivered < offset) this.deliveredAhead.delete(delivered);
    }
    this.deps.onProgress(this.level, offset);
  }

  /** The offset lies outside the queue: messages expired before they were delivered, or were lost. */
  private jumpTo(offset: number): void {
    if (offset === this.offset) return this.rest();
    this.deps.logger.warn('the offset of a delay level is corrected', {
      level: this.level,
      from: this.offset,
      to: offset,
    });
    this.offset = offset;
    this.deliveredAhead.clear();
    this.deps.onProgress(this.level, offset);
    this.rest(this.deps.clock.wallNow());
  }

  private failed(error: unknown): void {
    this.deps.logger.error('delayed messages could not be read, it is tried again', {
      level: this.level,
      offset: this.offset,
      error: errorMessageOf(error),
    });
    this.retryLater();
  }

  private retryLater(): void {
    this.endWork();
    if (!this.isRunning) return;
    this.timer = this.deps.clock.after(RETRY_DELAY_MS, () => this.onTimer());
  }

  /** Ends this slice of work; looks again at `dueMs`, without it when a message is stored. */
  private rest(dueMs?: number): void {
    this.endWork();
    if (!this.isRunning) return;
    if (this.storedMeanwhile) this.lookAt(this.deps.clock.wallNow());
    else if (dueMs !== undefined) this.lookAt(dueMs);
  }

  private endWork(): void {
    this.isBusy = false;
    this.onIdle?.();
    this.onIdle = undefined;
  }

  private lookAt(dueMs: number): void {
    if (dueMs > this.deps.clock.wallNow()) {
      this.timer = this.deps.clock.atWall(dueMs, () => this.onTimer());
      return;
    }
    this.timer = { cancel: () => undefined };
    this.looksNow = true;
    realSetImmediate(() => this.onTimer());
  }

  private onTimer(): void {
    this.looksNow = false;
    this.timer = undefined;
    this.look();
  }
}

function* recordsOf(result: GetMessageResult): Generator<StoredMessage> {
  const [first] = result.parts;
  const bytes = result.parts.length === 1 && first ? first : Buffer.concat([...result.parts]);
  for (let at = 0; at < bytes.length;) {
    const stored = readStoredMessage(bytes, at);
    yield stored;
    at += stored.sizeBytes;
  }
}
