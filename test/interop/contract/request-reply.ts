import {
  ConsumeConcurrentlyStatus,
  DefaultMQProducer,
  isRequest,
  type ProducerOptions,
} from '@rocket-nest/client';
import { createMessage, type MessageExt } from '@rocket-nest/common';
import { waitFor } from '../../support/polling';
import { bodyOf, numbered, type ContractKit } from './contract-kit';

/** Requests that are answered by a consumer. */
export function describeRequestReply(kit: ContractKit): void {
  const newProducer = (more: Partial<ProducerOptions> = {}): Promise<DefaultMQProducer> =>
    kit.startMember(
      new DefaultMQProducer(
        { ...kit.common(), producerGroup: kit.fresh('requester'), ...more },
        { logger: kit.logger },
      ),
    );
  /** Starts a consumer that hands each request to `answer`. */
  const serve = async (
    topic: string,
    answer: (request: MessageExt, producer: DefaultMQProducer) => Promise<unknown>,
    namespace?: string,
  ): Promise<void> => {
    const producer = await newProducer(namespace ? { namespace } : {});
    const consumer = kit.newConsumer(namespace ? { namespace } : {});
    consumer.subscribe(topic);
    consumer.registerMessageListener({
      consumeConcurrently: async ([message]) => {
        await answer(message, producer);
        return ConsumeConcurrentlyStatus.CONSUME_SUCCESS;
      },
    });
    await consumer.start();
  };

  it('gives each request its reply', async () => {
    const topic = await kit.newTopic();
    await serve(topic, (request, producer) =>
      producer.reply(request, {
        body: `re: ${bodyOf(request)}`,
        tag: 'Answer',
        properties: { of: request.msgId },
      }),
    );
    const producer = await newProducer();
    const bodies = numbered(20);
    const replies = await Promise.all(
      bodies.map((body) => producer.request(createMessage({ topic, body }), { timeoutMs: 10_000 })),
    );
    expect(replies.map(bodyOf)).toEqual(bodies.map((body) => `re: ${body}`));
    const [reply] = replies;
    expect(reply.properties.get('TAGS')).toBe('Answer');
    expect(reply.properties.get('MSG_TYPE')).toBe('reply');
    expect(Number(reply.properties.get('ARRIVE_TIME'))).toBeGreaterThan(0);
    expect(isRequest(reply)).toBe(true);
  });

  it('passes large replies', async () => {
    const topic = await kit.newTopic();
    const body = 'large '.repeat(20_000);
    await serve(topic, (request, producer) => producer.reply(request, { body }));
    const reply = await kit.producer.request(createMessage({ topic, body: 'x' }), {
      timeoutMs: 10_000,
    });
    expect(bodyOf(reply)).toBe(body);
  });

  it('ends a request without a reply in its time, and when it is aborted', async () => {
    const topic = await kit.newTopic();
    const request = (options: object) =>
      kit.producer.request(createMessage({ topic, body: 'x' }), options);
    await expect(request({ timeoutMs: 300 })).rejects.toMatchObject({ code: 'REQUEST_TIMEOUT' });
    const controller = new AbortController();
    const pending = request({ timeoutMs: 20_000, signal: controller.signal });
    controller.abort();
    await expect(pending).rejects.toMatchObject({ code: 'ABORTED' });
  });

  it('tells who replies that the requester is gone', async () => {
    const topic = await kit.newTopic();
    const requests: MessageExt[] = [];
    await serve(topic, (request) => Promise.resolve(requests.push(request)));
    const requester = await newProducer();
    await requester
      .request(createMessage({ topic, body: 'x' }), { timeoutMs: 500 })
      .catch(() => undefined);
    await requester.shutdown();
    await waitFor('the request', () => requests.length === 1);
    await expect(kit.producer.reply(requests[0], { body: 'late' })).rejects.toMatchObject({
      code: 'BROKER_ERROR',
    });
    const plain = { ...requests[0], properties: new Map<string, string>() };
    await expect(kit.producer.reply(plain, { body: 'x' })).rejects.toMatchObject({
      code: 'MESSAGE_ILLEGAL',
    });
  });

  it('replies within a namespace', async () => {
    const namespace = kit.fresh('ns');
    const topic = kit.fresh('topic');
    await kit.admin.createTopic(`${namespace}%${topic}`, { readQueueNums: 2, writeQueueNums: 2 });
    await serve(
      topic,
      (request, producer) => producer.reply(request, { body: `re: ${bodyOf(request)}` }),
      namespace,
    );
    const producer = await newProducer({ namespace });
    const reply = await producer.request(createMessage({ topic, body: 'x' }), {
      timeoutMs: 10_000,
    });
    expect(bodyOf(reply)).toBe('re: x');
  });
}
