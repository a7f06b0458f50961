import { errorMessageOf, type MessageQueue, type Timer } from '@rocket-nest/common';
import { messageQueueKey } from '../route/message-queues';
import type { ConsumerRuntime } from './consumer-runtime';
import type { ProcessQueue } from './process-queue';

/** The broker lets go of a lock after 60 s; a holder trusts it for 30 s. */
const RENEW_INTERVAL_MS = 20_000;

/** Holds the brokers' locks of the queues that an orderly clustering consumer works on. */
export class QueueLockService {
  private timer: Timer | undefined;

  constructor(
    private readonly runtime: ConsumerRuntime,
    /** The queues whose locks are renewed. */
    private readonly held: () => readonly ProcessQueue[],
    private readonly onLost: (queue: ProcessQueue) => void,
  ) {}

  start(): void {
    this.timer = this.runtime.clock.every(RENEW_INTERVAL_MS, () => void this.renew());
  }

  stop(): void {
    this.timer?.cancel();
  }

  /** Asks for locks and returns the queues that are held now; a broker that fails gives none. */
  async lock(queues: readonly MessageQueue[]): Promise<MessageQueue[]> {
    const granted: MessageQueue[] = [];
    await this.perBroker(queues, async (address, group) => {
      const held = await this.api.lockQueues(address, this.group, this.clientId, group);
      const keys = new Set(held.map(messageQueueKey));
      granted.push(...group.filter((queue) => keys.has(messageQueueKey(queue))));
    });
    return granted;
  }

  /** Gives locks back; where that fails they run out by themselves. */
  async unlock(queues: readonly MessageQueue[]): Promise<void> {
    await this.perBroker(queues, (address, group) =>
      this.api.unlockQueues(address, this.group, this.clientId, group),
    );
  }

  private async renew(): Promise<void> {
    const held = new Map(
      this.held().map((queue) => [messageQueueKey(queue.messageQueue), queue] as const),
    );
    const queues = [...held.values()].map((queue) => queue.messageQueue);
    await this.perBroker(queues, async (address, group) => {
      const still = await this.api.lockQueues(address, this.group, this.clientId, group);
      const granted = new Set(still.map(messageQueueKey));
      const nowMs = this.runtime.clock.monotonicNow();
      for (const key of group.map(messageQueueKey)) {
        const queue = held.get(key)!;
        if (granted.has(key)) queue.lastLockMs = nowMs;
        else this.onLost(queue);
      }
    });
  }

  private async perBroker(
    queues: readonly MessageQueue[],
    request: (address: string, group: readonly MessageQueue[]) => Promise<void>,
  ): Promise<void> {
    const groups = new Map<string, MessageQueue[]>();
    for (const queue of queues) {
      const group = groups.get(queue.brokerName);
      if (group) group.push(queue);
      else groups.set(queue.brokerName, [queue]);
    }
    await Promise.all(
      [...groups].map(async ([brokerName, group]) => {
        try {
          const address = this.runtime.instance.routes.brokers.masterOf(brokerName);
          if (address !== undefined) await request(address, group);
        } catch (error) {
          const { logger } = this.runtime;
          logger.warn(`queue locks of ${this.group} on ${brokerName}: ${errorMessageOf(error)}`);
        }
      }),
    );
  }

  private get api(): ConsumerRuntime['instance']['consumerApi'] {
    return this.runtime.instance.consumerApi;
  }

  private get group(): string {
    return this.runtime.consumerGroup;
  }

  private get clientId(): string {
    return this.runtime.instance.clientId;
  }
}
