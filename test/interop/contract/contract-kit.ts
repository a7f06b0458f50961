import {
  DefaultMQProducer,
  DefaultMQPushConsumer,
  MQAdmin,
  type ClientOptions,
  type ClientRegistry,
  type PushConsumerOptions,
  type SendResult,
} from '@rocket-nest/client';
import { createMessage, SilentLogger, type MessageExt } from '@rocket-nest/common';
import { waitFor } from '../../support/polling';

/** Servers that the contract runs on. */
export interface ContractServers {
  readonly namesrvAddr: string;
  /** Of the only broker. */
  readonly brokerAddr: string;
  stop(): Promise<void>;
}

export const bodyOf = (message: MessageExt): string => message.body.toString();
export const sorted = (texts: Iterable<string>): string[] => [...texts].sort();

/** Numbers as bodies. */
export const numbered = (count: number, prefix = 'm'): string[] =>
  Array.from({ length: count }, (_, index) => `${prefix}${index}`);

/** The running servers and clients that the cases work with, and shorthands for what all need. */
export class ContractKit {
  servers!: ContractServers;
  admin!: MQAdmin;
  producer!: DefaultMQProducer;
  readonly logger = new SilentLogger();
  /** Shut down after each case. */
  readonly running: { shutdown(): Promise<unknown> }[] = [];

  private nextName = 0;

  /** `security` holds what every client needs to be let in. */
  constructor(private readonly security: Partial<ClientOptions> = {}) {}

  async start(servers: ContractServers): Promise<void> {
    this.servers = servers;
    const { logger } = this;
    this.admin = new MQAdmin(this.common(), { logger });
    this.producer = new DefaultMQProducer(
      { ...this.common(), producerGroup: 'contract' },
      { logger },
    );
    await this.admin.start();
    await this.producer.start();
    await waitFor('a broker', async () => {
      const info = await this.admin.clusterInfo().catch(() => undefined);
      return (info?.brokerAddrTable?.size ?? 0) > 0;
    });
  }

  async stop(): Promise<void> {
    await this.producer?.shutdown();
    await this.admin?.shutdown();
    await this.servers?.stop();
  }

  async stopMembers(): Promise<void> {
    await Promise.all(this.running.splice(0).map((member) => member.shutdown()));
  }

  common(): ClientOptions {
    return { namesrvAddr: this.servers.namesrvAddr, ...this.security };
  }

  /** Starts a member and has it shut down after the case. */
  async startMember<T extends { start(): Promise<void>; shutdown(): Promise<unknown> }>(
    member: T,
  ): Promise<T> {
    this.running.push(member);
    await member.start();
    return member;
  }

  fresh(prefix: string): string {
    return `${prefix}_${this.nextName++}`;
  }

  async newTopic(queues = 4): Promise<string> {
    const topic = this.fresh('topic');
    await this.admin.createTopic(topic, { readQueueNums: queues, writeQueueNums: queues });
    await waitFor(`the route of ${topic}`, async () => !!(await this.admin.topicRoute(topic)));
    return topic;
  }

  send(topic: string, body: string, more: object = {}): Promise<SendResult> {
    return this.producer.send(createMessage({ topic, body, ...more }));
  }

  sendMany(topic: string, bodies: readonly string[]): Promise<SendResult[]> {
    return Promise.all(bodies.map((body) => this.send(topic, body)));
  }

  newConsumer(
    options: Partial<PushConsumerOptions>,
    registry?: ClientRegistry,
  ): DefaultMQPushConsumer {
    const consumer = new DefaultMQPushConsumer(
      {
        ...this.common(),
        consumerGroup: this.fresh('group'),
        consumeFromWhere: 'CONSUME_FROM_FIRST_OFFSET',
        persistConsumerOffsetIntervalMs: 200,
        ...options,
      },
      { logger: this.logger, ...(registry && { registry }) },
    );
    this.running.push(consumer);
    return consumer;
  }

  /** Starts a concurrent consumer that collects what it receives. */
  async collect(
    topic: string,
    options: Partial<PushConsumerOptions> = {},
    expression = '*',
  ): Promise<{ consumer: DefaultMQPushConsumer; received: MessageExt[] }> {
    const received: MessageExt[] = [];
    const consumer = this.newConsumer(options);
    consumer.subscribe(topic, expression);
    consumer.registerMessageListener({
      consumeConcurrently: (messages) => {
        received.push(...messages);
        return 'CONSUME_SUCCESS';
      },
    });
    await consumer.start();
    return { consumer, received };
  }
}
