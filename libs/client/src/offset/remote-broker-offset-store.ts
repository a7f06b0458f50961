import type { MessageQueue } from '@rocket-nest/common';
import type { ConsumerApi } from '../api/consumer-api';
import { ClientError } from '../errors/client-error';
import { CachedOffsets } from './cached-offsets';
import type { OffsetStore } from './offset-store';

/** Requests under way at once while offsets are persisted. */
const PERSIST_CONCURRENCY = 16;

/** Offsets of a clustering group: its brokers keep them. */
export class RemoteBrokerOffsetStore implements OffsetStore {
  private readonly offsets = new CachedOffsets();
  /** Topics of a broker for which the group has an offset there. */
  private readonly told = new Set<string>();
  /** The first offsets for such topics that are on their way. */
  private readonly firstUpdates = new Map<string, Promise<void>>();

  constructor(
    private readonly consumerGroup: string,
    private readonly api: Pick<ConsumerApi, 'queryOffset' | 'updateOffset'>,
    /** The broker to ask and tell; rejects or throws when there is none. */
    private readonly addressOf: (brokerName: string) => string | undefined,
  ) {}

  load(): void {}

  cached(queue: MessageQueue): number | undefined {
    return this.offsets.get(queue);
  }

  async read(queue: MessageQueue): Promise<number | undefined> {
    const offset = await this.api.queryOffset(this.address(queue), this.consumerGroup, queue);
    if (offset !== undefined) {
      this.offsets.set(queue, offset, false);
      this.offsets.markPersisted(queue, offset);
      this.told.add(tableKey(queue));
    }
    return offset;
  }

  update(queue: MessageQueue, offset: number, increaseOnly: boolean): void {
    this.offsets.set(queue, offset, increaseOnly);
  }

  async persist(queues: readonly MessageQueue[]): Promise<void> {
    const waiting = this.offsets.changed(queues);
    const failures: unknown[] = [];
    const worker = async (): Promise<void> => {
      for (let next = waiting.pop(); next; next = waiting.pop()) {
        const [queue, offset] = next;
        try {
          await this.tell(queue, offset);
          this.offsets.markPersisted(queue, offset);
        } catch (error) {
          failures.push(error);
        }
      }
    };
    await Promise.all(Array.from({ length: PERSIST_CONCURRENCY }, worker));
    if (failures.length > 0) throw failures[0];
  }

  forget(queue: MessageQueue): void {
    this.offsets.delete(queue);
  }

  /**
   * The first offset of a topic goes to its broker alone: Apache RocketMQ 5.5.0 makes the table of a
   * group and topic without a lock, and of two first offsets at once it keeps one (observed).
   */
  private async tell(queue: MessageQueue, offset: number): Promise<void> {
    const key = tableKey(queue);
    for (;;) {
      if (this.told.has(key)) return this.send(queue, offset);
      const first = this.firstUpdates.get(key);
      if (!first) break;
      await first.catch(() => {});
    }
    const first = this.send(queue, offset)
      .then(() => void this.told.add(key))
      .finally(() => this.firstUpdates.delete(key));
    this.firstUpdates.set(key, first);
    await first;
  }

  private async send(queue: MessageQueue, offset: number): Promise<void> {
    await this.api.updateOffset(this.address(queue), this.consumerGroup, queue, offset);
  }

  private address({ brokerName }: MessageQueue): string {
    const address = this.addressOf(brokerName);
    if (address !== undefined) return address;
    throw new ClientError('BROKER_NOT_FOUND', `broker ${brokerName} has no address now`);
  }
}

function tableKey({ brokerName, topic }: MessageQueue): string {
  return `${brokerName} ${topic}`;
}
