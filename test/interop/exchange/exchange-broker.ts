import * as fs from 'node:fs';
import * as path from 'node:path';
import { launchApacheBroker } from '../../support/apache-server';
import { freePorts } from '../../support/polling';
import { readQueue, type QueueName } from '../../support/raw-client';
import { type ExtFields, type RawCommand, RawConnection } from '../../support/raw-connection';
import type { ServerProcess } from '../../support/server-process';
import { launchBroker, type Properties } from '../../support/servers';
import { readStoredRecords, type StoredRecord } from '../../support/stored-record';

export type BrokerKind = 'ours' | 'Apache RocketMQ';
export type BrokerEnd = 'stop' | 'kill';

const QUERY_MESSAGE = 12;
const MAX_MESSAGES = 32;
const EVER = 4_102_444_800_000;

/** What both brokers have to agree on to share a folder, and how soon they write what they know. */
const storeProperties: Properties = {
  mappedFileSizeCommitLog: 1 << 24,
  maxMessageSize: 1 << 20,
  maxIndexNum: 4000,
  maxHashSlotNum: 1000,
  messageDelayLevel: '1s 6s 20s',
  flushDelayOffsetInterval: 500,
  flushConsumerOffsetInterval: 500,
  transactionTimeOut: 1000,
  transactionCheckInterval: 1000,
  transactionCheckMax: 1000,
  transactionOpBatchInterval: 200,
};

/** A broker of either kind on a store folder, and a connection to it. */
export class ExchangeBroker {
  private constructor(
    readonly kind: BrokerKind,
    private readonly folder: string,
    private readonly server: ServerProcess,
    readonly connection: RawConnection,
  ) {}

  static async start(kind: BrokerKind, folder: string): Promise<ExchangeBroker> {
    const [port] = await freePorts(1);
    const launch = kind === 'ours' ? launchBroker : launchApacheBroker;
    const server = await launch({ folder, port, properties: storeProperties });
    try {
      await server.ready();
      return new ExchangeBroker(kind, folder, server, await RawConnection.open(port));
    } catch (error) {
      await server.kill();
      throw error;
    }
  }

  /** Stops it as an operator does, or kills it. */
  async end(how: BrokerEnd): Promise<void> {
    await this.connection.close();
    await (how === 'kill' ? this.server.kill() : this.server.stop(30_000));
  }

  /** The answer of a request that has to succeed. */
  async ask(code: number, fields: ExtFields, body?: Buffer): Promise<RawCommand> {
    const answer = await this.connection.request(code, fields, body);
    if (answer.code === 0) return answer;
    const what = `${code} ${JSON.stringify(fields)}`;
    throw new Error(`${this.kind} answered ${what} with ${answer.code} ${answer.remark}`);
  }

  /** A number out of an answer; undefined when the broker does not know. */
  async numberOf(code: number, fields: ExtFields): Promise<number | undefined> {
    const answer = await this.connection.request(code, fields);
    return answer.code === 0 ? Number(answer.extFields.offset) : undefined;
  }

  /** What a consumer of these tags gets from the whole queue. */
  readQueue(queue: QueueName, tags?: string): Promise<StoredRecord[]> {
    return readQueue(this.connection, queue, tags);
  }

  async queryByKey(topic: string, key: string): Promise<StoredRecord[]> {
    const range = { maxNum: MAX_MESSAGES, beginTimestamp: 0, endTimestamp: EVER };
    const answer = await this.connection.request(QUERY_MESSAGE, { topic, key, ...range });
    return answer.code === 0 ? readStoredRecords(answer.body) : [];
  }

  /** What brokers of its kind have logged so far. */
  log(): string {
    return this.server.log();
  }

  /** Text of a file below the store's `config`; empty when there is none. */
  configFile(name: string): string {
    const file = path.join(this.folder, 'store/config', name);
    return fs.existsSync(file) ? fs.readFileSync(file, 'utf8') : '';
  }
}
