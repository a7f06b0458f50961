import { Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { DefaultMQProducer, DefaultMQPullConsumer, MQAdmin } from '@rocket-nest/client';
import { RocketConnection } from 'rocket-nest';
import { countDeadLetters, replayDeadLetters } from './dead-letters';
import { GROUPS, type ShopGroup } from './groups';

/** How far one group is. */
export interface GroupProgress {
  readonly group: ShopGroup;
  /** Messages that it has not consumed yet; undefined when no broker told. */
  readonly lag: number | undefined;
  /** Messages given up after all tries and not given to it again yet. */
  readonly deadLetters: number;
}

const OPERATOR_GROUP = 'seckill-operator';

interface Tools {
  readonly admin: MQAdmin;
  readonly consumer: DefaultMQPullConsumer;
  readonly producer: DefaultMQProducer;
}

/** Looks into the queues: what is on its way, what was given up, and gives that out again. */
@Injectable()
export class QueueWatch implements OnApplicationShutdown {
  private tools: Promise<Tools> | undefined;

  constructor(private readonly connection: RocketConnection) {}

  async progress(): Promise<GroupProgress[]> {
    const { admin, consumer } = await this.open();
    return Promise.all(
      GROUPS.map(async (group) => ({
        group,
        lag: await lagOf(admin, group),
        deadLetters: await countDeadLetters(consumer, group),
      })),
    );
  }

  /** Gives the dead letters of a group to it again. Resolves with how many there were. */
  async replay(group: ShopGroup): Promise<number> {
    const { consumer, producer } = await this.open();
    return replayDeadLetters(consumer, producer, group);
  }

  async onApplicationShutdown(): Promise<void> {
    const tools = await this.tools?.catch(() => undefined);
    await tools?.consumer.shutdown();
    await tools?.producer.shutdown();
    await tools?.admin.shutdown();
  }

  private open(): Promise<Tools> {
    this.tools ??= this.start().catch((error: unknown) => {
      this.tools = undefined;
      throw error;
    });
    return this.tools;
  }

  private async start(): Promise<Tools> {
    const options = await this.connection.clientOptions();
    const { dependencies } = this.connection;
    const consumer = new DefaultMQPullConsumer(
      { ...options, consumerGroup: OPERATOR_GROUP },
      dependencies,
    );
    const producer = new DefaultMQProducer(
      { ...options, producerGroup: OPERATOR_GROUP },
      dependencies,
    );
    const admin = new MQAdmin(options, dependencies);
    await Promise.all([consumer.start(), producer.start(), admin.start()]);
    return { admin, consumer, producer };
  }
}

async function lagOf(admin: MQAdmin, group: ShopGroup): Promise<number | undefined> {
  try {
    const { offsetTable } = await admin.groups.consumeStats(group);
    return offsetTable.reduce(
      (sum, [, { brokerOffset, consumerOffset }]) =>
        sum + Math.max(0, brokerOffset - consumerOffset),
      0,
    );
  } catch {
    return undefined;
  }
}
