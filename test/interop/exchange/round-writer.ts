import { waitFor } from '../../support/polling';
import { maxOffset, sendBodies, type QueueName } from '../../support/raw-client';
import { RawProducer } from '../../support/raw-producer';
import type { BrokerEnd, ExchangeBroker } from './exchange-broker';
import type { ExchangedState } from './exchanged-state';

export const TOPIC = 'exchange';
export const LATER_TOPIC = 'exchange-later';
export const TX_TOPIC = 'exchange-tx';
export const PRODUCER_GROUP = 'exchange-producer';

const UPDATE_CONSUMER_OFFSET = 15;
const UPDATE_AND_CREATE_TOPIC = 17;
const UPDATE_AND_CREATE_SUBSCRIPTIONGROUP = 200;
const OP_QUEUE: QueueName = { topic: 'RMQ_SYS_TRANS_OP_HALF_TOPIC', queueId: 0 };
const MESSAGES = 20;

/** Tells a broker something of every kind, and notes what the next one has to know. */
export class RoundWriter {
  private readonly producer: RawProducer;

  constructor(
    private readonly broker: ExchangeBroker,
    private readonly state: ExchangedState,
    private readonly round: number,
    private readonly end: BrokerEnd,
  ) {
    // Never announced by a heartbeat: in this round nobody can be asked about a transaction.
    this.producer = new RawProducer(broker.connection, PRODUCER_GROUP);
  }

  async write(): Promise<void> {
    await this.writeTopicsAndGroups();
    await this.writeMessages();
    await this.writeDelayed();
    await this.writeEndedTransactions();
    await this.writeConsumerOffset();
    if (this.end === 'kill') await this.waitForFiles();
    await this.writeWhatStaysOpen();
  }

  /** Resolves when the files say what a kill would take back. */
  private async waitForFiles(): Promise<void> {
    const { broker, state, round } = this;
    const offset = state.consumerOffsets.get(`exchange-group-${round}`);
    const offsets = new RegExp(`exchange-group-${round}":\\{\\s*"?0"?:${offset}\\b`);
    const delivered = state.delayed.filter(({ body }) => body.startsWith('soon')).length;
    const progress = new RegExp(`"offsetTable":\\{\\s*"?1"?:${delivered}\\b`);
    await waitFor('the consumer offset in its file', () =>
      offsets.test(broker.configFile('consumerOffset.json')),
    );
    await waitFor('the delay progress in its file', () =>
      progress.test(broker.configFile('delayOffset.json')),
    );
  }

  private async writeTopicsAndGroups(): Promise<void> {
    const { round } = this;
    if (round === 0) {
      await this.createTopic(TOPIC, { readQueueNums: 2, writeQueueNums: 2, perm: 6 });
      await this.createTopic(LATER_TOPIC, { readQueueNums: 1, writeQueueNums: 1, perm: 6 });
      await this.createTopic(TX_TOPIC, { readQueueNums: 1, writeQueueNums: 1, perm: 6 });
    }
    const shape = { readQueueNums: 4 + round, writeQueueNums: 2 + round, perm: 4 };
    await this.createTopic(`exchange-topic-${round}`, shape);
    const group = {
      ...{ groupName: `exchange-group-${round}`, retryMaxTimes: 3 + round, retryQueueNums: 2 },
      ...{ consumeEnable: true, consumeFromMinEnable: true, consumeBroadcastEnable: true },
      ...{ brokerId: 0, whichBrokerWhenConsumeSlowly: 1, notifyConsumerIdsChangedEnable: true },
    };
    const body = Buffer.from(JSON.stringify(group));
    await this.broker.ask(UPDATE_AND_CREATE_SUBSCRIPTIONGROUP, {}, body);
    this.state.groups.set(group.groupName, group.retryMaxTimes);
  }

  private async createTopic(
    topic: string,
    shape: { readQueueNums: number; writeQueueNums: number; perm: number },
  ): Promise<void> {
    await this.broker.ask(UPDATE_AND_CREATE_TOPIC, {
      ...{ topic, defaultTopic: 'TBW102', topicFilterType: 'SINGLE_TAG' },
      ...{ topicSysFlag: 0, order: false, ...shape },
    });
    this.state.topics.set(topic, shape);
  }

  /** Single messages with tags and keys into queue 0, a batch into queue 1. */
  private async writeMessages(): Promise<void> {
    const { state, round } = this;
    for (let i = 0; i < MESSAGES; i++) {
      const body = `message ${round}-${i}`;
      const [key, uniqKey] = [`key-${round}-${i}`, `AC10${round}0000000${i}`];
      const properties = { TAGS: i % 2 === 0 ? 'Even' : 'Odd', KEYS: key, UNIQ_KEY: uniqKey };
      const sent = await this.producer.send({ topic: TOPIC, queueId: 0 }, body, properties);
      state.append(TOPIC, 0, [body]);
      state.keys.set(key, body);
      state.keys.set(uniqKey, body);
      state.places.set(sent.physicalOffset, body);
    }
    const batch = ['a', 'b', 'c'].map((letter) => `batch ${round}-${letter}`);
    const queue = { topic: TOPIC, queueId: 1 };
    const bodies = batch.map((body) => Buffer.from(body));
    const answer = await sendBodies(this.broker.connection, queue, bodies);
    expect(answer).toMatchObject({ code: 0 });
    state.append(TOPIC, 1, batch);
  }

  /** One that is delivered before the exchange. */
  private async writeDelayed(): Promise<void> {
    const body = `soon ${this.round}`;
    await this.sendDelayed(body, 1, 1000);
    const { broker } = this;
    await waitFor(`delivery of ${body}`, async () => {
      const records = await broker.readQueue({ topic: LATER_TOPIC, queueId: 0 });
      return records.some((record) => record.body.toString() === body);
    });
  }

  private async sendDelayed(body: string, level: number, delayMs: number): Promise<void> {
    const notBeforeMs = Date.now() + delayMs;
    const queue = { topic: LATER_TOPIC, queueId: 0 };
    await this.producer.send(queue, body, { DELAY: String(level) });
    this.state.delayed.push({ body, notBeforeMs });
  }

  private async writeEndedTransactions(): Promise<void> {
    const { producer, state, round } = this;
    const queue = { topic: TX_TOPIC, queueId: 0 };
    for (const decision of ['commit', 'rollback'] as const) {
      const ops = await this.opOffset();
      const body = `${decision} before ${round}`;
      const half = await producer.sendHalf(queue, body, `tx-${decision}-before-${round}`);
      expect(await producer.end(half, decision)).toMatchObject({ code: 0 });
      state.ended.add(half.uniqKey);
      if (decision === 'commit') state.committed.push(body);
      if (this.broker.kind === 'ours' && this.end === 'stop') continue;
      // Until then the original forgets the end, and asks again.
      await waitFor('the op message', async () => (await this.opOffset()) > ops);
    }
  }

  /** The original makes the queue with its first message. */
  private async opOffset(): Promise<number> {
    return (await maxOffset(this.broker.connection, OP_QUEUE).catch(() => 0)) || 0;
  }

  private async writeConsumerOffset(): Promise<void> {
    const consumerGroup = `exchange-group-${this.round}`;
    const commitOffset = 3 + this.round;
    const fields = { consumerGroup, topic: TOPIC, queueId: 0, commitOffset };
    await this.broker.ask(UPDATE_CONSUMER_OFFSET, fields);
    this.state.consumerOffsets.set(consumerGroup, commitOffset);
  }

  /**
   * The original takes seconds to stop and writes half messages again meanwhile, which only with
   * this property tell where they were before.
   */
  private get immunity(): Readonly<Record<string, string>> {
    if (this.broker.kind === 'ours') return {};
    return { CHECK_IMMUNITY_TIME_IN_SECONDS: '3600' };
  }

  /** What the next broker finds half done: as late as possible, so that it is. */
  private async writeWhatStaysOpen(): Promise<void> {
    const { producer, state, round } = this;
    const queue = { topic: TX_TOPIC, queueId: 0 };
    for (const decision of ['commit', 'rollback'] as const) {
      const uniqKey = `tx-${decision}-asked-${round}`;
      const body = `${decision} when asked ${round}`;
      await producer.sendHalf(queue, body, uniqKey);
      state.toCheck.set(uniqKey, decision);
      if (decision === 'commit') state.committed.push(body);
    }
    const body = `commit after the exchange ${round}`;
    const uniqKey = `tx-commit-after-${round}`;
    state.toCommit.push(await producer.sendHalf(queue, body, uniqKey, this.immunity));
    state.committed.push(body);
    const pending = `much later ${round}`;
    const isSlowToStop = this.broker.kind === 'Apache RocketMQ' && this.end === 'stop';
    if (isSlowToStop) await this.sendDelayed(pending, 3, 20_000);
    else await this.sendDelayed(pending, 2, 6000);
    state.pendingDelayed = pending;
    await this.commitAtLastMoment();
  }

  /**
   * Our broker finds commits of a killed one whose op message is missing; the original does not, and
   * asks again.
   */
  private async commitAtLastMoment(): Promise<void> {
    const { broker, producer, state, round } = this;
    if (broker.kind === 'ours' && this.end === 'kill') return;
    const body = `commit at the last moment ${round}`;
    const queue = { topic: TX_TOPIC, queueId: 0 };
    const half = await producer.sendHalf(queue, body, `tx-commit-last-${round}`);
    expect(await producer.end(half, 'commit')).toMatchObject({ code: 0 });
    state.ended.add(half.uniqKey);
    state.committed.push(body);
  }
}
