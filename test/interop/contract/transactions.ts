import {
  LocalTransactionState,
  TransactionMQProducer,
  type TransactionListener,
  type TransactionProducerOptions,
} from '@rocket-nest/client';
import { createMessage, type MessageExt } from '@rocket-nest/common';
import { waitFor } from '../../support/polling';
import { bodyOf, sorted, type ContractKit } from './contract-kit';

/** How soon the brokers of the contract ask about open transactions, in their own terms. */
export const transactionBrokerProperties = {
  transactionTimeOut: 1000,
  transactionCheckInterval: 1000,
  transactionOpBatchInterval: 500,
};

/** Transactional messages and check-back. */
export function describeTransactions(kit: ContractKit): void {
  const start = (
    transactionListener: TransactionProducerOptions['transactionListener'],
    more: Partial<TransactionProducerOptions> = {},
  ): Promise<TransactionMQProducer> =>
    kit.startMember(
      new TransactionMQProducer(
        { ...kit.common(), producerGroup: kit.fresh('tx'), transactionListener, ...more },
        { logger: kit.logger },
      ),
    );
  /** Decides by the body, `commit`, `rollback` or anything else; first at execution, then at checks. */
  const deciding = (atCheck: LocalTransactionState) => {
    const checked: MessageExt[] = [];
    const listener: TransactionListener = {
      executeLocalTransaction: ({ body }) => {
        if (body.toString() === 'commit') return LocalTransactionState.COMMIT_MESSAGE;
        if (body.toString() === 'rollback') return LocalTransactionState.ROLLBACK_MESSAGE;
        if (body.toString() === 'throw') throw new Error('as told');
        return Promise.resolve(LocalTransactionState.UNKNOW);
      },
      checkLocalTransaction: (message) => {
        checked.push(message);
        return Promise.resolve(atCheck);
      },
    };
    return { listener, checked };
  };

  it('delivers what was committed and nothing else', async () => {
    const topic = await kit.newTopic();
    const { listener } = deciding('UNKNOW');
    const producer = await start(listener);
    const { received } = await kit.collect(topic);
    const states: string[] = [];
    for (const body of ['rollback', 'commit']) {
      const message = createMessage({ topic, body, tag: 'TagA', keys: body });
      const result = await producer.sendMessageInTransaction(message);
      states.push(result.localTransactionState);
      expect(result).toMatchObject({ sendStatus: 'SEND_OK', transactionId: result.msgId });
    }
    expect(states).toEqual(['ROLLBACK_MESSAGE', 'COMMIT_MESSAGE']);
    await waitFor('the committed message', () => received.length === 1);
    await kit.send(topic, 'last');
    await waitFor('the last message', () => received.length === 2);
    expect(received.map(bodyOf)).toEqual(['commit', 'last']);
    expect(received[0].properties.get('TAGS')).toBe('TagA');
  });

  it('asks how open transactions ended, in any process of the group', async () => {
    const topic = await kit.newTopic();
    const producerGroup = kit.fresh('tx');
    const executing = deciding('UNKNOW');
    const first = await start(executing.listener, { producerGroup });
    const { received } = await kit.collect(topic);
    for (const body of ['open', 'throw']) {
      const message = createMessage({ topic, body, properties: { order: '7' } });
      const result = await first.sendMessageInTransaction(message);
      expect(result.localTransactionState).toBe('UNKNOW');
    }
    await first.shutdown();
    const { listener, checked } = deciding('COMMIT_MESSAGE');
    await start(
      { checkLocalTransaction: listener.checkLocalTransaction },
      {
        producerGroup,
        topics: [topic],
      },
    );
    await waitFor('the messages', () => received.length === 2, 40_000);
    expect(sorted(received.map(bodyOf))).toEqual(['open', 'throw']);
    const [message] = checked;
    expect(message).toMatchObject({ topic, msgId: message.properties.get('UNIQ_KEY') });
    expect(message.properties.get('order')).toBe('7');
    expect(['open', 'throw']).toContain(bodyOf(message));
  }, 60_000);

  it('asks again while the answer is unknown, and takes a rollback', async () => {
    const topic = await kit.newTopic();
    const { received } = await kit.collect(topic);
    const asked = new Map<string, number>();
    const producer = await start({
      checkLocalTransaction: (message) => {
        const times = (asked.get(bodyOf(message)) ?? 0) + 1;
        asked.set(bodyOf(message), times);
        if (times === 1) throw new Error('not now');
        return bodyOf(message) === 'good' ? 'COMMIT_MESSAGE' : 'ROLLBACK_MESSAGE';
      },
    });
    for (const body of ['bad', 'good']) {
      (await producer.sendHalfMessage(createMessage({ topic, body }))).unknown();
    }
    await waitFor('the message', () => received.length === 1, 40_000);
    await waitFor('the other check', () => (asked.get('bad') ?? 0) >= 2, 40_000);
    expect(received.map(bodyOf)).toEqual(['good']);
  }, 60_000);

  it('leaves the transaction to the caller', async () => {
    const topic = await kit.newTopic();
    const { received } = await kit.collect(topic);
    const producer = await start({ checkLocalTransaction: () => 'UNKNOW' });
    const half = (body: string) => producer.sendHalfMessage(createMessage({ topic, body }));
    const kept = await half('kept');
    const dropped = await half('dropped');
    expect(kept.state).toBe('UNKNOW');
    await dropped.rollback('not wanted');
    await kept.commit();
    await kept.commit();
    expect([kept.state, dropped.state]).toEqual(['COMMIT_MESSAGE', 'ROLLBACK_MESSAGE']);
    await waitFor('the message', () => received.length === 1);
    await expect(kept.rollback()).rejects.toMatchObject({ code: 'TRANSACTION_ENDED' });
    await kit.send(topic, 'last');
    await waitFor('the last message', () => received.length === 2);
    expect(received.map(bodyOf)).toEqual(['kept', 'last']);
    expect(received[0].msgId).toBe(kept.transactionId);
  });

  it('refuses transactional messages with a delay', async () => {
    const producer = await start({ checkLocalTransaction: () => 'UNKNOW' });
    const message = createMessage({ topic: 'T', body: 'x', delayTimeLevel: 1 });
    await expect(producer.sendHalfMessage(message)).rejects.toMatchObject({
      code: 'MESSAGE_ILLEGAL',
    });
    await expect(
      producer.sendMessageInTransaction(createMessage({ topic: 'T', body: 'x' })),
    ).rejects.toMatchObject({ code: 'OPTION_ILLEGAL' });
  });
}
