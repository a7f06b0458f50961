import {
  createMessage,
  createOffsetMessageId,
  decodeProperties,
  encodeMessageRecord,
  SilentLogger,
} from '@rocket-nest/common';
import { RemotingCommand, RequestCode, ResponseCode } from '@rocket-nest/remoting';
import { HastyClock } from '../../testing/hasty-clock';
import { StubCluster } from '../../testing/stub-cluster';
import { refusal, success, type StubServer } from '../../testing/stub-server';
import { waitFor } from '../../testing/wait-for';
import { LocalTransactionState } from './local-transaction-state';
import { TransactionMQProducer } from './transaction-mq-producer';
import type { TransactionProducerOptions } from './transaction-producer-options';

const { SEND_MESSAGE_V2, END_TRANSACTION, CHECK_TRANSACTION_STATE, HEART_BEAT } = RequestCode;
const { COMMIT_MESSAGE, ROLLBACK_MESSAGE, UNKNOW } = LocalTransactionState;
const message = (body = 'x') => createMessage({ topic: 'T', body });

describe('TransactionMQProducer', () => {
  let cluster: StubCluster;
  let broker: StubServer;
  const started: TransactionMQProducer[] = [];

  async function start(
    transactionListener: TransactionProducerOptions['transactionListener'],
    options: Partial<TransactionProducerOptions> = {},
  ): Promise<TransactionMQProducer> {
    const producer = new TransactionMQProducer(
      {
        producerGroup: 'PID',
        namesrvAddr: cluster.namesrvAddr,
        topics: ['T'],
        transactionListener,
        ...options,
      },
      { logger: new SilentLogger(), clock: new HastyClock(20) },
    );
    started.push(producer);
    await producer.start();
    return producer;
  }

  const executing = (state: () => LocalTransactionState | Promise<LocalTransactionState>) => ({
    executeLocalTransaction: state,
    checkLocalTransaction: () => UNKNOW,
  });

  /** Asks the client how the transaction ended, as a broker does. */
  function check(id: string, properties: Record<string, string> = {}): void {
    const request = new RemotingCommand(CHECK_TRANSACTION_STATE);
    request.extFields = new Map([
      ['topic', 'RMQ_SYS_TRANS_HALF_TOPIC'],
      ['bname', 'broker-0'],
      ['tranStateTableOffset', '5'],
      ['commitLogOffset', '500'],
      ['transactionId', id],
      ['msgId', id],
    ]);
    request.body = encodeMessageRecord({
      topic: 'T',
      queueId: 0,
      queueOffset: 5,
      commitLogOffset: 500,
      body: Buffer.from('half'),
      properties: new Map(Object.entries({ UNIQ_KEY: id, PGROUP: 'PID', ...properties })),
      storeHost: '127.0.0.1:10911',
      bornHost: '127.0.0.1:5000',
    });
    const [connection] = broker.connections;
    connection.invokeOneway(request);
  }

  const ends = () =>
    broker.received(END_TRANSACTION).map(({ extFields }) => Object.fromEntries(extFields));

  beforeEach(async () => {
    cluster = await new StubCluster().start(1);
    [broker] = cluster.brokers;
    broker
      .on(SEND_MESSAGE_V2, (request) =>
        success(request, {
          msgId: createOffsetMessageId('127.0.0.1:10911', 4096),
          queueId: '3',
          queueOffset: '7',
          transactionId: decodeProperties(request.extField('i')!).get('UNIQ_KEY')!,
        }),
      )
      .on(END_TRANSACTION, (request) => (request.isOneway ? undefined : success(request)));
  });

  afterEach(async () => {
    await Promise.all(started.splice(0).map((producer) => producer.shutdown()));
    await cluster.stop();
  });

  it('marks the half message and ends it where it was stored', async () => {
    const producer = await start(executing(() => COMMIT_MESSAGE));
    const result = await producer.sendMessageInTransaction(message());
    const [half] = broker.received(SEND_MESSAGE_V2);
    expect(half.extField('f')).toBe('4');
    expect(Object.fromEntries(decodeProperties(half.extField('i')!))).toMatchObject({
      TRAN_MSG: 'true',
      PGROUP: 'PID',
      UNIQ_KEY: result.msgId,
    });
    expect(ends()).toEqual([
      {
        bname: 'broker-0',
        topic: 'T',
        producerGroup: 'PID',
        commitOrRollback: '8',
        commitLogOffset: '4096',
        tranStateTableOffset: '7',
        fromTransactionCheck: 'false',
        msgId: result.msgId,
        transactionId: result.msgId,
      },
    ]);
  });

  it('rolls back, without running the transaction, what may not be stored safely', async () => {
    broker.on(SEND_MESSAGE_V2, (request) => {
      const answer = success(request, {
        msgId: createOffsetMessageId('127.0.0.1:10911', 0),
        queueId: '0',
        queueOffset: '0',
      });
      answer.code = ResponseCode.FLUSH_DISK_TIMEOUT;
      return answer;
    });
    let runs = 0;
    const producer = await start(executing(() => (runs++, COMMIT_MESSAGE)));
    const result = await producer.sendMessageInTransaction(message());
    expect([runs, result.localTransactionState]).toEqual([0, ROLLBACK_MESSAGE]);
    expect(ends()).toMatchObject([{ commitOrRollback: '12' }]);
  });

  it('sends nothing for an unknown outcome, and tells how it ended though the broker fails', async () => {
    const outcomes = [
      () => UNKNOW,
      () => Promise.reject(new Error('as told')),
      () => 'DONE' as LocalTransactionState,
      () => COMMIT_MESSAGE,
    ];
    broker.on(END_TRANSACTION, (request) => refusal(request, ResponseCode.SYSTEM_ERROR));
    const producer = await start(executing(() => outcomes.shift()!()));
    const states: string[] = [];
    for (let index = 0; index < 4; index++) {
      states.push((await producer.sendMessageInTransaction(message())).localTransactionState);
    }
    expect(states).toEqual([UNKNOW, UNKNOW, UNKNOW, COMMIT_MESSAGE]);
    expect(ends()).toHaveLength(1);
  });

  it('lets a handle end again after a failure, but not otherwise', async () => {
    broker.on(END_TRANSACTION, (request) => refusal(request, ResponseCode.SYSTEM_ERROR));
    const producer = await start({ checkLocalTransaction: () => UNKNOW });
    const handle = await producer.sendHalfMessage(message());
    await expect(handle.commit()).rejects.toMatchObject({ code: 'BROKER_ERROR' });
    await expect(handle.rollback()).rejects.toMatchObject({ code: 'TRANSACTION_ENDED' });
    broker.on(END_TRANSACTION, (request) => success(request));
    await handle.commit();
    await handle.commit();
    expect(ends()).toHaveLength(2);
  });

  it('is known to the brokers of its topics before it sends', async () => {
    await start({ checkLocalTransaction: () => UNKNOW });
    const [heartbeat] = broker.received(HEART_BEAT);
    expect(heartbeat.body!.toString()).toContain('"PID"');
  });

  it('answers checks, each transaction once at a time', async () => {
    const asked: string[] = [];
    let release: (state: LocalTransactionState) => void = () => undefined;
    await start({
      checkLocalTransaction: ({ msgId, topic, body }) => {
        asked.push(`${msgId} ${topic} ${body.toString()}`);
        return new Promise((resolve) => (release = resolve));
      },
    });
    check('A');
    check('A');
    await waitFor('the question', () => asked.length === 1);
    release(ROLLBACK_MESSAGE);
    await waitFor('the answer', () => ends().length === 1);
    expect(ends()[0]).toMatchObject({
      topic: 'T',
      commitOrRollback: '12',
      commitLogOffset: '500',
      tranStateTableOffset: '5',
      fromTransactionCheck: 'true',
      msgId: 'A',
      transactionId: 'A',
    });
    check('A');
    await waitFor('a further question', () => asked.length === 2);
    expect(asked).toEqual(['A T half', 'A T half']);
    release(UNKNOW);
  });

  it('drops checks past its limit and goes on with the others', async () => {
    const asked: string[] = [];
    const release: (() => void)[] = [];
    await start(
      {
        checkLocalTransaction: ({ msgId }) => {
          asked.push(msgId);
          return new Promise((resolve) => release.push(() => resolve(COMMIT_MESSAGE)));
        },
      },
      { checkConcurrency: 1, checkRequestHoldMax: 2 },
    );
    for (const id of ['A', 'B', 'C', 'D']) check(id);
    await waitFor('the first', () => asked.length === 1);
    for (let done = 0; done < 3; done++) {
      await waitFor('a question', () => release.length > 0);
      release.shift()!();
    }
    await waitFor('three answers', () => ends().length === 3);
    expect(asked).toEqual(['A', 'B', 'C']);
  });

  it('does not answer for other groups, nor when the checker throws', async () => {
    await start({
      checkLocalTransaction: ({ msgId }) => {
        if (msgId === 'bad') throw new Error('as told');
        return COMMIT_MESSAGE;
      },
    });
    check('other', { PGROUP: 'PID_OTHER' });
    check('bad');
    check('good');
    await waitFor('an answer', () => ends().length === 1);
    expect(ends()[0]).toMatchObject({ msgId: 'good' });
  });

  it('shows messages without their namespace, and ends them with it', async () => {
    cluster.topics.set('NS%T', 1);
    const topics: string[] = [];
    const producer = await start(
      {
        checkLocalTransaction: ({ topic }) => {
          topics.push(topic);
          return COMMIT_MESSAGE;
        },
      },
      { namespace: 'NS', topics: ['T'] },
    );
    await (await producer.sendHalfMessage(message())).commit();
    expect(ends()[0]).toMatchObject({ topic: 'NS%T', producerGroup: 'NS%PID' });
    check('A', { PGROUP: 'NS%PID' });
    await waitFor('the answer', () => ends().length === 2);
    expect(topics).toEqual(['T']);
  });

  it('shuts down although a check never ends', async () => {
    let asked = 0;
    const producer = await start({
      checkLocalTransaction: () => {
        asked++;
        return new Promise<never>(() => undefined);
      },
    });
    check('A');
    await waitFor('the question', () => asked === 1);
    await producer.shutdown();
    await expect(producer.sendHalfMessage(message())).rejects.toMatchObject({
      code: 'NOT_RUNNING',
    });
  });
});
