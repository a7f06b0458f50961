import { clearTimeout, setTimeout } from 'node:timers';
import { Inject, Injectable } from '@nestjs/common';
import { MQAdmin } from '@rocket-nest/client';
import { RocketLifecycle } from '../connection/rocket-lifecycle';
import { lagOf, type LiveConsumer, type QueueWithLag } from './live-consumer';

/** Looks at the running consumers of all connections, for health and metrics. */
@Injectable()
export class ConsumerInspector {
  constructor(@Inject(RocketLifecycle) private readonly lifecycle: RocketLifecycle) {}

  consumers(): LiveConsumer[] {
    return [...this.lifecycle.parts].flatMap(([connection, { registrar }]) =>
      registrar.statuses().map((status) => ({ ...status, connection })),
    );
  }

  /** Asks the brokers how far their queues are; never rejects and takes `timeoutMs` at most. */
  async lags(consumer: LiveConsumer, timeoutMs: number): Promise<QueueWithLag[]> {
    const without = consumer.queues.map((status) => ({ status, lag: undefined }));
    const parts = this.lifecycle.parts.get(consumer.connection);
    if (!parts || consumer.queues.length === 0) return without;
    const client = await parts.connection.clientOptions();
    const admin = new MQAdmin(client, parts.connection.dependencies);
    await admin.start();
    try {
      return await Promise.all(
        consumer.queues.map(async (status) => {
          const max = await orUndefined(admin.maxOffset(status.messageQueue), timeoutMs);
          return { status, lag: max === undefined ? undefined : lagOf(status, max) };
        }),
      );
    } finally {
      await admin.shutdown();
    }
  }
}

/** The value, or undefined when it is refused or late. */
function orUndefined<T>(work: Promise<T>, timeoutMs: number): Promise<T | undefined> {
  return new Promise((resolve) => {
    const timer = setTimeout(() => resolve(undefined), timeoutMs);
    const end = (value: T | undefined): void => {
      clearTimeout(timer);
      resolve(value);
    };
    work.then(end, () => end(undefined));
  });
}
