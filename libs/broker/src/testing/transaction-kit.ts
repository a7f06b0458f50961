import { cpSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import {
  AdvanceableClock,
  MixAll,
  NodeFileSystem,
  SilentLogger,
  SystemRandom,
  SystemTopic,
  encodeProperties,
} from '@rocket-nest/common';
import type { FileSystem } from '@rocket-nest/common';
import { realSetTimeout } from '@rocket-nest/common/internal';
import { RemotingClient, RemotingCommand, RequestCode } from '@rocket-nest/remoting';
import { GetMessageStatus } from '@rocket-nest/store';
import { BrokerController } from '../broker-controller';
import { createBrokerConfig } from '../config/broker-config';
import { readStoredMessage } from '../messages/stored-message';
import type { StoredMessage } from '../messages/stored-message';

export const COMMIT = 8;
export const ROLLBACK = 12;
export const PRODUCER_GROUP = 'PG';

/** What the answer to a half message says about where it lies. */
export interface SentHalf {
  readonly topic: string;
  readonly uniqKey: string;
  readonly queueOffset: number;
  readonly physicalOffset: number;
}

/** Polls until `isTrue` holds; fails with Jest's time limit. */
export async function until(isTrue: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await isTrue())) await new Promise((resolve) => realSetTimeout(resolve, 2));
}

let keys = 0;

/** A broker on real files and ports, and a producer that speaks to it in requests. */
export class TransactionKit {
  broker!: BrokerController;
  client!: RemotingClient;
  /** Questions that the producer got. */
  readonly checks: RemotingCommand[] = [];
  /** What the producer does when it is asked. */
  onCheck: (check: RemotingCommand) => void = () => undefined;

  constructor(
    readonly folder: string,
    readonly clock = new AdvanceableClock(),
    private readonly properties: Record<string, string> = {},
    private readonly fileSystem: FileSystem = new NodeFileSystem(),
  ) {}

  async start(): Promise<this> {
    const logger = new SilentLogger();
    const { clock, fileSystem } = this;
    const config = createBrokerConfig({
      brokerName: 'broker-a',
      listenPort: '0',
      storePathRootDir: this.folder,
      mappedFileSizeCommitLog: '1048576',
      maxMessageSize: '65536',
      maxHashSlotNum: '1000',
      maxIndexNum: '4000',
      ...this.properties,
    });
    this.broker = new BrokerController(config, {
      fileSystem,
      clock,
      logger,
      random: new SystemRandom(),
    });
    await this.broker.initialize();
    await this.broker.start();
    this.client = new RemotingClient({}, { clock, logger });
    this.client.registerProcessor(RequestCode.CHECK_TRANSACTION_STATE, (_connection, check) => {
      const copy = RemotingCommand.createRequest(check.code, new Map(check.extFields));
      copy.flag = check.flag;
      copy.body = Buffer.from(check.body ?? []);
      this.checks.push(copy);
      this.onCheck(copy);
    });
    return this;
  }

  async stop(): Promise<void> {
    await this.client.shutdown();
    await this.broker.shutdown();
  }

  /** Lets go of a broker whose machine is off, or seems to be. */
  async abandon(): Promise<void> {
    await this.client.shutdown();
    await this.broker.remotingServer.shutdown();
    this.broker.messageStore.abandon();
  }

  /** The store as a kill of the process at this moment would leave it, in a folder beside. */
  crashCopy(): string {
    const copy = `${this.folder}-crash${++keys}`;
    cpSync(this.folder, copy, { recursive: true });
    rmSync(join(copy, 'lock'), { force: true });
    return copy;
  }

  ask(code: number, fields: Record<string, string | number>, body?: Buffer) {
    const texts = Object.entries(fields).map(([name, value]) => [name, String(value)] as const);
    const request = RemotingCommand.createRequest(code, new Map(texts), body);
    return this.client.invoke(this.broker.brokerAddr, request, 10_000);
  }

  /** Makes the producer known, so that it is asked. */
  async heartbeat(group = PRODUCER_GROUP): Promise<void> {
    const data = { clientID: 'client-1', producerDataSet: [{ groupName: group }] };
    const body = Buffer.from(JSON.stringify({ ...data, consumerDataSet: [] }));
    const { code } = await this.ask(RequestCode.HEART_BEAT, {}, body);
    if (code !== 0) throw new Error(`heartbeat: ${code}`);
  }

  async sendHalf(
    body: string,
    init: Record<string, string> = {},
    { topic = 'T', queueId = 1, group = PRODUCER_GROUP, key = `U${++keys}` } = {},
  ): Promise<SentHalf> {
    const properties = new Map(
      Object.entries({ UNIQ_KEY: key, TAGS: 'A', TRAN_MSG: 'true', PGROUP: group, ...init }),
    );
    const answer = await this.ask(
      RequestCode.SEND_MESSAGE,
      {
        producerGroup: group,
        topic,
        defaultTopic: 'TBW102',
        defaultTopicQueueNums: 4,
        queueId,
        sysFlag: 4,
        bornTimestamp: this.clock.wallNow(),
        flag: 7,
        properties: encodeProperties(properties),
      },
      Buffer.from(body),
    );
    if (answer.code !== 0) throw new Error(`half message: ${answer.code} ${answer.remark}`);
    return {
      topic,
      uniqKey: key,
      queueOffset: Number(answer.extFields.get('queueOffset')),
      physicalOffset: parseInt((answer.extFields.get('msgId') ?? '').slice(16), 16),
    };
  }

  end(half: SentHalf, decision: number, init: Record<string, string | number> = {}) {
    return this.ask(RequestCode.END_TRANSACTION, {
      topic: half.topic,
      producerGroup: PRODUCER_GROUP,
      tranStateTableOffset: half.queueOffset,
      commitLogOffset: half.physicalOffset,
      commitOrRollback: decision,
      fromTransactionCheck: 'false',
      msgId: half.uniqKey,
      transactionId: half.uniqKey,
      ...init,
    });
  }

  /** The half message that a question is about. */
  halfOf(check: RemotingCommand): SentHalf {
    return {
      topic: 'T',
      uniqKey: check.extFields.get('msgId') ?? '',
      queueOffset: Number(check.extFields.get('tranStateTableOffset')),
      physicalOffset: Number(check.extFields.get('commitLogOffset')),
    };
  }

  /** Lets one round of checks pass. */
  async round(): Promise<void> {
    const { transactionCheckInterval } = this.broker.config.broker;
    const before = this.rounds;
    this.clock.advance(transactionCheckInterval);
    await until(() => this.rounds > before);
  }

  /** Records of a queue, in order. */
  async records(topic: string, queueId = 0): Promise<StoredMessage[]> {
    const { messageStore } = this.broker;
    const found: StoredMessage[] = [];
    for (let offset = messageStore.minOffsetInQueue(topic, queueId); ;) {
      const request = { group: 'G', topic, queueId, offset, maxMsgNums: 32 };
      const result = await messageStore.getMessage(request);
      if (result.status !== GetMessageStatus.FOUND) return found;
      const bytes = Buffer.concat(result.parts);
      for (let at = 0; at < bytes.length;) {
        const stored = readStoredMessage(Buffer.from(bytes), at);
        found.push(stored);
        at += stored.sizeBytes;
      }
      offset = result.nextBeginOffset;
    }
  }

  /** Bodies that consumers of a topic see, of all its queues. */
  async bodies(topic = 'T'): Promise<string[]> {
    const found: string[] = [];
    for (let queueId = 0; queueId < 4; queueId++) {
      for (const { body } of await this.records(topic, queueId)) found.push(body.toString());
    }
    return found.sort();
  }

  /** Where the half queue's progress stands. */
  progress(topic: string = SystemTopic.TRANS_HALF_TOPIC): number | undefined {
    const { consumerOffsetManager } = this.broker;
    return consumerOffsetManager.queryOffset(MixAll.CID_SYS_RMQ_TRANS, topic, 0);
  }

  /** Questions that the broker sent, arrived or not. */
  get asked(): number {
    return this.broker.transactionalMessageService.checked;
  }

  private get rounds(): number {
    return this.broker.transactionalMessageService.rounds;
  }
}
