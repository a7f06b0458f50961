import { DefaultMQPushConsumer } from '@rocket-nest/client';
import { waitFor } from '../support/polling';

/** Receives what was delivered to the topic, from its beginning on. */
export class DeliveredOrders {
  private constructor(
    private readonly consumer: DefaultMQPushConsumer,
    /** Ids of the orders, in the order of arrival. */
    readonly ids: readonly string[],
  ) {}

  static async start(namesrvAddr: string, topic: string): Promise<DeliveredOrders> {
    const ids: string[] = [];
    const consumer = new DefaultMQPushConsumer({
      namesrvAddr,
      consumerGroup: `delivered-${process.pid}-${process.hrtime.bigint()}`,
      consumeFromWhere: 'CONSUME_FROM_FIRST_OFFSET',
    });
    consumer.subscribe(topic, '*');
    consumer.registerMessageListener({
      consumeConcurrently: (messages) => {
        for (const { body } of messages) ids.push((JSON.parse(String(body)) as { id: string }).id);
        return 'CONSUME_SUCCESS';
      },
    });
    await consumer.start();
    return new DeliveredOrders(consumer, ids);
  }

  /** Resolves once all of them were delivered. */
  async waitFor(...ids: string[]): Promise<void> {
    await waitFor(`the delivery of ${ids.join()}`, () => ids.every((id) => this.ids.includes(id)));
  }

  stop(): Promise<void> {
    return this.consumer.shutdown();
  }
}
