import { errorMessageOf, type Timer } from '@rocket-nest/common';
import { realSetImmediate } from '@rocket-nest/common/internal';
import { describeMessageQueue } from '../route/message-queues';
import { Fifo } from '../support/fifo';
import { isPromiseLike } from '../support/promise-like';
import { retryPause } from '../support/retry-pause';
import type { CachedMessage } from './cached-message';
import { ConsumeCalls, returnTypeOf, type ConsumeCall } from './consume-calls';
import type { ConsumeService } from './consume-service';
import { needsQueueLocks, type ConsumerRuntime } from './consumer-runtime';
import { IdleWaiters } from './idle-waiters';
import {
  ConsumeOrderlyStatus,
  type ConsumeOrderlyContext,
  type MessageListenerOrderly,
} from './message-listener';
import { DELAY_LEVEL_DLQ, type MessageSendBack } from './message-send-back';
import type { ProcessQueue } from './process-queue';

/** Listeners that answer at once hold the event loop no longer than this. */
const SLICE_MS = 10;
/** Pause before looking again whether the broker's lock is back. */
const LOCK_PAUSE_MS = 1000;
/** Shortest and longest pause that a listener may ask for. */
const SUSPEND_MIN_MS = 10;
const SUSPEND_MAX_MS = 30_000;

/**
 * Runs one listener call at a time for each queue, and up to `concurrency` over all queues, which
 * take turns. A clustering queue is only consumed while its broker lock is trusted.
 */
export class ConsumeMessageOrderlyService implements ConsumeService {
  private readonly ready = new Fifo<ProcessQueue>();
  /** Queues that wait for their turn, run, or pause. */
  private readonly busy = new Set<ProcessQueue>();
  private readonly running = new Set<ProcessQueue>();
  /** Those of suspended topics among the busy ones. */
  private readonly held = new Set<ProcessQueue>();
  private readonly pauses = new Map<ProcessQueue, Timer>();
  private readonly idle = new IdleWaiters((queue) =>
    queue ? !this.running.has(queue) : this.running.size === 0,
  );
  private readonly locked: boolean;
  private readonly calls: ConsumeCalls;
  private dispatching = false;
  private stopped = false;

  constructor(
    private readonly runtime: ConsumerRuntime,
    private readonly listener: MessageListenerOrderly,
    private readonly sendBack: Pick<MessageSendBack, 'sendBack'>,
  ) {
    this.locked = needsQueueLocks(runtime);
    this.calls = new ConsumeCalls(runtime);
  }

  start(): void {}

  stop(): void {
    this.stopped = true;
    for (const pause of this.pauses.values()) pause.cancel();
    this.pauses.clear();
  }

  resume(): void {
    for (const queue of this.held) this.ready.push(queue);
    this.held.clear();
    this.dispatch();
  }

  whenIdle(queue?: ProcessQueue): Promise<void> {
    return this.idle.wait(queue);
  }

  submit(queue: ProcessQueue): void {
    if (this.busy.has(queue)) return;
    this.busy.add(queue);
    this.ready.push(queue);
    this.dispatch();
  }

  private dispatch(): void {
    if (this.dispatching) return;
    this.dispatching = true;
    const { clock, settings } = this.runtime;
    const sliceEndMs = clock.monotonicNow() + SLICE_MS;
    while (!this.stopped && this.running.size < settings.concurrency) {
      const queue = this.ready.shift();
      if (!queue) break;
      const nowMs = clock.monotonicNow();
      if (queue.dropped || !queue.hasUntaken) this.busy.delete(queue);
      else if (this.runtime.suspendedTopics.has(queue.messageQueue.topic)) this.held.add(queue);
      else if (this.locked && (!queue.locked || queue.lockExpired(nowMs))) {
        this.pause(queue, LOCK_PAUSE_MS);
      } else this.run(queue, nowMs);
      if (nowMs > sliceEndMs) {
        realSetImmediate(() => this.dispatch());
        break;
      }
    }
    this.dispatching = false;
  }

  private run(queue: ProcessQueue, nowMs: number): void {
    const batch = this.takeBatch(queue);
    queue.lastConsumeMs = nowMs;
    this.running.add(queue);
    const context: ConsumeOrderlyContext = {
      messageQueue: queue.messageQueue,
      autoCommit: true,
      suspendCurrentQueueTimeMs: -1,
    };
    if (batch[0]?.undecodable) {
      void this.tryAgain(queue, batch, context);
      return;
    }
    const messages = batch.map((entry) => entry.message);
    const call = this.calls.begin(queue, messages);
    try {
      const status = this.listener.consumeOrderly(messages, context);
      if (!isPromiseLike(status)) this.finished(call, batch, context, status);
      else {
        status.then(
          (value) => this.finished(call, batch, context, value),
          (error: unknown) => this.threw(call, batch, context, error),
        );
      }
    } catch (error) {
      this.threw(call, batch, context, error);
    }
  }

  /** Messages that can be decoded, or one that cannot. */
  private takeBatch(queue: ProcessQueue): CachedMessage[] {
    const batch = queue.takeMessages(this.runtime.settings.consumeMessageBatchMaxSize);
    const damaged = batch.findIndex((entry) => entry.undecodable);
    const count = damaged < 0 ? batch.length : Math.max(1, damaged);
    queue.rollbackTaken(batch.length - count);
    return batch.slice(0, count);
  }

  private threw(
    call: ConsumeCall,
    batch: readonly CachedMessage[],
    context: ConsumeOrderlyContext,
    error: unknown,
  ): void {
    this.runtime.logger.warn(
      `the listener of ${this.runtime.consumerGroup} threw on message ` +
        `${batch[0]?.message.msgId} of ${describeMessageQueue(call.queue.messageQueue)}: ` +
        errorMessageOf(error),
    );
    const reason = error ?? new Error('nothing was thrown');
    this.finished(call, batch, context, 'SUSPEND_CURRENT_QUEUE_A_MOMENT', reason);
  }

  private finished(
    call: ConsumeCall,
    batch: readonly CachedMessage[],
    context: ConsumeOrderlyContext,
    status: ConsumeOrderlyStatus,
    error?: unknown,
  ): void {
    const { queue } = call;
    const success = status === 'SUCCESS' || status === 'COMMIT';
    const returnType = returnTypeOf(success, status, error);
    this.calls.end(call, success ? batch.length : 0, returnType, error);
    switch (status) {
      case 'SUCCESS':
        if (context.autoCommit) this.commit(queue);
        this.goOn(queue);
        return;
      case 'COMMIT':
        this.commit(queue);
        this.goOn(queue);
        return;
      case 'ROLLBACK':
        queue.rollbackTaken();
        this.suspend(queue, context);
        return;
      default:
        if (!(status in ConsumeOrderlyStatus)) this.warnOfStatus(queue, status);
        void this.tryAgain(queue, batch, context);
    }
  }

  private warnOfStatus(queue: ProcessQueue, status: unknown): void {
    this.runtime.logger.warn(
      `the listener of ${this.runtime.consumerGroup} returned ${String(status)} on ` +
        `${describeMessageQueue(queue.messageQueue)}, which counts as ` +
        'SUSPEND_CURRENT_QUEUE_A_MOMENT: return SUCCESS when the messages are done',
    );
  }

  /** The failed messages come again, except those at the front that have had all their deliveries. */
  private async tryAgain(
    queue: ProcessQueue,
    batch: readonly CachedMessage[],
    context: ConsumeOrderlyContext,
  ): Promise<void> {
    queue.rollbackTaken(batch.length);
    const { maxReconsumeTimes, messageModel } = this.runtime.settings;
    const broadcasting = messageModel === 'BROADCASTING';
    const done = Math.min(context.doneCount ?? 0, batch.length);
    const refused = context.deadLetter ? batch[done] : undefined;
    const spent = ({ undecodable, message }: CachedMessage): boolean =>
      undecodable ||
      (!broadcasting && maxReconsumeTimes >= 0 && message.reconsumeTimes >= maxReconsumeTimes);
    let given = done;
    while (
      given < batch.length &&
      !queue.abandoned &&
      (batch[given] === refused || spent(batch[given]))
    ) {
      const gone = broadcasting || (await this.sendBack.sendBack(batch[given], DELAY_LEVEL_DLQ));
      if (!gone) break;
      given++;
    }
    if (given > 0) {
      queue.takeMessages(given);
      this.commit(queue);
    }
    for (const { message } of batch.slice(given)) message.reconsumeTimes++;
    if (given === batch.length) this.goOn(queue);
    else this.suspend(queue, context);
  }

  private commit(queue: ProcessQueue): void {
    const offset = queue.commitTaken();
    if (offset < 0 || queue.abandoned) return;
    this.runtime.offsetStore.update(queue.messageQueue, offset, true);
  }

  private goOn(queue: ProcessQueue): void {
    this.running.delete(queue);
    this.ready.push(queue);
    this.idle.check();
    this.dispatch();
  }

  private suspend(queue: ProcessQueue, context: ConsumeOrderlyContext): void {
    const asked = context.suspendCurrentQueueTimeMs;
    const pauseMs = asked < 0 ? this.runtime.settings.suspendCurrentQueueTimeMs : asked;
    this.running.delete(queue);
    this.pause(queue, Math.min(Math.max(pauseMs, SUSPEND_MIN_MS), SUSPEND_MAX_MS));
    this.idle.check();
    this.dispatch();
  }

  private pause(queue: ProcessQueue, pauseMs: number): void {
    if (this.stopped) return;
    const timer = retryPause(this.runtime.clock, pauseMs, () => {
      this.pauses.delete(queue);
      this.ready.push(queue);
      this.dispatch();
    });
    this.pauses.set(queue, timer);
  }
}
