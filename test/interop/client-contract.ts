import {
  ClientRegistry,
  DefaultMQProducer,
  DefaultMQPushConsumer,
  MQAdmin,
  ConsumeConcurrentlyStatus,
  ConsumeOrderlyStatus,
  type PushConsumerOptions,
  type SendResult,
} from '@rocket-nest/client';
import { createMessage, SilentLogger, type MessageExt } from '@rocket-nest/common';
import { waitFor } from '../support/polling';
import { makeTemporaryFolder, removeFolder } from '../support/temporary-folder';

/** Servers that the contract runs on. */
export interface ContractServers {
  readonly namesrvAddr: string;
  stop(): Promise<void>;
}

const bodyOf = (message: MessageExt): string => message.body.toString();
const sorted = (texts: Iterable<string>): string[] => [...texts].sort();

/** What the client promises, the same on every server that speaks the protocol. */
export function describeClientContract(
  name: string,
  startServers: () => Promise<ContractServers>,
): void {
  describe(name, () => {
    let servers: ContractServers;
    let admin: MQAdmin;
    let producer: DefaultMQProducer;
    let nextName = 0;
    const logger = new SilentLogger();
    const running: { shutdown(): Promise<void> }[] = [];
    const common = () => ({ namesrvAddr: servers.namesrvAddr });

    const fresh = (prefix: string) => `${prefix}_${nextName++}`;
    const newTopic = async (queues = 4): Promise<string> => {
      const topic = fresh('topic');
      await admin.createTopic(topic, { readQueueNums: queues, writeQueueNums: queues });
      await waitFor(`the route of ${topic}`, async () => !!(await admin.topicRoute(topic)));
      return topic;
    };
    const send = (topic: string, body: string, more: object = {}): Promise<SendResult> =>
      producer.send(createMessage({ topic, body, ...more }));
    const sendMany = (topic: string, bodies: readonly string[]): Promise<SendResult[]> =>
      Promise.all(bodies.map((body) => send(topic, body)));

    const newConsumer = (
      options: Partial<PushConsumerOptions>,
      registry?: ClientRegistry,
    ): DefaultMQPushConsumer => {
      const consumer = new DefaultMQPushConsumer(
        {
          ...common(),
          consumerGroup: fresh('group'),
          consumeFromWhere: 'CONSUME_FROM_FIRST_OFFSET',
          persistConsumerOffsetIntervalMs: 200,
          ...options,
        },
        { logger, ...(registry && { registry }) },
      );
      running.push(consumer);
      return consumer;
    };
    /** Starts a concurrent consumer that collects what it receives. */
    const collect = async (
      topic: string,
      options: Partial<PushConsumerOptions> = {},
      expression = '*',
    ): Promise<{ consumer: DefaultMQPushConsumer; received: MessageExt[] }> => {
      const received: MessageExt[] = [];
      const consumer = newConsumer(options);
      consumer.subscribe(topic, expression);
      consumer.registerMessageListener({
        consumeConcurrently: (messages) => {
          received.push(...messages);
          return 'CONSUME_SUCCESS';
        },
      });
      await consumer.start();
      return { consumer, received };
    };

    beforeAll(async () => {
      servers = await startServers();
      admin = new MQAdmin(common(), { logger });
      producer = new DefaultMQProducer({ ...common(), producerGroup: 'contract' }, { logger });
      await admin.start();
      await producer.start();
      await waitFor('a broker', async () => {
        const info = await admin.clusterInfo().catch(() => undefined);
        return (info?.brokerAddrTable?.size ?? 0) > 0;
      });
    }, 120_000);

    afterEach(async () => {
      await Promise.all(running.splice(0).map((member) => member.shutdown()));
    });

    afterAll(async () => {
      await producer?.shutdown();
      await admin?.shutdown();
      await servers?.stop();
    }, 60_000);

    it('delivers messages with their tags, keys, properties and places', async () => {
      const topic = await newTopic();
      const { received } = await collect(topic);
      const result = await send(topic, 'hello', {
        tag: 'TagA',
        keys: ['k1', 'k2'],
        properties: { colour: 'grün' },
      });
      await waitFor('the message', () => received.length === 1);
      const [message] = received;
      expect(message).toMatchObject({
        topic,
        msgId: result.msgId,
        offsetMsgId: result.offsetMsgId,
        queueId: result.messageQueue.queueId,
        queueOffset: result.queueOffset,
        brokerName: result.messageQueue.brokerName,
        reconsumeTimes: 0,
      });
      expect(result.sendStatus).toBe('SEND_OK');
      expect(bodyOf(message)).toBe('hello');
      expect(message.properties.get('TAGS')).toBe('TagA');
      expect(message.properties.get('KEYS')).toBe('k1 k2');
      expect(message.properties.get('colour')).toBe('grün');
    });

    it('makes topics on demand', async () => {
      const topic = fresh('made_on_demand');
      const result = await send(topic, 'first');
      expect(result.messageQueue.topic).toBe(topic);
      const { received } = await collect(topic);
      await waitFor('the message', () => received.length === 1);
    });

    it('compares tags where hashes agree', async () => {
      const topic = await newTopic();
      const { received } = await collect(topic, {}, 'AaAa || Other');
      await Promise.all(
        ['AaAa', 'BBBB', 'AaBB', 'Other', 'Third'].map((tag) => send(topic, tag, { tag })),
      );
      await waitFor('two messages', () => received.length >= 2);
      await send(topic, 'last', { tag: 'Other' });
      await waitFor('the last message', () => received.length >= 3);
      expect(sorted(received.map(bodyOf))).toEqual(['AaAa', 'Other', 'last']);
    });

    it('sends batches to one queue at consecutive offsets', async () => {
      const topic = await newTopic();
      const bodies = Array.from({ length: 10 }, (_, index) => `b${index}`);
      const messages = bodies.map((body) => createMessage({ topic, body, keys: body }));
      const result = await producer.sendBatch(messages);
      expect(result.msgId.split(',')).toHaveLength(10);
      const { received } = await collect(topic);
      await waitFor('the batch', () => received.length === 10);
      const inOrder = [...received].sort((a, b) => a.queueOffset - b.queueOffset);
      expect(inOrder.map(bodyOf)).toEqual(bodies);
      expect(inOrder.map((message) => message.queueOffset - result.queueOffset)).toEqual(
        bodies.map((_, index) => index),
      );
      expect(new Set(received.map((message) => message.queueId)).size).toBe(1);
      expect(inOrder.map((message) => message.msgId).join(',')).toBe(result.msgId);
    });

    it('delivers what was sent oneway', async () => {
      const topic = await newTopic();
      const { received } = await collect(topic);
      for (let index = 0; index < 5; index++) {
        await producer.sendOneway(createMessage({ topic, body: `o${index}` }));
      }
      await waitFor('five messages', () => received.length === 5);
    });

    it.each(['ZLIB', 'LZ4', 'ZSTD'] as const)('compresses large bodies by %s', async (type) => {
      const topic = await newTopic();
      const compressing = new DefaultMQProducer(
        { ...common(), producerGroup: fresh('compressing'), compressType: type },
        { logger },
      );
      await compressing.start();
      running.push(compressing);
      const body = 'rocketmq '.repeat(10_000);
      await compressing.send(createMessage({ topic, body }));
      const { received } = await collect(topic);
      await waitFor('the message', () => received.length === 1);
      expect(bodyOf(received[0])).toBe(body);
      expect(received[0].storeSizeBytes).toBeLessThan(5000);
    });

    it('selects queues by the caller, by sharding key and by selector', async () => {
      const topic = await newTopic(8);
      const message = () => createMessage({ topic, body: 'x' });
      const queues = await producer.fetchPublishMessageQueues(topic);
      expect(queues).toHaveLength(8);
      const fixed = await producer.sendToQueue(message(), queues[5]);
      expect(fixed.messageQueue).toEqual(queues[5]);
      const sharded = await Promise.all(
        Array.from({ length: 5 }, () => producer.send(message(), { shardingKey: 'order-7' })),
      );
      expect(new Set(sharded.map((result) => result.messageQueue.queueId)).size).toBe(1);
      const selected = await producer.send(message(), (all, _, arg) => all[arg as number], 3);
      expect(selected.messageQueue.queueId).toBe(3);
    });

    it('delivers a delayed message after its level', async () => {
      const topic = await newTopic();
      const { received } = await collect(topic);
      await send(topic, 'late', { delayTimeLevel: 1 });
      await waitFor('the message', () => received.length === 1);
      const [message] = received;
      expect(message.topic).toBe(topic);
      expect(message.storeTimestamp - message.bornTimestamp).toBeGreaterThanOrEqual(900);
    });

    it('retries a failed message and tells how often it came', async () => {
      const topic = await newTopic();
      const seen: [string, number, string][] = [];
      const consumer = newConsumer({});
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
      await send(topic, 'again', { tag: 'TagA' });
      await waitFor('the third delivery', () => seen.length === 3, 40_000);
      expect(seen).toEqual([
        ['again', 0, topic],
        ['again', 1, topic],
        ['again', 2, topic],
      ]);
    }, 60_000);

    it('puts messages aside: at once when told so, and after maxReconsumeTimes', async () => {
      const topic = await newTopic();
      const consumerGroup = fresh('group');
      const deliveries = new Map<string, number>();
      const consumer = newConsumer({ consumerGroup, maxReconsumeTimes: 1 });
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
      await sendMany(topic, ['rejected', 'failing']);
      const dead = `%DLQ%${consumerGroup}`;
      await waitFor('the dead letter topic', async () => !!(await admin.topicRoute(dead)));
      const { received } = await collect(dead);
      await waitFor('two dead letters', () => received.length === 2, 40_000);
      expect(sorted(received.map(bodyOf))).toEqual(['failing', 'rejected']);
      expect(deliveries).toEqual(new Map(Object.entries({ rejected: 1, failing: 2 })));
    }, 60_000);

    it('sends a message back whose call takes too long', async () => {
      const topic = await newTopic();
      const seen: number[] = [];
      const consumer = newConsumer({ consumeTimeoutMs: 300, concurrency: 1 });
      consumer.subscribe(topic);
      consumer.registerMessageListener({
        consumeConcurrently: ([message]) => {
          seen.push(message.reconsumeTimes);
          if (message.reconsumeTimes > 0) return ConsumeConcurrentlyStatus.CONSUME_SUCCESS;
          return new Promise<never>(() => undefined);
        },
      });
      await consumer.start();
      await send(topic, 'stuck');
      await waitFor('the second delivery', () => seen.length === 2, 40_000);
      expect(seen).toEqual([0, 1]);
    }, 60_000);

    it('goes on where the group stood', async () => {
      const topic = await newTopic();
      const consumerGroup = fresh('group');
      const first = await collect(topic, { consumerGroup });
      await sendMany(topic, ['a', 'b', 'c']);
      await waitFor('three messages', () => first.received.length === 3);
      await first.consumer.shutdown();
      await sendMany(topic, ['d', 'e']);
      const second = await collect(topic, { consumerGroup });
      await waitFor('two messages', () => second.received.length >= 2);
      await send(topic, 'f');
      await waitFor('the last message', () => second.received.length >= 3);
      expect(sorted(second.received.map(bodyOf))).toEqual(['d', 'e', 'f']);
    });

    it('shares queues among members and takes over those of one that leaves', async () => {
      const topic = await newTopic(8);
      const consumerGroup = fresh('group');
      const one = await collect(topic, { consumerGroup });
      const ownQueues = (consumer: DefaultMQPushConsumer): number[] =>
        consumer
          .queueStatuses()
          .filter((status) => status.messageQueue.topic === topic)
          .map((status) => status.messageQueue.queueId);
      expect(ownQueues(one.consumer)).toHaveLength(8);
      const two = await collect(topic, { consumerGroup });
      await waitFor('halves', () => {
        const counts = [ownQueues(one.consumer).length, ownQueues(two.consumer).length];
        return counts.every((count) => count === 4);
      });
      const all = [...ownQueues(one.consumer), ...ownQueues(two.consumer)];
      expect(all.sort((a, b) => a - b)).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);

      const bodies = Array.from({ length: 80 }, (_, index) => `m${index}`);
      await sendMany(topic, bodies);
      const receivedBodies = () => [...one.received, ...two.received].map(bodyOf);
      await waitFor('all messages', () => new Set(receivedBodies()).size === 80);
      expect(one.received.length).toBeGreaterThan(0);
      expect(two.received.length).toBeGreaterThan(0);

      await one.consumer.shutdown();
      await waitFor('the take-over', () => ownQueues(two.consumer).length === 8);
      await sendMany(topic, ['x', 'y', 'z']);
      await waitFor('the rest', () => new Set(receivedBodies()).size === 83);
    });

    it('gives every broadcasting member every message, from where it stood', async () => {
      const topic = await newTopic();
      const localOffsetStoreDir = makeTemporaryFolder('offsets');
      try {
        const consumerGroup = fresh('group');
        const options = (instanceName: string) => ({
          consumerGroup,
          instanceName,
          localOffsetStoreDir,
          messageModel: 'BROADCASTING' as const,
          consumeFromWhere: 'CONSUME_FROM_LAST_OFFSET' as const,
        });
        await send(topic, 'before');
        const one = await collect(topic, options('one'));
        const two = await collect(topic, options('two'));
        await sendMany(topic, ['a', 'b', 'c', 'd']);
        await waitFor('four each', () => one.received.length === 4 && two.received.length === 4);
        await one.consumer.shutdown();
        await sendMany(topic, ['e', 'f']);
        const again = await collect(topic, options('one'));
        await waitFor('two more', () => again.received.length >= 2);
        expect(sorted(again.received.map(bodyOf))).toEqual(['e', 'f']);
      } finally {
        await Promise.all(running.splice(0).map((member) => member.shutdown()));
        removeFolder(localOffsetStoreDir);
      }
    });

    it('keeps the order of each queue for an orderly listener, across failures', async () => {
      const topic = await newTopic(3);
      const keys = Array.from({ length: 6 }, (_, index) => `key${index}`);
      for (let index = 0; index < 10; index++) {
        await Promise.all(
          keys.map((key) =>
            producer.send(createMessage({ topic, body: `${key}:${index}` }), { shardingKey: key }),
          ),
        );
      }
      const done = new Map<number, string[]>();
      const active = new Map<number, number>();
      const consumer = newConsumer({ suspendCurrentQueueTimeMs: 10 });
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
      const topic = await newTopic(4);
      const consumerGroup = fresh('group');
      const order = new Map<number, number[]>();
      const active = new Set<number>();
      let overlaps = 0;
      const join = async (): Promise<DefaultMQPushConsumer> => {
        const consumer = newConsumer({ consumerGroup });
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
      const sending = sendMany(
        topic,
        Array.from({ length: total }, (_, index) => `m${index}`),
      );
      await waitFor('a start', () => order.size > 0);
      await join();
      await waitFor('the middle', () => [...order.values()].flat().length > total / 2);
      await first.shutdown();
      await sending;
      await waitFor('all', () => [...order.values()].flat().length >= total, 40_000);
      expect(overlaps).toBe(0);
      for (const offsets of order.values()) {
        expect(offsets).toEqual(offsets.map((_, index) => index));
      }
    }, 60_000);

    it('puts an orderly message aside after maxReconsumeTimes and goes on', async () => {
      const topic = await newTopic(1);
      const consumerGroup = fresh('group');
      const seen: string[] = [];
      const consumer = newConsumer({
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
      for (const body of ['good', 'bad', 'next']) await send(topic, body);
      await waitFor('the next message', () => seen.includes('next'));
      expect(seen).toEqual(['good', 'bad', 'bad', 'bad', 'next']);
      const dead = `%DLQ%${consumerGroup}`;
      await waitFor('the dead letter topic', async () => !!(await admin.topicRoute(dead)));
      const { received } = await collect(dead);
      await waitFor('the dead letter', () => received.length === 1);
    });

    it('starts at a time', async () => {
      const topic = await newTopic(1);
      await send(topic, 'old');
      const { received: before } = await collect(topic);
      await waitFor('the old message', () => before.length === 1);
      await waitFor('a later millisecond', () => Date.now() > before[0].storeTimestamp + 50);
      const consumeTimestampMs = Date.now();
      await send(topic, 'new');
      const localOffsetStoreDir = makeTemporaryFolder('offsets');
      const { received, consumer } = await collect(topic, {
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
      const topic = await newTopic(1);
      await sendMany(
        topic,
        Array.from({ length: 200 }, (_, index) => `m${index}`),
      );
      const release: (() => void)[] = [];
      let open = false;
      let count = 0;
      const consumer = newConsumer({
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
      const topic = await newTopic(1);
      let started = 0;
      let finished = 0;
      const consumer = newConsumer({});
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
      await send(topic, 'one');
      await waitFor('a call', () => started === 1);
      await consumer.shutdown();
      expect(finished).toBe(1);
      const [queue] = await admin.fetchSubscribeMessageQueues(topic);
      expect(await admin.consumerOffset(consumer.consumerGroup, queue)).toBe(1);
    });

    it('shares one client among members of one registry', async () => {
      const topic = await newTopic();
      const registry = new ClientRegistry({ logger });
      const received: string[] = [];
      const consumers = ['a', 'b'].map((group) => {
        const consumer = newConsumer({ consumerGroup: fresh(group) }, registry);
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
      await send(topic, '1');
      await waitFor('both', () => received.length === 2);
      expect(sorted(received)).toEqual(['a1', 'b1']);
      const twin = newConsumer({ consumerGroup: consumers[0].consumerGroup }, registry);
      twin.subscribe(topic);
      twin.registerMessageListener({ consumeConcurrently: () => 'CONSUME_SUCCESS' });
      await expect(twin.start()).rejects.toMatchObject({ code: 'GROUP_ILLEGAL' });
    });

    it('keeps namespaces apart', async () => {
      const topic = await newTopic();
      const namespace = fresh('ns');
      await admin.createTopic(`${namespace}%${topic}`, { readQueueNums: 2, writeQueueNums: 2 });
      const inside = new DefaultMQProducer(
        { ...common(), producerGroup: 'inside', namespace },
        { logger },
      );
      await inside.start();
      running.push(inside);
      const outer = await collect(topic);
      const inner = await collect(topic, { namespace });
      await send(topic, 'outside');
      await inside.send(createMessage({ topic, body: 'inside' }));
      await waitFor('both', () => outer.received.length === 1 && inner.received.length === 1);
      expect(inner.received[0]).toMatchObject({ topic });
      expect(bodyOf(inner.received[0])).toBe('inside');
    });

    it('finds offsets and messages', async () => {
      const topic = await newTopic(1);
      const results: SendResult[] = [];
      for (const keys of ['k0', 'k1', 'k1']) results.push(await send(topic, keys, { keys }));
      const [queue] = await admin.fetchSubscribeMessageQueues(topic);
      await waitFor('the queue', async () => (await admin.maxOffset(queue)) === 3);
      expect(await admin.minOffset(queue)).toBe(0);
      expect(await admin.searchOffset(queue, 0)).toBe(0);
      expect(await admin.searchOffset(queue, Date.now() + 60_000)).toBe(3);
      await waitFor('the index', async () => {
        return (await admin.queryMessages({ topic, key: 'k1' })).length === 2;
      });
      const byUniqueKey = await admin.viewMessage(topic, results[0].msgId);
      const byPlace = await admin.viewMessage(topic, results[0].offsetMsgId);
      expect([bodyOf(byUniqueKey), bodyOf(byPlace)]).toEqual(['k0', 'k0']);
      await expect(admin.viewMessage(topic, 'no such id')).rejects.toMatchObject({
        code: 'NOT_FOUND',
      });
    });

    it('refuses what cannot be sent, saying why', async () => {
      const refused = (message: Parameters<typeof createMessage>[0]) =>
        producer.send(createMessage(message));
      const code = (value: string) => expect.objectContaining({ code: value });
      await expect(refused({ topic: 'T', body: '' })).rejects.toEqual(code('MESSAGE_ILLEGAL'));
      await expect(refused({ topic: 'a b', body: 'x' })).rejects.toEqual(code('TOPIC_ILLEGAL'));
      await expect(refused({ topic: 'SCHEDULE_TOPIC_XXXX', body: 'x' })).rejects.toEqual(
        code('TOPIC_ILLEGAL'),
      );
      await expect(refused({ topic: 'T', body: Buffer.alloc(5_000_000) })).rejects.toEqual(
        code('MESSAGE_TOO_LARGE'),
      );
      const signal = AbortSignal.abort();
      await expect(
        producer.send(createMessage({ topic: 'T', body: 'x' }), { signal }),
      ).rejects.toEqual(code('ABORTED'));
    });

    it('sends many at once', async () => {
      const topic = await newTopic(8);
      const { received } = await collect(topic);
      const bodies = Array.from({ length: 5000 }, (_, index) => `${index}`);
      const results = await sendMany(topic, bodies);
      expect(new Set(results.map((result) => result.msgId)).size).toBe(5000);
      await waitFor('all', () => received.length >= 5000);
      expect(new Set(received.map(bodyOf)).size).toBe(5000);
    }, 60_000);
  });
}
