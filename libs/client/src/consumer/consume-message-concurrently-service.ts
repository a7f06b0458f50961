import { errorMessageOf, type Timer } from '@rocket-nest/common';
import { realSetImmediate } from '@rocket-nest/common/internal';
import { describeMessageQueue } from '../route/message-queues';
import { Fifo } from '../support/fifo';
import { isPromiseLike } from '../support/promise-like';
import { retryPause } from '../support/retry-pause';
import type { CachedMessage } from './cached-message';
import { ConsumeCalls, returnTypeOf, type ConsumeCall } from './consume-calls';
import type { ConsumeService } from './consume-service';
import type { ConsumerRuntime } from './consumer-runtime';
import { IdleWaiters } from './idle-waiters';
import {
  ConsumeConcurrentlyStatus,
  type ConsumeConcurrentlyContext,
  type MessageListenerConcurrently,
} from './message-listener';
import { DELAY_LEVEL_DLQ, type MessageSendBack } from './message-send-back';
import type { ProcessQueue } from './process-queue';

/** Messages for one listener call. */
interface Batch {
  readonly queue: ProcessQueue;
  readonly entries: readonly CachedMessage[];
  startedAtMs: number;
  /** Set once the listener is called. */
  call: ConsumeCall | undefined;
}

/** Listeners that answer at once hold the event loop no longer than this. */
const SLICE_MS = 10;
/** Pause before messages that could not be sent back are delivered again. */
const LOCAL_RETRY_MS = 5000;
/** Delay level of messages whose call took too long. */
const TIMEOUT_DELAY_LEVEL = 3;
const LONGEST_TIMEOUT_CHECK_MS = 60_000;

/**
 * Runs up to `concurrency` listener calls at a time over all queues, in the order of arrival. Waiting
 * batches are bounded by the pull thresholds of the queues.
 */
export class ConsumeMessageConcurrentlyService implements ConsumeService {
  private readonly waiting = new Fifo<Batch>();
  /** Of suspended topics; bounded as `waiting` is. */
  private held: Batch[] = [];
  private readonly running = new Set<Batch>();
  private readonly idle = new IdleWaiters((queue) => this.isIdle(queue));
  private readonly calls: ConsumeCalls;
  private timeoutTimer: Timer | undefined;
  private dispatching = false;
  private stopped = false;

  constructor(
    private readonly runtime: ConsumerRuntime,
    private readonly listener: MessageListenerConcurrently,
    private readonly sendBack: Pick<MessageSendBack, 'sendBack'>,
  ) {
    this.calls = new ConsumeCalls(runtime);
  }

  start(): void {
    const { settings, clock } = this.runtime;
    if (settings.messageModel === 'BROADCASTING') return;
    const everyMs = Math.min(Math.max(settings.consumeTimeoutMs / 4, 1), LONGEST_TIMEOUT_CHECK_MS);
    this.timeoutTimer = clock.every(everyMs, () => this.giveUpLateCalls());
  }

  stop(): void {
    this.stopped = true;
    this.timeoutTimer?.cancel();
  }

  resume(): void {
    for (const batch of this.held.splice(0)) this.waiting.push(batch);
    this.dispatch();
  }

  whenIdle(queue?: ProcessQueue): Promise<void> {
    return this.idle.wait(queue);
  }

  submit(queue: ProcessQueue, added: readonly CachedMessage[]): void {
    const size = this.runtime.settings.consumeMessageBatchMaxSize;
    const decodable = added.filter((entry) => !entry.undecodable);
    for (let start = 0; start < decodable.length; start += size) {
      this.enqueue(queue, decodable.slice(start, start + size));
    }
    const damaged = added.filter((entry) => entry.undecodable);
    if (damaged.length > 0) this.enqueue(queue, damaged);
    this.dispatch();
  }

  private enqueue(queue: ProcessQueue, entries: readonly CachedMessage[]): void {
    this.waiting.push({ queue, entries, startedAtMs: 0, call: undefined });
  }

  private isIdle(queue: ProcessQueue | undefined): boolean {
    if (!queue) return this.running.size === 0;
    for (const batch of this.running) if (batch.queue === queue) return false;
    return true;
  }

  private dispatch(): void {
    if (this.dispatching) return;
    this.dispatching = true;
    const { clock, settings } = this.runtime;
    const sliceEndMs = clock.monotonicNow() + SLICE_MS;
    while (!this.stopped && this.running.size < settings.concurrency) {
      const batch = this.waiting.shift();
      if (!batch) break;
      if (batch.queue.dropped) continue;
      if (this.runtime.suspendedTopics.has(batch.queue.messageQueue.topic)) {
        this.held.push(batch);
        continue;
      }
      this.run(batch);
      if (clock.monotonicNow() > sliceEndMs) {
        realSetImmediate(() => this.dispatch());
        break;
      }
    }
    this.dispatching = false;
  }

  private run(batch: Batch): void {
    const nowMs = this.runtime.clock.monotonicNow();
    const { queue, entries } = batch;
    batch.startedAtMs = nowMs;
    queue.lastConsumeMs = nowMs;
    this.running.add(batch);
    const context: ConsumeConcurrentlyContext = {
      messageQueue: queue.messageQueue,
      delayLevelWhenNextConsume: 0,
      ackIndex: entries.length - 1,
    };
    if (entries[0]?.undecodable) {
      context.delayLevelWhenNextConsume = DELAY_LEVEL_DLQ;
      this.finished(batch, context, 'RECONSUME_LATER');
      return;
    }
    const messages = entries.map((entry) => entry.message);
    batch.call = this.calls.begin(queue, messages);
    try {
      const status = this.listener.consumeConcurrently(messages, context);
      if (!isPromiseLike(status)) this.finished(batch, context, status);
      else {
        status.then(
          (value) => this.finished(batch, context, value),
          (error: unknown) => this.threw(batch, context, error),
        );
      }
    } catch (error) {
      this.threw(batch, context, error);
    }
  }

  private threw(batch: Batch, context: ConsumeConcurrentlyContext, error: unknown): void {
    this.runtime.logger.warn(
      `the listener of ${this.runtime.consumerGroup} threw on ${describe(batch)}: ` +
        errorMessageOf(error),
    );
    this.finished(batch, context, 'RECONSUME_LATER', error ?? new Error('nothing was thrown'));
  }

  private finished(
    batch: Batch,
    context: ConsumeConcurrentlyContext,
    status: ConsumeConcurrentlyStatus,
    error?: unknown,
  ): void {
    if (!this.running.has(batch)) return; // it was given up before
    if (!(status in ConsumeConcurrentlyStatus)) this.warnOfStatus(batch, status);
    const done = status === 'CONSUME_SUCCESS' ? context.ackIndex + 1 : 0;
    const { failures } = context;
    const failed =
      done > 0 && failures
        ? batch.entries.filter((_, index) => index >= done || failures.has(index))
        : batch.entries.slice(Math.max(0, done));
    const returnType = returnTypeOf(status === 'CONSUME_SUCCESS', status, error);
    if (batch.call) {
      this.calls.end(batch.call, batch.entries.length - failed.length, returnType, error);
    }
    if (failed.length === 0) {
      this.commit(batch.queue, batch.entries);
      this.end(batch);
    } else if (this.runtime.settings.messageModel === 'BROADCASTING') {
      this.runtime.logger.warn(`broadcasting: ${describe(batch)} failed and is not tried again`);
      this.commit(batch.queue, batch.entries);
      this.end(batch);
    } else {
      const delayLevelOf = (entry: CachedMessage): number =>
        (status === 'CONSUME_SUCCESS' && failures?.get(batch.entries.indexOf(entry))) ||
        context.delayLevelWhenNextConsume;
      void this.retryLater(batch, failed, delayLevelOf).then(() => this.end(batch));
    }
  }

  private warnOfStatus(batch: Batch, status: unknown): void {
    this.runtime.logger.warn(
      `the listener of ${this.runtime.consumerGroup} returned ${String(status)} for ` +
        `${describe(batch)}, which counts as RECONSUME_LATER: return CONSUME_SUCCESS when it is done`,
    );
  }

  /** Gives failed messages back; those that the broker does not take are delivered again from here. */
  private async retryLater(
    { queue, entries }: Batch,
    failed: readonly CachedMessage[],
    delayLevelOf: (entry: CachedMessage) => number,
  ): Promise<void> {
    if (queue.abandoned) return;
    const taken = await Promise.all(
      failed.map((entry) => this.sendBack.sendBack(entry, delayLevelOf(entry))),
    );
    const kept = failed.filter((_, index) => !taken[index]);
    this.commit(
      queue,
      kept.length === 0 ? entries : entries.filter((entry) => !kept.includes(entry)),
    );
    if (kept.length === 0) return;
    for (const { message } of kept) message.reconsumeTimes++;
    retryPause(this.runtime.clock, LOCAL_RETRY_MS, () => this.submit(queue, kept));
  }

  private commit(queue: ProcessQueue, entries: readonly CachedMessage[]): void {
    const offset = queue.removeMessages(entries);
    if (offset < 0 || queue.abandoned) return;
    this.runtime.offsetStore.update(queue.messageQueue, offset, true);
  }

  private end(batch: Batch): void {
    this.running.delete(batch);
    this.idle.check();
    this.dispatch();
  }

  /** A call that takes too long no longer counts, and its messages go to be consumed elsewhere. */
  private giveUpLateCalls(): void {
    const { clock, settings, logger, consumerGroup } = this.runtime;
    const startedBefore = clock.monotonicNow() - settings.consumeTimeoutMs;
    for (const batch of [...this.running]) {
      if (batch.startedAtMs >= startedBefore) continue;
      logger.warn(
        `the listener of ${consumerGroup} took more than ${settings.consumeTimeoutMs} ms for ` +
          `${describe(batch)}: the messages are sent back`,
      );
      this.running.delete(batch);
      if (batch.call) this.calls.end(batch.call, 0, 'TIME_OUT');
      void this.retryLater(batch, batch.entries, () => TIMEOUT_DELAY_LEVEL).then(() =>
        this.end(batch),
      );
    }
  }
}

function describe({ queue, entries }: Batch): string {
  const ids = entries.map((entry) => entry.message.msgId).join(', ');
  return `message ${ids} of ${describeMessageQueue(queue.messageQueue)}`;
}
