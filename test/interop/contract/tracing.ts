import { DefaultMQProducer, TransactionMQProducer } from '@rocket-nest/client';
import { createMessage, type MessageExt } from '@rocket-nest/common';
import { waitFor } from '../../support/polling';
import { bodyOf, type ContractKit } from './contract-kit';

const TRACE_TOPIC = 'RMQ_SYS_TRACE_TOPIC';

/** Makes brokers have the trace topic. */
export const traceBrokerProperties = { traceTopicEnable: true };

/** Message trace, as others read it. */
export function describeTracing(kit: ContractKit): void {
  it('writes what became of messages, and finds it by their keys', async () => {
    const topic = await kit.newTopic();
    const traces = await kit.collect(TRACE_TOPIC);
    const records = () =>
      traces.received.flatMap((message) =>
        bodyOf(message)
          .split('\u0002')
          .filter((text) => text.length > 0)
          .map((text) => text.split('\u0001')),
      );
    const producerGroup = kit.fresh('traced');
    const producer = new DefaultMQProducer(
      { ...kit.common(), producerGroup, enableMsgTrace: true },
      { logger: kit.logger },
    );
    await producer.start();
    const transactions = new TransactionMQProducer(
      {
        ...kit.common(),
        producerGroup: kit.fresh('traced_tx'),
        enableMsgTrace: true,
        transactionListener: {
          executeLocalTransaction: () => 'COMMIT_MESSAGE',
          checkLocalTransaction: () => 'COMMIT_MESSAGE',
        },
      },
      { logger: kit.logger },
    );
    await transactions.start();
    const good = await producer.send(
      createMessage({ topic, body: 'good', tag: 'TagA', keys: ['k1', 'k2'] }),
    );
    const bad = await producer.send(createMessage({ topic, body: 'bad' }));
    const committed = await transactions.sendMessageInTransaction(
      createMessage({ topic, body: 'tx', keys: 'kt' }),
    );
    const consumer = kit.newConsumer({ enableMsgTrace: true });
    const seen: MessageExt[] = [];
    consumer.subscribe(topic);
    consumer.registerMessageListener({
      consumeConcurrently: ([message]) => {
        seen.push(message);
        return bodyOf(message) === 'bad' ? 'RECONSUME_LATER' : 'CONSUME_SUCCESS';
      },
    });
    await consumer.start();
    await waitFor('three messages', () => seen.length >= 3);
    await Promise.all([consumer, producer, transactions].map((member) => member.shutdown()));
    const typesOf = (id: string) =>
      records()
        .filter((fields) => fields.includes(id))
        .map(([type]) => type)
        .sort();
    await waitFor('the traces', () =>
      [good.msgId, bad.msgId, committed.msgId].every((id) => typesOf(id).length >= 3),
    );
    expect(typesOf(good.msgId)).toEqual(['Pub', 'SubAfter', 'SubBefore']);
    expect(typesOf(committed.msgId)).toEqual(['EndTransaction', 'Pub', 'SubAfter', 'SubBefore']);
    const of = (type: string, id: string) =>
      records().find((fields) => fields[0] === type && fields.includes(id))!;
    const pub = of('Pub', good.msgId);
    expect([...pub.slice(2, 10), ...pub.slice(11)]).toEqual([
      ...['DefaultRegion', producerGroup, topic, good.msgId, 'TagA', 'k1 k2'],
      ...[kit.servers.brokerAddr, '4', '0', good.offsetMsgId, 'true'],
    ]);
    expect(of('Pub', committed.msgId)[11]).toBe('1');
    expect(of('Pub', bad.msgId).slice(6, 8)).toEqual(['null', 'null']);
    expect(of('EndTransaction', committed.msgId).slice(9)).toEqual([
      ...['2', committed.transactionId, 'COMMIT_MESSAGE', 'false'],
    ]);
    const before = of('SubBefore', good.msgId);
    const after = of('SubAfter', good.msgId);
    expect(before.slice(3)).toEqual([consumer.consumerGroup, after[1], good.msgId, '0', 'k1 k2']);
    expect([...after.slice(4, 7), after[8]]).toEqual([
      'true',
      'k1 k2',
      '0',
      consumer.consumerGroup,
    ]);
    expect(of('SubAfter', bad.msgId).slice(4, 7)).toEqual(['false', 'null', '4']);
    await waitFor('the index', async () => {
      const found = await kit.admin.queryMessages({ topic: TRACE_TOPIC, key: 'k2' });
      return found.length >= 1;
    });
  });
}
