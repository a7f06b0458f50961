import { ConsumeOrderlyStatus, type DefaultMQPushConsumer } from '@rocket-nest/client';
import { createMessage } from '@rocket-nest/common';
import { waitFor } from '../../support/polling';
import { bodyOf, type ContractKit } from './contract-kit';

/** Orderly listeners: order, exclusive queues, giving up. */
export function describeOrderly(kit: ContractKit): void {
  it('keeps the order of each queue for an orderly listener, across failures', async () => {
    const topic = await kit.newTopic(3);
    const keys = Array.from({ length: 6 }, (_, index) => `key${index}`);
    for (let index = 0; index < 10; index++) {
      await Promise.all(
        keys.map((key) =>
          kit.producer.send(createMessage({ topic, body: `${key}:${index}` }), {
            shardingKey: key,
          }),
        ),
      );
    }
    const done = new Map<number, string[]>();
    const active = new Map<number, number>();
    const consumer = kit.newConsumer({ suspendCurrentQueueTimeMs: 10 });
    let failures = 0;
    let overlaps = 0;
    consumer.subscribe(topic);
    consumer.registerMessageListener({
      consumeOrderly: async ([message]) => {
        const { queueId, reconsumeTimes } = message;
        if (active.get(queueId)) overlaps++;
        active.set(queueId, 1);
        await new Promise((resolve) => setImmediate(resolve));
        active.set(queueId, 0);
        if (reconsumeTimes === 0 && bodyOf(message).endsWith(':4')) {
          failures++;
          throw new Error('once');
        }
        done.set(queueId, [...(done.get(queueId) ?? []), bodyOf(message)]);
        return ConsumeOrderlyStatus.SUCCESS;
      },
    });
    await consumer.start();
    const count = () => [...done.values()].reduce((sum, bodies) => sum + bodies.length, 0);
    await waitFor('all messages', () => count() === 60);
    expect([failures, overlaps]).toEqual([6, 0]);
    for (const key of keys) {
      const ofKey = [...done.values()].flat().filter((body) => body.startsWith(`${key}:`));
      expect(ofKey).toEqual(Array.from({ length: 10 }, (_, index) => `${key}:${index}`));
    }
  });

  it('lets no two orderly members work on one queue while they hand over', async () => {
    const topic = await kit.newTopic(4);
    const consumerGroup = kit.fresh('group');
    const order = new Map<number, number[]>();
    const active = new Set<number>();
    let overlaps = 0;
    const join = async (): Promise<DefaultMQPushConsumer> => {
      const consumer = kit.newConsumer({ consumerGroup });
      consumer.subscribe(topic);
      consumer.registerMessageListener({
        consumeOrderly: async ([message]) => {
          const { queueId, queueOffset } = message;
          if (active.has(queueId)) overlaps++;
          active.add(queueId);
          await new Promise((resolve) => setTimeout(resolve, 2));
          active.delete(queueId);
          order.set(queueId, [...(order.get(queueId) ?? []), queueOffset]);
          return ConsumeOrderlyStatus.SUCCESS;
        },
      });
      await consumer.start();
      return consumer;
    };
    const total = 400;
    const first = await join();
    const sending = kit.sendMany(
      topic,
      Array.from({ length: total }, (_, index) => `m${index}`),
    );
    await waitFor('a start', () => order.size > 0);
    await join();
    await waitFor('the middle', () => [...order.values()].flat().length > total / 2);
    await first.shutdown();
    await sending;
    const distinct = (): number[][] => [...order.values()].map((offsets) => [...new Set(offsets)]);
    await waitFor('all', () => distinct().flat().length >= total, 40_000);
    expect(overlaps).toBe(0);
    // A pull that was under way carries an older offset, which the original may take in last: a
    // message can come again at a hand-over, but none is skipped or overtaken.
    for (const offsets of distinct()) {
      expect(offsets).toEqual(offsets.map((_, index) => index));
    }
  }, 60_000);

  it('puts an orderly message aside after maxReconsumeTimes and goes on', async () => {
    const topic = await kit.newTopic(1);
    const consumerGroup = kit.fresh('group');
    const seen: string[] = [];
    const consumer = kit.newConsumer({
      consumerGroup,
      maxReconsumeTimes: 2,
      suspendCurrentQueueTimeMs: 10,
    });
    consumer.subscribe(topic);
    consumer.registerMessageListener({
      consumeOrderly: ([message]) => {
        seen.push(bodyOf(message));
        return bodyOf(message) === 'bad' ? 'SUSPEND_CURRENT_QUEUE_A_MOMENT' : 'SUCCESS';
      },
    });
    await consumer.start();
    for (const body of ['good', 'bad', 'next']) await kit.send(topic, body);
    await waitFor('the next message', () => seen.includes('next'));
    expect(seen).toEqual(['good', 'bad', 'bad', 'bad', 'next']);
    const dead = `%DLQ%${consumerGroup}`;
    await waitFor('the dead letter topic', async () => !!(await kit.admin.topicRoute(dead)));
    const { received } = await kit.collect(dead);
    await waitFor('the dead letter', () => received.length === 1);
  });
}
