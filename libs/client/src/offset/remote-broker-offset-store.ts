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
          await this.api.updateOffset(this.address(queue), this.consumerGroup, queue, offset);
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

  private address({ brokerName }: MessageQueue): string {
    const address = this.addressOf(brokerName);
    if (address !== undefined) return address;
    throw new ClientError('BROKER_NOT_FOUND', `broker ${brokerName} has no address now`);
  }
}
