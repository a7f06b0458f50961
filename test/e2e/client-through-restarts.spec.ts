import * as path from 'node:path';
import { DefaultMQProducer, DefaultMQPushConsumer, MQAdmin } from '@rocket-nest/client';
import { createMessage, SilentLogger } from '@rocket-nest/common';
import { freePorts, sleep, waitFor } from '../support/polling';
import { startBroker, startNamesrv } from '../support/servers';
import type { ServerProcess } from '../support/server-process';
import { makeTemporaryFolder, removeFolder } from '../support/temporary-folder';

jest.setTimeout(90_000);

const logger = new SilentLogger();

/** Sends numbered messages one after another and remembers those that were acknowledged. */
class Traffic {
  readonly acknowledged = new Set<string>();
  failures = 0;
  private ended = false;
  private readonly done: Promise<void>;

  constructor(producer: DefaultMQProducer, topic: string) {
    this.done = this.run(producer, topic);
  }

  async stop(): Promise<void> {
    this.ended = true;
    await this.done;
  }

  /** Resolves once `count` more messages were acknowledged. */
  async more(count: number, withinMs: number): Promise<void> {
    const goal = this.acknowledged.size + count;
    await waitFor(`${count} more sends`, () => this.acknowledged.size >= goal, withinMs);
  }

  private async run(producer: DefaultMQProducer, topic: string): Promise<void> {
    for (let number = 0; !this.ended; number++) {
      const body = `m${number}`;
      try {
        await producer.send(createMessage({ topic, body, keys: body }), { timeoutMs: 1000 });
        this.acknowledged.add(body);
      } catch {
        this.failures++;
        await sleep(20);
      }
      if (number % 50 === 0) await sleep(1);
    }
  }
}

describe('a client whose servers come and go', () => {
  let folder: string;
  let ports: number[];
  const servers = new Set<ServerProcess>();
  const members: { shutdown(): Promise<void> }[] = [];
  const received = new Set<string>();

  const namesrv = async (index: number): Promise<ServerProcess> => {
    const server = await startNamesrv({
      folder: path.join(folder, `namesrv${index}`),
      port: ports[index],
    });
    servers.add(server);
    return server;
  };
  const broker = async (namesrvAddr: string): Promise<ServerProcess> => {
    const server = await startBroker(
      {
        folder: path.join(folder, 'broker'),
        port: ports[2],
        properties: { registerNameServerPeriod: 10_000 },
      },
      namesrvAddr,
    );
    servers.add(server);
    return server;
  };
  const kill = async (server: ServerProcess): Promise<void> => {
    servers.delete(server);
    await server.kill();
  };
  const start = async <M extends { start(): Promise<void>; shutdown(): Promise<void> }>(
    member: M,
  ): Promise<M> => {
    members.push(member);
    await member.start();
    return member;
  };
  const consumeAll = async (namesrvAddr: string, topic: string): Promise<void> => {
    const consumer = new DefaultMQPushConsumer(
      { namesrvAddr, consumerGroup: 'through_restarts' },
      { logger },
    );
    consumer.subscribe(topic);
    consumer.registerMessageListener({
      consumeConcurrently: (messages) => {
        for (const message of messages) received.add(message.body.toString());
        return 'CONSUME_SUCCESS';
      },
    });
    await start(consumer);
  };
  const missing = (traffic: Traffic): string[] =>
    [...traffic.acknowledged].filter((body) => !received.has(body));

  beforeEach(async () => {
    folder = makeTemporaryFolder('restarts');
    ports = await freePorts(3);
    received.clear();
  });

  afterEach(async () => {
    await Promise.all(members.splice(0).map((member) => member.shutdown()));
    await Promise.all([...servers].map((server) => server.kill()));
    servers.clear();
    removeFolder(folder);
  });

  it('goes on by itself after the broker was killed and started again', async () => {
    const namesrvAddr = `127.0.0.1:${ports[0]}`;
    await namesrv(0);
    let running = await broker(namesrvAddr);
    const producer = await start(
      new DefaultMQProducer({ namesrvAddr, producerGroup: 'restarts' }, { logger }),
    );
    await waitFor('a first send', () =>
      producer.send(createMessage({ topic: 'Restarts', body: 'x' })).then(
        () => true,
        () => false,
      ),
    );
    await consumeAll(namesrvAddr, 'Restarts');
    const traffic = new Traffic(producer, 'Restarts');
    for (let round = 0; round < 3; round++) {
      await traffic.more(200, 20_000);
      await kill(running);
      running = await broker(namesrvAddr);
      await traffic.more(200, 10_000);
    }
    await traffic.stop();
    await waitFor('all that was acknowledged', () => missing(traffic).length === 0, 30_000);
  });

  it('needs one of two name servers at a time, with a broker registered at both', async () => {
    const addresses = [0, 1].map((index) => `127.0.0.1:${ports[index]}`);
    const namesrvAddr = addresses.join(';');
    const first = await namesrv(0);
    const second = await namesrv(1);
    await broker(namesrvAddr);
    const producer = await start(
      new DefaultMQProducer({ namesrvAddr, producerGroup: 'restarts' }, { logger }),
    );
    const admin = await start(new MQAdmin({ namesrvAddr }, { logger }));
    const knows = async (address: string, topic: string): Promise<boolean> => {
      const one = new MQAdmin({ namesrvAddr: address }, { logger });
      await one.start();
      const route = await one.topicRoute(topic).catch(() => undefined);
      await one.shutdown();
      return route !== undefined;
    };
    await waitFor('a broker', () =>
      admin.createTopic('Before').then(
        () => true,
        () => false,
      ),
    );
    await waitFor('the topic at both', async () => {
      return (await knows(addresses[0], 'Before')) && (await knows(addresses[1], 'Before'));
    });
    await consumeAll(namesrvAddr, 'Before');
    const traffic = new Traffic(producer, 'Before');

    await traffic.more(100, 10_000);
    await kill(first);
    await admin.createTopic('WhileOneIsAway');
    await producer.send(createMessage({ topic: 'WhileOneIsAway', body: 'x' }));
    await traffic.more(100, 10_000);

    await namesrv(0);
    // Until the broker has told it, the new one knows nothing: that must harm nobody.
    await admin.createTopic('WhileOneIsFresh');
    await producer.send(createMessage({ topic: 'WhileOneIsFresh', body: 'x' }));
    await waitFor('the registration', () => knows(addresses[0], 'Before'), 30_000);
    await kill(second);
    await admin.createTopic('WhileTheOtherIsAway');
    await producer.send(createMessage({ topic: 'WhileTheOtherIsAway', body: 'x' }));
    await traffic.more(100, 10_000);
    await traffic.stop();
    expect(traffic.failures).toBe(0);
    await waitFor('all that was acknowledged', () => missing(traffic).length === 0);
  });
});
