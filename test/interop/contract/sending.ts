import { DefaultMQProducer } from '@rocket-nest/client';
import { createMessage } from '@rocket-nest/common';
import { waitFor } from '../../support/polling';
import { bodyOf, type ContractKit } from './contract-kit';

/** Sending: places, properties, batches, compression, choice of queues, refusals. */
export function describeSending(kit: ContractKit): void {
  it('delivers messages with their tags, keys, properties and places', async () => {
    const topic = await kit.newTopic();
    const { received } = await kit.collect(topic);
    const result = await kit.send(topic, 'hello', {
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
    const topic = kit.fresh('made_on_demand');
    const result = await kit.send(topic, 'first');
    expect(result.messageQueue.topic).toBe(topic);
    const { received } = await kit.collect(topic);
    await waitFor('the message', () => received.length === 1);
  });

  it('sends batches to one queue at consecutive offsets', async () => {
    const topic = await kit.newTopic();
    const bodies = Array.from({ length: 10 }, (_, index) => `b${index}`);
    const messages = bodies.map((body) => createMessage({ topic, body, keys: body }));
    const result = await kit.producer.sendBatch(messages);
    expect(result.msgId.split(',')).toHaveLength(10);
    const { received } = await kit.collect(topic);
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
    const topic = await kit.newTopic();
    const { received } = await kit.collect(topic);
    for (let index = 0; index < 5; index++) {
      await kit.producer.sendOneway(createMessage({ topic, body: `o${index}` }));
    }
    await waitFor('five messages', () => received.length === 5);
  });

  it.each(['ZLIB', 'LZ4', 'ZSTD'] as const)('compresses large bodies by %s', async (type) => {
    const topic = await kit.newTopic();
    const compressing = new DefaultMQProducer(
      { ...kit.common(), producerGroup: kit.fresh('compressing'), compressType: type },
      { logger: kit.logger },
    );
    await compressing.start();
    kit.running.push(compressing);
    const body = 'rocketmq '.repeat(10_000);
    await compressing.send(createMessage({ topic, body }));
    const { received } = await kit.collect(topic);
    await waitFor('the message', () => received.length === 1);
    expect(bodyOf(received[0])).toBe(body);
    expect(received[0].storeSizeBytes).toBeLessThan(5000);
  });

  it('selects queues by the caller, by sharding key and by selector', async () => {
    const topic = await kit.newTopic(8);
    const message = () => createMessage({ topic, body: 'x' });
    const queues = await kit.producer.fetchPublishMessageQueues(topic);
    expect(queues).toHaveLength(8);
    const fixed = await kit.producer.sendToQueue(message(), queues[5]);
    expect(fixed.messageQueue).toEqual(queues[5]);
    const sharded = await Promise.all(
      Array.from({ length: 5 }, () => kit.producer.send(message(), { shardingKey: 'order-7' })),
    );
    expect(new Set(sharded.map((result) => result.messageQueue.queueId)).size).toBe(1);
    const selected = await kit.producer.send(message(), (all, _, arg) => all[arg as number], 3);
    expect(selected.messageQueue.queueId).toBe(3);
  });

  it('refuses what cannot be sent, saying why', async () => {
    const refused = (message: Parameters<typeof createMessage>[0]) =>
      kit.producer.send(createMessage(message));
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
      kit.producer.send(createMessage({ topic: 'T', body: 'x' }), { signal }),
    ).rejects.toEqual(code('ABORTED'));
  });

  it('sends many at once', async () => {
    const topic = await kit.newTopic(8);
    const { received } = await kit.collect(topic);
    const bodies = Array.from({ length: 5000 }, (_, index) => `${index}`);
    const results = await Promise.all(
      bodies.map((body) =>
        kit.producer.send(createMessage({ topic, body }), { timeoutMs: 30_000 }),
      ),
    );
    expect(new Set(results.map((result) => result.msgId)).size).toBe(5000);
    await waitFor('all', () => received.length >= 5000);
    expect(new Set(received.map(bodyOf)).size).toBe(5000);
  }, 60_000);
}
