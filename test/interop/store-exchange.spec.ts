import { waitFor } from '../support/polling';
import { maxOffset, type QueueName } from '../support/raw-client';
import { RawProducer } from '../support/raw-producer';
import { makeTemporaryFolder, removeFolder } from '../support/temporary-folder';
import { type BrokerEnd, type BrokerKind, ExchangeBroker } from './exchange/exchange-broker';
import { ExchangedState } from './exchange/exchanged-state';
import { LATER_TOPIC, PRODUCER_GROUP, RoundWriter, TOPIC, TX_TOPIC } from './exchange/round-writer';

const QUERY_CONSUMER_OFFSET = 14;
const GET_ALL_TOPIC_CONFIG = 21;
const GET_MIN_OFFSET = 31;
const VIEW_MESSAGE_BY_ID = 33;
const GET_ALL_SUBSCRIPTIONGROUP_CONFIG = 201;
const HALF_QUEUE: QueueName = { topic: 'RMQ_SYS_TRANS_HALF_TOPIC', queueId: 0 };
const TRANSACTION_GROUP = 'CID_RMQ_SYS_TRANS';

/** How the folder goes from hand to hand. */
const stages: { kind: BrokerKind; finds: string; end: BrokerEnd }[] = [
  { kind: 'ours', finds: 'nothing', end: 'stop' },
  { kind: 'Apache RocketMQ', finds: 'what ours left when it was stopped', end: 'stop' },
  { kind: 'ours', finds: 'what Apache RocketMQ left when it was stopped', end: 'kill' },
  { kind: 'Apache RocketMQ', finds: 'what ours left when it was killed', end: 'kill' },
  { kind: 'ours', finds: 'what Apache RocketMQ left when it was killed', end: 'stop' },
];

jest.setTimeout(60_000);

describe('one store folder, with our broker and Apache RocketMQ by turns', () => {
  const state = new ExchangedState();
  let folder: string;

  beforeAll(() => (folder = makeTemporaryFolder('exchange')));
  afterAll(() => removeFolder(folder));

  describe.each(stages)('$kind finds $finds', ({ kind, finds, end }) => {
    const round = stages.findIndex((stage) => stage.finds === finds);
    let broker: ExchangeBroker | undefined;
    let opened: ExchangeBroker;
    let startedAtMs: number;

    beforeAll(async () => {
      startedAtMs = Date.now();
      opened = broker = await ExchangeBroker.start(kind, folder);
    });

    afterAll(() => broker?.end('kill'));

    it('commits a half message that is older than itself', async () => {
      const producer = new RawProducer(opened.connection, PRODUCER_GROUP);
      for (const half of state.toCommit.splice(0)) {
        expect(await producer.end(half, 'commit')).toMatchObject({ code: 0 });
        state.ended.add(half.uniqKey);
      }
    });

    it('asks about open transactions and ends them as told, and no others', async () => {
      const producer = new RawProducer(opened.connection, PRODUCER_GROUP);
      await producer.heartbeat();
      const asked: string[] = [];
      await waitFor('the end of the half queue', async () => {
        for (const half of producer.takeChecks(TX_TOPIC)) {
          asked.push(half.uniqKey);
          await producer.end(half, state.toCheck.get(half.uniqKey) ?? 'rollback', true);
        }
        return (await halfProgress()) === (await halfEnd());
      });
      expect(asked).toEqual(expect.arrayContaining([...state.toCheck.keys()]));
      expect(asked.filter((key) => state.ended.has(key))).toEqual([]);
      for (const uniqKey of state.toCheck.keys()) state.ended.add(uniqKey);
      state.toCheck.clear();
      const records = await opened.readQueue({ topic: TX_TOPIC, queueId: 0 });
      expect(records.map(bodyOf).sort()).toEqual([...state.committed].sort());
    });

    it('has every message at its offset', async () => {
      for (const [queue, bodies] of state.queues) {
        const [topic, queueId] = [queue.split('/')[0], Number(queue.split('/')[1])];
        const records = await opened.readQueue({ topic, queueId });
        expect(records.map(bodyOf)).toEqual(bodies);
        expect(records.map((record) => record.queueOffset)).toEqual(bodies.map((_, i) => i));
        expect(records.filter((record) => !record.crcMatches)).toEqual([]);
        expect(await maxOffset(opened.connection, { topic, queueId })).toBe(bodies.length);
        expect(await opened.numberOf(GET_MIN_OFFSET, { topic, queueId })).toBe(0);
      }
    });

    it('selects by tag', async () => {
      const bodies = state.queues.get(`${TOPIC}/0`) ?? [];
      const records = await opened.readQueue({ topic: TOPIC, queueId: 0 }, 'Odd');
      expect(records.map(bodyOf)).toEqual(bodies.filter((_, i) => i % 2 === 1));
    });

    it('finds messages by key, by unique key and by place', async () => {
      for (const [key, body] of state.keys) {
        let found: string[] = [];
        await waitFor(`a message of key ${key}`, async () => {
          found = (await opened.queryByKey(TOPIC, key)).map(bodyOf);
          return found.length > 0;
        });
        expect({ key, found: [...new Set(found)] }).toEqual({ key, found: [body] });
      }
      for (const [offset, body] of state.places) {
        const answer = await opened.ask(VIEW_MESSAGE_BY_ID, { offset });
        expect(answer.body.includes(body)).toBe(true);
      }
    });

    it('takes no index file for damaged that the other one wrote', () => {
      expect(opened.log()).not.toMatch('damaged index file');
    });

    it('knows how far groups have consumed', async () => {
      for (const [consumerGroup, offset] of state.consumerOffsets) {
        const fields = { consumerGroup, topic: TOPIC, queueId: 0 };
        const known = await opened.numberOf(QUERY_CONSUMER_OFFSET, fields);
        expect({ consumerGroup, known }).toEqual({ consumerGroup, known: offset });
      }
    });

    it('knows topics and groups', async () => {
      const topics = await jsonOf(GET_ALL_TOPIC_CONFIG, 'topicConfigTable');
      for (const [topic, shape] of state.topics) expect(topics[topic]).toMatchObject(shape);
      const groups = await jsonOf(GET_ALL_SUBSCRIPTIONGROUP_CONFIG, 'subscriptionGroupTable');
      for (const [group, retryMaxTimes] of state.groups) {
        expect(groups[group]).toMatchObject({ groupName: group, retryMaxTimes });
      }
    });

    it('delivers what is delayed when it is due, once', async () => {
      const queue = { topic: LATER_TOPIC, queueId: 0 };
      const wanted = state.delayed.map(({ body }) => body).sort();
      await waitFor('the delayed messages', async () => {
        const bodies = (await opened.readQueue(queue)).map(bodyOf);
        return wanted.every((body) => bodies.includes(body));
      });
      const records = await opened.readQueue(queue);
      expect(records.map(bodyOf).sort()).toEqual(wanted);
      const early = state.delayed.filter(({ body, notBeforeMs }) =>
        records.some((record) => bodyOf(record) === body && record.storeTimestamp < notBeforeMs),
      );
      expect(early).toEqual([]);
      const pending = records.find((record) => bodyOf(record) === state.pendingDelayed);
      expect(pending?.storeTimestamp ?? Infinity).toBeGreaterThanOrEqual(startedAtMs);
    });

    it(`is told more, and ends by a ${end}`, async () => {
      const writer = new RoundWriter(opened, state, round, end);
      await writer.write();
      broker = undefined;
      await opened.end(end);
    });

    const halfEnd = (): Promise<number> => maxOffset(opened.connection, HALF_QUEUE);
    /** 0 while the broker has not looked at the half queue yet. */
    const halfProgress = async (): Promise<number> => {
      const fields = { consumerGroup: TRANSACTION_GROUP, ...HALF_QUEUE };
      return (await opened.numberOf(QUERY_CONSUMER_OFFSET, fields)) ?? 0;
    };
    const jsonOf = async (code: number, table: string): Promise<Record<string, object>> =>
      JSON.parse((await opened.ask(code, {})).body.toString())[table];
  });
});

const bodyOf = ({ body }: { body: Buffer }): string => body.toString();
