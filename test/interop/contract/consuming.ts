import { ConsumeConcurrentlyStatus } from '@rocket-nest/client';
import { waitFor } from '../../support/polling';
import { makeTemporaryFolder, removeFolder } from '../../support/temporary-folder';
import { bodyOf, sorted, type ContractKit } from './contract-kit';

/** What one consumer sees: filters, delays, retries, dead letters, offsets, flow control. */
export function describeConsuming(kit: ContractKit): void {
  it('compares tags where hashes agree', async () => {
    const topic = await kit.newTopic();
    const { received } = await kit.collect(topic, {}, 'AaAa || Other');
    await Promise.all(
      ['AaAa', 'BBBB', 'AaBB', 'Other', 'Third'].map((tag) => kit.send(topic, tag, { tag })),
    );
    await waitFor('two messages', () => received.length >= 2);
    await kit.send(topic, 'last', { tag: 'Other' });
    await waitFor('the last message', () => received.length >= 3);
    expect(sorted(received.map(bodyOf))).toEqual(['AaAa', 'Other', 'last']);
  });

  it('delivers a delayed message after its level', async () => {
    const topic = await kit.newTopic();
    const { received } = await kit.collect(topic);
    await kit.send(topic, 'late', { delayTimeLevel: 1 });
    await waitFor('the message', () => received.length === 1);
    const [message] = received;
    expect(message.topic).toBe(topic);
    expect(message.storeTimestamp - message.bornTimestamp).toBeGreaterThanOrEqual(900);
  });

  it('retries a failed message and tells how often it came', async () => {
    const topic = await kit.newTopic();
    const seen: [string, number, string][] = [];
    const consumer = kit.newConsumer({});
    consumer.subscribe(topic, 'TagA');
    consumer.registerMessageListener({
      consumeConcurrently: ([message], context): ConsumeConcurrentlyStatus => {
        seen.push([bodyOf(message), message.reconsumeTimes, message.topic]);
        if (message.reconsumeTimes >= 2) return ConsumeConcurrentlyStatus.CONSUME_SUCCESS;
        context.delayLevelWhenNextConsume = 1;
        if (message.reconsumeTimes === 1) throw new Error('as well');
        return 'RECONSUME_LATER';
      },
    });
    await consumer.start();
    await kit.send(topic, 'again', { tag: 'TagA' });
    await waitFor('the third delivery', () => seen.length === 3, 40_000);
    expect(seen).toEqual([
      ['again', 0, topic],
      ['again', 1, topic],
      ['again', 2, topic],
    ]);
  }, 60_000);

  it('puts messages aside: at once when told so, and after maxReconsumeTimes', async () => {
    const topic = await kit.newTopic();
    const consumerGroup = kit.fresh('group');
    const deliveries = new Map<string, number>();
    const consumer = kit.newConsumer({ consumerGroup, maxReconsumeTimes: 1 });
    consumer.subscribe(topic);
    consumer.registerMessageListener({
      consumeConcurrently: ([message], context) => {
        const body = bodyOf(message);
        deliveries.set(body, (deliveries.get(body) ?? 0) + 1);
        context.delayLevelWhenNextConsume = body === 'rejected' ? -1 : 1;
        return Promise.resolve('RECONSUME_LATER' as const);
      },
    });
    await consumer.start();
    await kit.sendMany(topic, ['rejected', 'failing']);
    const dead = `%DLQ%${consumerGroup}`;
    await waitFor('the dead letter topic', async () => !!(await kit.admin.topicRoute(dead)));
    const { received } = await kit.collect(dead);
    await waitFor('two dead letters', () => received.length === 2, 40_000);
    expect(sorted(received.map(bodyOf))).toEqual(['failing', 'rejected']);
    expect(deliveries).toEqual(new Map(Object.entries({ rejected: 1, failing: 2 })));
  }, 60_000);

  it('sends a message back whose call takes too long', async () => {
    const topic = await kit.newTopic();
    const seen: number[] = [];
    const consumer = kit.newConsumer({ consumeTimeoutMs: 300, concurrency: 1 });
    consumer.subscribe(topic);
    consumer.registerMessageListener({
      consumeConcurrently: ([message]) => {
        seen.push(message.reconsumeTimes);
        if (message.reconsumeTimes > 0) return ConsumeConcurrentlyStatus.CONSUME_SUCCESS;
        return new Promise<never>(() => undefined);
      },
    });
    await consumer.start();
    await kit.send(topic, 'stuck');
    await waitFor('the second delivery', () => seen.length === 2, 40_000);
    expect(seen).toEqual([0, 1]);
  }, 60_000);

  it('goes on where the group stood', async () => {
    const topic = await kit.newTopic();
    const consumerGroup = kit.fresh('group');
    const first = await kit.collect(topic, { consumerGroup });
    await kit.sendMany(topic, ['a', 'b', 'c']);
    await waitFor('three messages', () => first.received.length === 3);
    await first.consumer.shutdown();
    await kit.sendMany(topic, ['d', 'e']);
    const second = await kit.collect(topic, { consumerGroup });
    await waitFor('two messages', () => second.received.length >= 2);
    await kit.send(topic, 'f');
    await waitFor('the last message', () => second.received.length >= 3);
    expect(sorted(second.received.map(bodyOf))).toEqual(['d', 'e', 'f']);
  });

  it('starts at a time', async () => {
    const topic = await kit.newTopic(1);
    await kit.send(topic, 'old');
    const { received: before } = await kit.collect(topic);
    await waitFor('the old message', () => before.length === 1);
    await waitFor('a later millisecond', () => Date.now() > before[0].storeTimestamp + 50);
    const consumeTimestampMs = Date.now();
    await kit.send(topic, 'new');
    const localOffsetStoreDir = makeTemporaryFolder('offsets');
    const { received, consumer } = await kit.collect(topic, {
      messageModel: 'BROADCASTING',
      consumeFromWhere: 'CONSUME_FROM_TIMESTAMP',
      consumeTimestampMs,
      localOffsetStoreDir,
    });
    await waitFor('the new message', () => received.length >= 1);
    expect(received.map(bodyOf)).toEqual(['new']);
    await consumer.shutdown();
    removeFolder(localOffsetStoreDir);
  });

  it('holds no more than the thresholds and resumes', async () => {
    const topic = await kit.newTopic(1);
    await kit.sendMany(
      topic,
      Array.from({ length: 200 }, (_, index) => `m${index}`),
    );
    const release: (() => void)[] = [];
    let open = false;
    let count = 0;
    const consumer = kit.newConsumer({
      pullThresholdForQueue: 20,
      pullBatchSize: 10,
      concurrency: 5,
    });
    consumer.subscribe(topic);
    consumer.registerMessageListener({
      consumeConcurrently: async () => {
        if (!open) await new Promise<void>((resolve) => release.push(resolve));
        count++;
        return ConsumeConcurrentlyStatus.CONSUME_SUCCESS;
      },
    });
    await consumer.start();
    const status = () =>
      consumer.queueStatuses().find(({ messageQueue }) => messageQueue.topic === topic);
    await waitFor('a full queue', () => (status()?.cachedMessages ?? 0) >= 20);
    expect(release).toHaveLength(5);
    expect(status()!.cachedMessages).toBeLessThan(30);
    open = true;
    for (const go of release) go();
    await waitFor('the rest', () => count === 200);
  });

  it('pauses and resumes, and waits for running calls at shutdown', async () => {
    const topic = await kit.newTopic(1);
    let started = 0;
    let finished = 0;
    const consumer = kit.newConsumer({});
    consumer.subscribe(topic);
    consumer.registerMessageListener({
      consumeConcurrently: async () => {
        started++;
        await new Promise((resolve) => setTimeout(resolve, 100));
        finished++;
        return ConsumeConcurrentlyStatus.CONSUME_SUCCESS;
      },
    });
    await consumer.start();
    consumer.suspend();
    consumer.resume();
    await kit.send(topic, 'one');
    await waitFor('a call', () => started === 1);
    await consumer.shutdown();
    expect(finished).toBe(1);
    const [queue] = await kit.admin.fetchSubscribeMessageQueues(topic);
    expect(await kit.admin.consumerOffset(consumer.consumerGroup, queue)).toBe(1);
  });
}
