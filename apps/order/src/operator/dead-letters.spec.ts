import {
  ConsumeConcurrentlyStatus,
  ConsumeFromWhere,
  createMessage,
  DefaultMQProducer,
  DefaultMQPullConsumer,
  DefaultMQPushConsumer,
} from '@rocket-nest/client';
import type { MessageExt } from '@rocket-nest/common';
import { Standalone } from '@rocket-nest/standalone';
import { waitFor } from '../../../../test/support/polling';
import { countDeadLetters, replayDeadLetters } from './dead-letters';

jest.setTimeout(60_000);

const GROUP = 'seckill-order-paid';
const TOPIC = 'seckill-payment';

describe('dead letters', () => {
  const standalone = new Standalone();
  let producer: DefaultMQProducer;
  let operator: DefaultMQPullConsumer;
  let listener: DefaultMQPushConsumer;
  let bystander: DefaultMQPushConsumer;
  let isMended = false;
  const handled: MessageExt[] = [];
  const seenByBystander: string[] = [];
  const textOf = ({ body }: MessageExt): string => body.toString();

  beforeAll(async () => {
    const { namesrvAddr } = await standalone.start();
    producer = new DefaultMQProducer({ namesrvAddr, producerGroup: 'sender' });
    operator = new DefaultMQPullConsumer({ namesrvAddr, consumerGroup: 'seckill-operator' });
    await producer.start();
    await operator.start();
    await producer.send(createMessage({ topic: TOPIC, body: 'the first makes the topic' }));
    const options = { namesrvAddr, consumeFromWhere: ConsumeFromWhere.CONSUME_FROM_FIRST_OFFSET };
    listener = new DefaultMQPushConsumer({
      ...options,
      consumerGroup: GROUP,
      maxReconsumeTimes: 1,
    });
    listener.subscribe(TOPIC);
    listener.registerMessageListener({
      consumeConcurrently: ([message], context) => {
        context.delayLevelWhenNextConsume = 1;
        if (!isMended) return ConsumeConcurrentlyStatus.RECONSUME_LATER;
        handled.push(message);
        return ConsumeConcurrentlyStatus.CONSUME_SUCCESS;
      },
    });
    bystander = new DefaultMQPushConsumer({ ...options, consumerGroup: 'bystander' });
    bystander.subscribe(TOPIC);
    bystander.registerMessageListener({
      consumeConcurrently: (messages) => {
        seenByBystander.push(...messages.map(textOf));
        return ConsumeConcurrentlyStatus.CONSUME_SUCCESS;
      },
    });
    await Promise.all([listener.start(), bystander.start()]);
  });
  afterAll(async () => {
    for (const client of [listener, bystander, operator, producer]) await client?.shutdown();
    await standalone.shutdown();
  });

  const dead = (count: number): Promise<void> =>
    waitFor(
      `${count} dead letters`,
      async () => (await countDeadLetters(operator, GROUP)) === count,
      40_000,
    );

  it('are none while nothing has died', async () => {
    expect(await countDeadLetters(operator, 'seckill-order-return')).toBe(0);
    expect(await replayDeadLetters(operator, producer, 'seckill-order-return')).toBe(0);
  });

  it('die again when they are replayed before the cause is mended', async () => {
    await dead(1);
    expect(await replayDeadLetters(operator, producer, GROUP)).toBe(1);
    expect(await countDeadLetters(operator, GROUP)).toBe(0);
    await dead(1);
  });

  it('reach their group, and nobody else, as they were', async () => {
    const message = createMessage({ topic: TOPIC, body: 'paid', tag: 'PAID', keys: 'order-1' });
    const { msgId } = await producer.send(message);
    await dead(2);
    isMended = true;
    expect(await replayDeadLetters(operator, producer, GROUP)).toBe(2);
    await waitFor('both to be handled', () => handled.length === 2);
    const paid = handled.find((each) => textOf(each) === 'paid');
    expect(paid?.topic).toBe(TOPIC);
    expect(paid?.properties.get('TAGS')).toBe('PAID');
    expect(paid?.properties.get('KEYS')).toBe('order-1');
    expect(paid?.properties.get('UNIQ_KEY')).toBe(msgId);
    expect(seenByBystander.sort()).toEqual(['paid', 'the first makes the topic']);
    expect(await countDeadLetters(operator, GROUP)).toBe(0);
    expect(await replayDeadLetters(operator, producer, GROUP)).toBe(0);
  });
});
