import type { QueueName } from './raw-client';
import type { RawCommand, RawConnection } from './raw-connection';

const HEART_BEAT = 34;
const END_TRANSACTION = 37;
const CHECK_TRANSACTION_STATE = 39;
const SEND_MESSAGE_V2 = 310;
const TRANSACTION_PREPARED = 4;

export type Decision = 'commit' | 'rollback';
const DECISIONS: Readonly<Record<Decision, number>> = { commit: 8, rollback: 12 };

/** Where a message lies that the broker acknowledged. */
export interface SentMessage {
  readonly queueOffset: number;
  readonly physicalOffset: number;
}

/** A half message that is sent, or that the broker asks about. */
export interface HalfMessage extends SentMessage {
  readonly topic: string;
  readonly uniqKey: string;
}

/** Sends messages with properties, and transactions, request by request. */
export class RawProducer {
  constructor(
    readonly connection: RawConnection,
    readonly group: string,
  ) {}

  /** Makes the group known to the broker, which from then on asks this connection. */
  async heartbeat(): Promise<void> {
    const data = { clientID: `${this.group}@1`, producerDataSet: [{ groupName: this.group }] };
    const body = Buffer.from(JSON.stringify({ ...data, consumerDataSet: [] }));
    check('HEART_BEAT', await this.connection.request(HEART_BEAT, {}, body));
  }

  async send(
    { topic, queueId }: QueueName,
    body: string,
    properties: Readonly<Record<string, string>> = {},
    sysFlag = 0,
  ): Promise<SentMessage> {
    const fields = {
      ...{ a: this.group, b: topic, c: 'TBW102', d: 4, e: queueId },
      ...{ f: sysFlag, g: Date.now(), h: 0, i: formatProperties(properties), j: 0 },
      ...{ k: false, m: false },
    };
    const answer = await this.connection.request(SEND_MESSAGE_V2, fields, Buffer.from(body));
    check(`${topic} ${body}`, answer);
    return {
      queueOffset: Number(answer.extFields.queueOffset),
      // address 4 | port 4 | physical offset 8, in hexadecimal digits
      physicalOffset: parseInt(answer.extFields.msgId.slice(16), 16),
    };
  }

  async sendHalf(
    queue: QueueName,
    body: string,
    uniqKey: string,
    more: Readonly<Record<string, string>> = {},
  ): Promise<HalfMessage> {
    const properties = { UNIQ_KEY: uniqKey, TRAN_MSG: 'true', PGROUP: this.group, ...more };
    const sent = await this.send(queue, body, properties, TRANSACTION_PREPARED);
    return { ...sent, topic: queue.topic, uniqKey };
  }

  /** Resolves with the answer whatever its code. */
  end(half: HalfMessage, decision: Decision, isAsked = false): Promise<RawCommand> {
    return this.connection.request(END_TRANSACTION, {
      topic: half.topic,
      producerGroup: this.group,
      tranStateTableOffset: half.queueOffset,
      commitLogOffset: half.physicalOffset,
      commitOrRollback: DECISIONS[decision],
      fromTransactionCheck: isAsked,
      msgId: half.uniqKey,
      transactionId: half.uniqKey,
    });
  }

  /** Transactions that the broker asked about since the last call. */
  takeChecks(topic: string): HalfMessage[] {
    const requests = this.connection.requests.splice(0);
    return requests
      .filter(({ code }) => code === CHECK_TRANSACTION_STATE)
      .map(({ extFields }) => ({
        topic,
        uniqKey: extFields.msgId,
        queueOffset: Number(extFields.tranStateTableOffset),
        physicalOffset: Number(extFields.commitLogOffset),
      }));
  }
}

function formatProperties(properties: Readonly<Record<string, string>>): string {
  return Object.entries(properties)
    .map(([name, value]) => `${name}\u0001${value}\u0002`)
    .join('');
}

function check(what: string, { code, remark }: RawCommand): void {
  if (code !== 0) throw new Error(`${what}: ${code} ${remark}`);
}
