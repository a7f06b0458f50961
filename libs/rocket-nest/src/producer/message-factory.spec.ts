import { z } from 'zod';
import { MessageSerializers } from '../serialization/message-serializers';
import { MessageFactory } from './message-factory';
import { defineTopic } from './topic-definition';

const serializers = new MessageSerializers();

describe('MessageFactory', () => {
  let count = 0;
  const factory = new MessageFactory(serializers, { next: () => `id-${++count}` });

  it('puts tag, keys, sharding key, delay, headers and a unique key into the properties', async () => {
    const message = await factory.create(
      'order:PAID',
      { id: 1 },
      { keys: ['a', 'b'], shardingKey: 's', delay: '30s', headers: { tenant: 'acme' } },
    );
    expect(message.topic).toBe('order');
    expect(message.body.toString()).toBe('{"id":1}');
    expect(Object.fromEntries(message.properties)).toEqual({
      TAGS: 'PAID',
      KEYS: 'a b',
      __SHARDINGKEY: 's',
      DELAY: '4',
      tenant: 'acme',
      WAIT: 'true',
      contentType: 'application/json',
      UNIQ_KEY: `id-${count}`,
    });
  });

  it('gives each message a unique key of its own', async () => {
    const [first, second] = [await factory.create('T', 'a'), await factory.create('T', 'a')];
    expect(first.properties.get('UNIQ_KEY')).not.toBe(second.properties.get('UNIQ_KEY'));
  });

  it('sends what it was given, not what the schema makes of it', async () => {
    const topic = defineTopic({
      topic: 'order',
      tag: 'PAID',
      schema: z.object({ at: z.string().transform((text) => new Date(text)) }),
    });
    const payload = { at: '2026-01-01' };
    const message = await factory.create<unknown>(topic, payload);
    expect(JSON.parse(message.body.toString())).toEqual(payload);
    expect(message.properties.get('TAGS')).toBe('PAID');
  });

  it('rejects a payload that does not fit, naming topic and place', async () => {
    const schema = z.object({ items: z.array(z.object({ count: z.number() })) });
    const topic = defineTopic({ topic: 'order', schema });
    const bad = { items: [{ count: 1 }, { count: '2' }] } as never;
    await expect(factory.create(topic, bad)).rejects.toMatchObject({
      code: 'ROCKET_PAYLOAD',
      message: expect.stringMatching(/schema of topic 'order': items\.1\.count: /),
    });
  });

  it('takes the serializer of the topic, and for another content type that one', async () => {
    const upper = {
      contentType: 'text/x-upper',
      serialize: (text: string) => Buffer.from(text.toUpperCase()),
      deserialize: (body: Buffer) => body.toString(),
    };
    const topic = defineTopic<string>({ topic: 'T', serializer: upper });
    const message = await factory.create(topic, 'abc');
    expect(message.body.toString()).toBe('ABC');
    expect(message.properties.get('contentType')).toBe('text/x-upper');
    const plain = await factory.create(topic, 'abc', { contentType: 'text/plain' });
    expect(plain.body.toString()).toBe('abc');
  });

  it.each([
    ['a malformed topic', 'order.paid', 'x', {}, /topic "order\.paid" contains illegal/],
    ['an unknown content type', 'T', 'x', { contentType: 'a/b' }, /add it to 'serializers'/],
    ['a key with a space', 'T', 'x', { keys: ['a b'] }, /key "a b" cannot be used/],
    ['a delay that is no level', 'T', 'x', { delay: '25s' }, /nearest is '30s'/],
    ['a header that RocketMQ uses itself', 'T', 'x', { headers: { TAGS: 'a' } }, /"TAGS"/],
    ['a payload that JSON cannot hold', 'T', { a: 1n }, {}, /topic 'T' cannot be written as/],
  ])('refuses %s', async (_what, topic, payload, options, message) => {
    await expect(factory.create<unknown>(topic, payload, options)).rejects.toThrow(message);
  });
});

describe('defineTopic', () => {
  it.each([
    [{ topic: '' }, /'topic' is ""/],
    [{ topic: 'order:PAID' }, /its tag goes into 'tag'/],
    [{ topic: 'order', tag: 'A || B' }, /one tag or none/],
    [{ topic: 'order', tag: '*' }, /one tag or none/],
  ])('refuses %p', (init, message) => {
    expect(() => defineTopic(init)).toThrow(message);
  });
});
