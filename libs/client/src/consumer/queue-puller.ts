import { errorCodeOf, errorMessageOf, type MessageExt } from '@rocket-nest/common';
import { PullSysFlag } from '../api/pull-api';
import type { PullResult } from '../api/pull-result';
import { ClientError } from '../errors/client-error';
import type { BrokerAddress } from '../route/broker-addresses';
import { describeMessageQueue } from '../route/message-queues';
import type { CachedMessage } from './cached-message';
import { needsQueueLocks, type ConsumerRuntime } from './consumer-runtime';
import { presentMessage } from './present-message';
import type { ProcessQueue } from './process-queue';
import { matchesTags, type Subscription } from './subscription';

/** How long a broker may hold a pull of which nothing is there yet. */
const BROKER_SUSPEND_MAX_MS = 15_000;
/** Time-out of a pull, the holding included. */
const PULL_TIMEOUT_MS = 30_000;
const PAUSE_AFTER_ERROR_MS = 1000;
const PAUSE_WHEN_BUSY_MS = 20;
/** The broker does not know the subscription: it does after the heartbeat that is sent then. */
const PAUSE_AFTER_HEARTBEAT_MS = 200;
const PAUSE_WITHOUT_LOCK_MS = 1000;

const SUBSCRIPTION_NOT_EXIST = 24;
const SUBSCRIPTION_NOT_LATEST = 25;
const MIB = 1024 * 1024;
const MASTER_ID = 0;

/** What a puller needs of the consumer around it. */
export interface PullHost {
  /** False while the consumer wants no more of this queue; `resume` is called when that is over. */
  mayPull(queue: ProcessQueue): boolean;
  /** Queues of the topic that this consumer works on; they share the topic's thresholds. */
  queueCountOf(topic: string): number;
  submit(queue: ProcessQueue, added: readonly CachedMessage[]): void;
  /** All before `offset` is consumed or was filtered out. */
  skipped(queue: ProcessQueue, offset: number): void;
  /** The offset asked for does not exist; the queue is to go on from `offset`. */
  offsetMoved(queue: ProcessQueue, offset: number): void;
}

/**
 * Pulls one queue, one request after another, for as long as the queue is this consumer's. It stops
 * while too much is held here, and goes on when `resume` is called.
 */
export class QueuePuller {
  private stopped = true;
  private brokerId = MASTER_ID;
  private failing = false;

  constructor(
    private readonly runtime: ConsumerRuntime,
    readonly queue: ProcessQueue,
    private nextOffset: number,
    private readonly host: PullHost,
  ) {
    queue.onProgress = () => this.resume();
  }

  /** The offset that the next pull asks for. */
  get pullOffset(): number {
    return this.nextOffset;
  }

  /** Starts, or goes on if something that stopped it may be over. */
  resume(): void {
    if (!this.stopped || this.queue.dropped || !this.mayPull()) return;
    this.stopped = false;
    void this.run();
  }

  private async run(): Promise<void> {
    while (!this.queue.dropped && this.mayPull()) {
      const pauseMs = this.hasLock() ? await this.pullOnce() : PAUSE_WITHOUT_LOCK_MS;
      if (pauseMs > 0) await this.sleep(pauseMs);
    }
    this.stopped = true;
  }

  private hasLock(): boolean {
    return !needsQueueLocks(this.runtime) || this.queue.locked;
  }

  /** Flow control: too many messages, bytes, or too wide a range held. */
  private mayPull(): boolean {
    const { settings, orderly } = this.runtime;
    const { queue } = this;
    if (!this.host.mayPull(queue)) return false;
    const shares = Math.max(1, this.host.queueCountOf(queue.messageQueue.topic));
    const limit = (perQueue: number, perTopic: number): number =>
      perTopic > 0 ? Math.min(perQueue, Math.max(1, Math.floor(perTopic / shares))) : perQueue;
    const maxCount = limit(settings.pullThresholdForQueue, settings.pullThresholdForTopic);
    const maxMiB = limit(
      settings.pullThresholdSizeForQueueMiB,
      settings.pullThresholdSizeForTopicMiB,
    );
    if (queue.messageCount >= maxCount || queue.sizeBytes >= maxMiB * MIB) return false;
    return orderly || queue.maxSpan <= settings.consumeConcurrentlyMaxSpan;
  }

  /** Returns the pause before the next pull. */
  private async pullOnce(): Promise<number> {
    const { messageQueue } = this.queue;
    const subscription = this.runtime.subscriptions.get(messageQueue.topic);
    if (!subscription) return PAUSE_AFTER_ERROR_MS;
    const broker = this.runtime.instance.routes.brokers.readable(
      messageQueue.brokerName,
      this.brokerId,
    );
    this.queue.lastPullMs = this.runtime.clock.monotonicNow();
    try {
      if (!broker) {
        throw new ClientError(
          'BROKER_NOT_FOUND',
          `no address of broker ${messageQueue.brokerName}`,
        );
      }
      const result = await this.pull(broker, subscription);
      this.failing = false;
      if (result.pullStatus === 'FOUND') this.count(result);
      if (this.queue.dropped) return 0;
      this.brokerId = result.suggestWhichBrokerId;
      this.take(result, subscription);
      return result.pullStatus === 'FOUND' ? this.runtime.settings.pullIntervalMs : 0;
    } catch (error) {
      return this.pauseAfter(error, broker);
    }
  }

  private count({ messages }: PullResult): void {
    const { clock, stats } = this.runtime;
    const { messageQueue, lastPullMs } = this.queue;
    stats.pulled(messageQueue.topic, clock.monotonicNow() - lastPullMs, messages.length);
  }

  private pull(broker: BrokerAddress, subscription: Subscription): Promise<PullResult> {
    const { instance, settings, consumerGroup, litePull } = this.runtime;
    const { messageQueue } = this.queue;
    const header = {
      consumerGroup,
      topic: messageQueue.topic,
      queueId: messageQueue.queueId,
      queueOffset: this.nextOffset,
      maxMsgNums: settings.pullBatchSize,
      maxMsgBytes: settings.pullBatchSizeBytes,
      expressionType: subscription.expressionType,
      suspendTimeoutMillis: BROKER_SUSPEND_MAX_MS,
    };
    const { brokerName } = messageQueue;
    if (litePull) {
      return instance.pullApi.litePull(broker.address, brokerName, {
        ...header,
        subscription: subscription.subString,
      });
    }
    const commitOffset = this.commitOffset(broker);
    return instance.pullApi.pull(
      broker.address,
      brokerName,
      {
        ...header,
        sysFlag: PullSysFlag.SUSPEND | (commitOffset > 0 ? PullSysFlag.COMMIT_OFFSET : 0),
        commitOffset,
        subVersion: subscription.subVersion,
      },
      PULL_TIMEOUT_MS,
    );
  }

  /** Goes along with a pull to the master, so that it is stored sooner. */
  private commitOffset({ brokerId }: BrokerAddress): number {
    const { settings, offsetStore } = this.runtime;
    if (settings.messageModel !== 'CLUSTERING' || brokerId !== MASTER_ID) return 0;
    return offsetStore.cached(this.queue.messageQueue) ?? 0;
  }

  private take(result: PullResult, subscription: Subscription): void {
    if (result.pullStatus === 'OFFSET_ILLEGAL') {
      this.host.offsetMoved(this.queue, result.nextBeginOffset);
      return;
    }
    this.nextOffset = result.nextBeginOffset;
    const wanted = result.messages.filter((message) => matchesTags(subscription, message));
    for (const message of wanted) presentMessage(this.runtime, message);
    const added = this.queue.putMessages(wanted);
    if (result.undecodable.length > 0) this.markUndecodable(added, result.undecodable);
    if (added.length > 0) this.host.submit(this.queue, added);
    // What was skipped need not be read again after a restart.
    else if (this.queue.messageCount === 0) this.host.skipped(this.queue, this.nextOffset);
  }

  private markUndecodable(
    added: readonly CachedMessage[],
    undecodable: readonly MessageExt[],
  ): void {
    for (const entry of added) {
      entry.undecodable = undecodable.includes(entry.message);
      if (!entry.undecodable) continue;
      this.runtime.logger.error(
        `message ${entry.message.msgId} of ${describeMessageQueue(this.queue.messageQueue)} has a ` +
          `body that cannot be decompressed: ${this.runtime.litePull ? 'it is handed out as stored' : 'it goes to the dead letter topic'}`,
      );
    }
  }

  private pauseAfter(error: unknown, broker: BrokerAddress | undefined): number {
    const code = errorCodeOf(error);
    if (this.queue.dropped || code === 'ABORTED' || code === 'NOT_RUNNING') {
      return PAUSE_AFTER_ERROR_MS;
    }
    const { logger, instance, consumerGroup } = this.runtime;
    const { messageQueue } = this.queue;
    const { responseCode } = error as ClientError;
    if (
      broker &&
      (responseCode === SUBSCRIPTION_NOT_EXIST || responseCode === SUBSCRIPTION_NOT_LATEST)
    ) {
      void instance.heartbeats.sendTo(broker.address);
      return PAUSE_AFTER_HEARTBEAT_MS;
    }
    const text =
      `${consumerGroup} cannot pull ${describeMessageQueue(messageQueue)} now: ` +
      errorMessageOf(error);
    if (this.failing) logger.debug(text);
    else logger.warn(text);
    this.failing = true;
    this.brokerId = MASTER_ID;
    if (code === 'CONNECTION_FAILED' || code === 'BROKER_NOT_FOUND') {
      instance.routes.refresh(messageQueue.topic).catch(() => undefined);
    }
    return code === 'BROKER_BUSY' ? PAUSE_WHEN_BUSY_MS : PAUSE_AFTER_ERROR_MS;
  }

  private sleep(ms: number): Promise<void> {
    return new Promise((resolve) => {
      this.runtime.clock.after(ms, resolve);
    });
  }
}
