import {
  DefaultLitePullConsumer,
  DefaultMQPullConsumer,
  type LitePullConsumerOptions,
} from '@rocket-nest/client';
import {
  createMessage,
  type Message,
  type MessageExt,
  type MessageQueue,
} from '@rocket-nest/common';
import { waitFor } from '../../support/polling';
import { bodyOf, numbered, sorted, type ContractKit } from './contract-kit';

/** Consumers that ask for messages: lite pull, and pulls by hand. */
export function describePulling(kit: ContractKit): void {
  const create = (more: Partial<LitePullConsumerOptions> = {}): DefaultLitePullConsumer => {
    const consumer = new DefaultLitePullConsumer(
      {
        ...kit.common(),
        consumerGroup: kit.fresh('lite'),
        consumeFromWhere: 'CONSUME_FROM_FIRST_OFFSET',
        pollTimeoutMs: 500,
        ...more,
      },
      { logger: kit.logger },
    );
    kit.running.push(consumer);
    return consumer;
  };
  const subscribed = async (
    topic: string,
    more: Partial<LitePullConsumerOptions> = {},
    filter = '*',
  ): Promise<DefaultLitePullConsumer> => {
    const consumer = create(more);
    await consumer.subscribe(topic, filter);
    await consumer.start();
    return consumer;
  };
  const message = (topic: string, body: string): Message => createMessage({ topic, body });
  const pollFor = async (
    consumer: DefaultLitePullConsumer,
    count: number,
  ): Promise<MessageExt[]> => {
    const got: MessageExt[] = [];
    await waitFor(`${count} messages`, async () => {
      got.push(...(await consumer.poll(200)));
      return got.length >= count;
    });
    return got;
  };

  it('hands out subscribed messages, and stores what is consumed', async () => {
    const topic = await kit.newTopic();
    const consumerGroup = kit.fresh('lite');
    const consumer = await subscribed(topic, { consumerGroup });
    expect(consumer.assignment()).toHaveLength(4);
    await kit.sendMany(topic, numbered(30));
    const got = await pollFor(consumer, 30);
    expect(sorted(got.map(bodyOf))).toEqual(sorted(numbered(30)));
    expect(got.every((message) => message.topic === topic)).toBe(true);
    await consumer.commit();
    const queues = await consumer.fetchMessageQueues(topic);
    const stored = await Promise.all(queues.map((queue) => consumer.committed(queue)));
    expect(stored.reduce((sum: number, offset) => sum + (offset ?? 0), 0)).toBe(30);
    await consumer.shutdown();
    await kit.send(topic, 'next');
    const again = await subscribed(topic, { consumerGroup });
    expect((await pollFor(again, 1)).map(bodyOf)).toEqual(['next']);
  });

  it('delivers again what was not committed', async () => {
    const topic = await kit.newTopic(1);
    const consumerGroup = kit.fresh('lite');
    const first = await subscribed(topic, { consumerGroup, autoCommit: false, pullBatchSize: 2 });
    for (const body of ['m0', 'm1']) await kit.send(topic, body);
    await pollFor(first, 2);
    await first.commit();
    for (const body of ['m2', 'm3']) await kit.send(topic, body);
    await pollFor(first, 2);
    await first.shutdown();
    const second = await subscribed(topic, { consumerGroup });
    expect((await pollFor(second, 2)).map(bodyOf)).toEqual(['m2', 'm3']);
  });

  it('filters by tag', async () => {
    const topic = await kit.newTopic();
    const consumer = await subscribed(topic, {}, 'TagA || TagB');
    for (const tag of ['TagA', 'TagC', 'TagB']) await kit.send(topic, tag, { tag });
    expect(sorted((await pollFor(consumer, 2)).map(bodyOf))).toEqual(['TagA', 'TagB']);
    expect(await consumer.poll(100)).toEqual([]);
  });

  it('is an async iterable that commits what the loop has done', async () => {
    const topic = await kit.newTopic(1);
    for (const body of numbered(5)) await kit.send(topic, body);
    const consumerGroup = kit.fresh('lite');
    const consumer = await subscribed(topic, { consumerGroup });
    const got: string[] = [];
    for await (const message of consumer) {
      got.push(bodyOf(message));
      if (got.length === 3) break;
    }
    expect(got).toEqual(['m0', 'm1', 'm2']);
    await consumer.shutdown();
    const again = await subscribed(topic, { consumerGroup });
    const controller = new AbortController();
    const rest: string[] = [];
    for await (const message of again.messages({ signal: controller.signal })) {
      rest.push(bodyOf(message));
      if (rest.length === 3) controller.abort();
    }
    expect(rest).toEqual(['m2', 'm3', 'm4']);
  });

  it('takes assigned queues, seeks in them, pauses and resumes', async () => {
    const topic = await kit.newTopic(2);
    const queues = await kit.admin.fetchSubscribeMessageQueues(topic);
    const [one, two] = queues;
    for (const body of numbered(10)) await kit.producer.sendToQueue(message(topic, body), one);
    for (const body of numbered(3, 'n')) await kit.producer.sendToQueue(message(topic, body), two);
    const consumer = create();
    await consumer.assign([one]);
    await consumer.start();
    expect((await pollFor(consumer, 10)).map(bodyOf)).toEqual(numbered(10));
    await consumer.seek(one, 7);
    expect((await pollFor(consumer, 3)).map(bodyOf)).toEqual(['m7', 'm8', 'm9']);
    await consumer.seekToBegin(one);
    consumer.pause([one]);
    expect(await consumer.poll(300)).toEqual([]);
    await consumer.assign([one, two]);
    expect((await pollFor(consumer, 3)).map(bodyOf)).toEqual(['n0', 'n1', 'n2']);
    consumer.resume([one]);
    expect((await pollFor(consumer, 10)).map(bodyOf)).toEqual(numbered(10));
    await consumer.seekToEnd(one);
    await kit.producer.sendToQueue(message(topic, 'last'), one);
    expect((await pollFor(consumer, 1)).map(bodyOf)).toEqual(['last']);
    await expect(consumer.seek(one, 99)).rejects.toMatchObject({ code: 'OPTION_ILLEGAL' });
    await consumer.assign([two]);
    await expect(consumer.seek(one, 0)).rejects.toMatchObject({ code: 'OPTION_ILLEGAL' });
    await consumer.commit([[two, 1]]);
    expect(await consumer.committed(two)).toBe(1);
    expect(await consumer.offsetForTimestamp(two, 0)).toBe(0);
  });

  it('shares the queues of a topic among members', async () => {
    const topic = await kit.newTopic(8);
    const consumerGroup = kit.fresh('lite');
    const changes: string[] = [];
    const messageQueueListener = (
      of: string,
      all: readonly MessageQueue[],
      mine: readonly MessageQueue[],
    ) => void changes.push(`${of === topic} ${mine.length}/${all.length}`);
    const one = await subscribed(topic, { consumerGroup, messageQueueListener });
    const two = await subscribed(topic, { consumerGroup });
    await waitFor('halves', () =>
      [one, two].every((consumer) => consumer.assignment().length === 4),
    );
    await kit.sendMany(topic, numbered(40));
    const got = (await Promise.all([pollFor(one, 1), pollFor(two, 1)])).flat();
    await waitFor('all', async () => {
      for (const consumer of [one, two]) got.push(...(await consumer.poll(50)));
      return got.length >= 40;
    });
    expect(sorted(got.map(bodyOf))).toEqual(sorted(numbered(40)));
    await two.shutdown();
    await waitFor('the take-over', () => one.assignment().length === 8);
    expect(changes[0]).toBe('true 8/8');
    expect(changes.slice(-2)).toEqual(['true 4/8', 'true 8/8']);
  });

  it('reads queues by hand', async () => {
    const topic = await kit.newTopic(1);
    for (const tag of ['TagA', 'TagB', 'TagA']) await kit.send(topic, tag, { tag });
    const consumer = await kit.startMember(
      new DefaultMQPullConsumer(
        { ...kit.common(), consumerGroup: kit.fresh('pull') },
        { logger: kit.logger },
      ),
    );
    const [queue] = await consumer.fetchSubscribeMessageQueues(topic);
    const all = await consumer.pull(queue, '*', 0, 2);
    expect(all).toMatchObject({ pullStatus: 'FOUND', nextBeginOffset: 2, minOffset: 0 });
    expect(all.messages.map(bodyOf)).toEqual(['TagA', 'TagB']);
    const some = await consumer.pull(queue, 'TagA', 0, 32);
    expect(some.messages.map((message) => message.queueOffset)).toEqual([0, 2]);
    expect(await consumer.pull(queue, '*', 3, 32)).toMatchObject({ pullStatus: 'NO_NEW_MSG' });
    const later = consumer.pullBlockIfNotFound(queue, '*', 3, 32);
    await kit.send(topic, 'awaited');
    expect((await later).messages.map(bodyOf)).toEqual(['awaited']);
    expect(await consumer.pull(queue, '*', 99, 32)).toMatchObject({
      pullStatus: 'OFFSET_ILLEGAL',
      nextBeginOffset: 4,
    });
    await consumer.updateConsumeOffset(queue, 3);
    expect(await consumer.fetchConsumeOffset(queue)).toBe(3);
    const signal = AbortSignal.timeout(100);
    await expect(consumer.pullBlockIfNotFound(queue, '*', 4, 1, { signal })).rejects.toMatchObject({
      code: 'ABORTED',
    });
  });
}
