import {
  ClientRegistry,
  ConsumeConcurrentlyStatus,
  DefaultMQProducer,
  type DefaultMQPushConsumer,
} from '@rocket-nest/client';
import { createMessage } from '@rocket-nest/common';
import { waitFor } from '../../support/polling';
import { makeTemporaryFolder, removeFolder } from '../../support/temporary-folder';
import { bodyOf, sorted, type ContractKit } from './contract-kit';

/** Several members: clustering, broadcasting, one client for many, namespaces. */
export function describeSharing(kit: ContractKit): void {
  it('shares queues among members and takes over those of one that leaves', async () => {
    const topic = await kit.newTopic(8);
    const consumerGroup = kit.fresh('group');
    const one = await kit.collect(topic, { consumerGroup });
    const ownQueues = (consumer: DefaultMQPushConsumer): number[] =>
      consumer
        .queueStatuses()
        .filter((status) => status.messageQueue.topic === topic)
        .map((status) => status.messageQueue.queueId);
    expect(ownQueues(one.consumer)).toHaveLength(8);
    const two = await kit.collect(topic, { consumerGroup });
    await waitFor('halves', () => {
      const counts = [ownQueues(one.consumer).length, ownQueues(two.consumer).length];
      return counts.every((count) => count === 4);
    });
    const all = [...ownQueues(one.consumer), ...ownQueues(two.consumer)];
    expect(all.sort((a, b) => a - b)).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);

    const bodies = Array.from({ length: 80 }, (_, index) => `m${index}`);
    await kit.sendMany(topic, bodies);
    const receivedBodies = () => [...one.received, ...two.received].map(bodyOf);
    await waitFor('all messages', () => new Set(receivedBodies()).size === 80);
    expect(one.received.length).toBeGreaterThan(0);
    expect(two.received.length).toBeGreaterThan(0);

    await one.consumer.shutdown();
    await waitFor('the take-over', () => ownQueues(two.consumer).length === 8);
    await kit.sendMany(topic, ['x', 'y', 'z']);
    await waitFor('the rest', () => new Set(receivedBodies()).size === 83);
  });

  it('gives every broadcasting member every message, from where it stood', async () => {
    const topic = await kit.newTopic();
    const localOffsetStoreDir = makeTemporaryFolder('offsets');
    try {
      const consumerGroup = kit.fresh('group');
      const options = (instanceName: string) => ({
        consumerGroup,
        instanceName,
        localOffsetStoreDir,
        messageModel: 'BROADCASTING' as const,
        consumeFromWhere: 'CONSUME_FROM_LAST_OFFSET' as const,
      });
      await kit.send(topic, 'before');
      const one = await kit.collect(topic, options('one'));
      const two = await kit.collect(topic, options('two'));
      await kit.sendMany(topic, ['a', 'b', 'c', 'd']);
      await waitFor('four each', () => one.received.length === 4 && two.received.length === 4);
      await one.consumer.shutdown();
      await kit.sendMany(topic, ['e', 'f']);
      const again = await kit.collect(topic, options('one'));
      await waitFor('two more', () => again.received.length >= 2);
      expect(sorted(again.received.map(bodyOf))).toEqual(['e', 'f']);
    } finally {
      await Promise.all(kit.running.splice(0).map((member) => member.shutdown()));
      removeFolder(localOffsetStoreDir);
    }
  });

  it('shares one client among members of one registry', async () => {
    const topic = await kit.newTopic();
    const registry = new ClientRegistry({ logger: kit.logger });
    const received: string[] = [];
    const consumers = ['a', 'b'].map((group) => {
      const consumer = kit.newConsumer({ consumerGroup: kit.fresh(group) }, registry);
      consumer.subscribe(topic);
      consumer.registerMessageListener({
        consumeConcurrently: ([message]) => {
          received.push(group + bodyOf(message));
          return ConsumeConcurrentlyStatus.CONSUME_SUCCESS;
        },
      });
      return consumer;
    });
    await Promise.all(consumers.map((consumer) => consumer.start()));
    await kit.send(topic, '1');
    await waitFor('both', () => received.length === 2);
    expect(sorted(received)).toEqual(['a1', 'b1']);
    const twin = kit.newConsumer({ consumerGroup: consumers[0].consumerGroup }, registry);
    twin.subscribe(topic);
    twin.registerMessageListener({ consumeConcurrently: () => 'CONSUME_SUCCESS' });
    await expect(twin.start()).rejects.toMatchObject({ code: 'GROUP_ILLEGAL' });
  });

  it('keeps namespaces apart', async () => {
    const topic = await kit.newTopic();
    const namespace = kit.fresh('ns');
    await kit.admin.createTopic(`${namespace}%${topic}`, { readQueueNums: 2, writeQueueNums: 2 });
    const inside = new DefaultMQProducer(
      { ...kit.common(), producerGroup: 'inside', namespace },
      { logger: kit.logger },
    );
    await inside.start();
    kit.running.push(inside);
    const outer = await kit.collect(topic);
    const inner = await kit.collect(topic, { namespace });
    await kit.send(topic, 'outside');
    await inside.send(createMessage({ topic, body: 'inside' }));
    await waitFor('both', () => outer.received.length === 1 && inner.received.length === 1);
    expect(inner.received[0]).toMatchObject({ topic });
    expect(bodyOf(inner.received[0])).toBe('inside');
  });
}
