import type { Clock, Logger } from '@rocket-nest/common';
import type { EventLoopTurn, TurnTask } from '@rocket-nest/common/internal';
import type {
  HostAddress,
  MessageStore,
  PutMessageCallback,
  PutMessageResult,
} from '@rocket-nest/store';
import { isStored } from '../processors/put-status-answer';
import { opMessageOf } from './transaction-messages';

/** Told when the op message that names its half message is stored, or could not be. */
export interface OpWaiter {
  onOpStored(isStored: boolean): void;
}

export interface OpMessageWriterDeps {
  readonly clock: Clock;
  readonly logger: Logger;
  readonly turn: EventLoopTurn;
  readonly messageStore: Pick<MessageStore, 'putMessage'>;
  readonly storeHost: () => HostAddress;
  /** Write at the end of every turn of the event loop, for a store without an index. */
  readonly writesEveryTurn: boolean;
  /** Bytes of offsets after which an op message is written without waiting for the interval. */
  readonly maxOpBytes: number;
  /** An op message is stored, and the greatest half offset it names. */
  readonly onOpMessage: (opQueueOffset: number, maxHalfOffset: number) => void;
}

/** Half offsets that wait for the store; past it transactions are not ended. */
export const MAX_PENDING_OP_OFFSETS = 1_000_000;

/** The op messages of one flush; who waits for one of them waits for all. */
interface FlushGroup {
  readonly waiters: readonly OpWaiter[];
  unanswered: number;
  isStored: boolean;
}

/**
 * Writes down which half messages are done with. Names are collected and written together; what is
 * collected is in memory only, and whoever cannot bear its loss waits for it.
 */
export class OpMessageWriter implements TurnTask {
  /** Half offsets handed over. */
  added = 0;
  /** Those of them that are stored. */
  stored = 0;
  /** Op messages that the store refused; their offsets are written again later. */
  failures = 0;
  private pending: number[] = [];
  private pendingBytes = 0;
  private waiters: OpWaiter[] = [];
  private inFlight = 0;
  private isDeferred = false;
  private onIdle: (() => void) | undefined;

  constructor(private readonly deps: OpMessageWriterDeps) {}

  get isFull(): boolean {
    return this.pending.length >= MAX_PENDING_OP_OFFSETS;
  }

  /** Names a half message in one of the next op messages. */
  add(halfOffset: number): void {
    this.added++;
    this.pending.push(halfOffset);
    this.pendingBytes += digitsOf(halfOffset) + 1;
    if (this.pendingBytes >= this.deps.maxOpBytes) this.flush();
    else if (this.deps.writesEveryTurn) this.flushAtTurnEnd();
  }

  /** Names it at the end of this turn of the event loop; `waiter` is told. */
  addNow(halfOffset: number, waiter: OpWaiter): void {
    this.waiters.push(waiter);
    this.flushAtTurnEnd();
    this.add(halfOffset);
  }

  runAtTurnEnd(): void {
    this.isDeferred = false;
    this.flush();
  }

  /** Writes all that is collected. */
  flush(): void {
    const { pending, waiters } = this;
    if (pending.length === 0) return;
    this.pending = [];
    this.pendingBytes = 0;
    this.waiters = [];
    const batches = this.inBatches(pending);
    const group: FlushGroup = { waiters, unanswered: batches.length, isStored: true };
    for (const batch of batches) this.write(batch, group);
  }

  /** Writes all that is collected and resolves when the store has answered. */
  drain(): Promise<void> {
    this.flush();
    if (this.inFlight === 0) return Promise.resolve();
    return new Promise((resolve) => (this.onIdle = resolve));
  }

  private flushAtTurnEnd(): void {
    if (this.isDeferred) return;
    this.isDeferred = true;
    this.deps.turn.deferCommit(this);
  }

  private inBatches(offsets: readonly number[]): number[][] {
    const batches: number[][] = [];
    let bytes = Infinity;
    for (const offset of offsets) {
      if (bytes >= this.deps.maxOpBytes) {
        batches.push([]);
        bytes = 0;
      }
      batches[batches.length - 1].push(offset);
      bytes += digitsOf(offset) + 1;
    }
    return batches;
  }

  private write(offsets: readonly number[], group: FlushGroup): void {
    const { messageStore, clock, storeHost } = this.deps;
    this.inFlight++;
    const callback: PutMessageCallback = {
      onPut: (result) => this.onPut(offsets, group, result),
    };
    messageStore.putMessage(opMessageOf(offsets, clock.wallNow(), storeHost()), callback);
  }

  private onPut(offsets: readonly number[], group: FlushGroup, result: PutMessageResult): void {
    this.inFlight--;
    if (isStored(result.status)) {
      this.stored += offsets.length;
      this.deps.onOpMessage(result.queueOffset, Math.max(...offsets));
    } else {
      group.isStored = false;
      this.failures++;
      this.keep(offsets);
      const { status, problem } = result;
      const message = 'an op message was not stored, it is written again';
      this.deps.logger.warn(message, { status, problem });
    }
    if (--group.unanswered === 0) {
      for (const waiter of group.waiters) waiter.onOpStored(group.isStored);
    }
    if (this.inFlight > 0) return;
    this.onIdle?.();
    this.onIdle = undefined;
  }

  /** Puts them first again; the next interval writes them, not the next addition. */
  private keep(offsets: readonly number[]): void {
    this.pending = [...offsets, ...this.pending];
  }
}

/** Decimal digits of a whole number from 0. */
function digitsOf(value: number): number {
  let digits = 1;
  for (let rest = value; rest >= 10; rest = Math.floor(rest / 10)) digits++;
  return digits;
}
