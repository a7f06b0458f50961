import * as http from 'node:http';
import * as net from 'node:net';
import {
  DefaultMQProducer,
  MQAdmin,
  TransactionMQProducer,
  type ClientOptions,
} from '@rocket-nest/client';
import { createMessage } from '@rocket-nest/common';
import { waitFor } from '../../support/polling';
import { bodyOf, sorted, type ContractKit } from './contract-kit';

/** What clients need where clusters are shared and reached by detours. */
export function describeRealClusters(kit: ContractKit): void {
  /** Shut down after each case, behind the members. */
  const servers: net.Server[] = [];
  afterEach(async () => {
    await kit.stopMembers();
    for (const server of servers.splice(0)) server.close();
  });

  const listen = async (server: net.Server): Promise<string> => {
    servers.push(server);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return `127.0.0.1:${(server.address() as net.AddressInfo).port}`;
  };
  const newProducer = (options: Partial<ClientOptions>): Promise<DefaultMQProducer> =>
    kit.startMember(
      new DefaultMQProducer(
        { ...kit.common(), producerGroup: kit.fresh('producer'), ...options },
        { logger: kit.logger },
      ),
    );

  it('asks an address server for the name servers', async () => {
    const topic = await kit.newTopic();
    const asked: (string | undefined)[] = [];
    const address = await listen(
      http.createServer((request, response) => {
        asked.push(request.url);
        response.setHeader('connection', 'close').end(`${kit.servers.namesrvAddr}\n`);
      }),
    );
    const nameServerAddressUrl = `http://${address}/rocketmq/nsaddr`;
    const producer = await newProducer({ namesrvAddr: '', nameServerAddressUrl });
    await producer.send(createMessage({ topic, body: 'x' }));
    expect(asked).toEqual(['/rocketmq/nsaddr']);
  });

  it('goes to the next of several name servers', async () => {
    const topic = await kit.newTopic();
    const namesrvAddr = `127.0.0.1:1;${kit.servers.namesrvAddr}`;
    const producer = await newProducer({ namesrvAddr });
    const result = await producer.send(createMessage({ topic, body: 'x' }));
    expect(result.sendStatus).toBe('SEND_OK');
  });

  it('reaches brokers by other addresses than they advertise', async () => {
    const topic = await kit.newTopic();
    const { brokerAddr } = kit.servers;
    let connections = 0;
    const detour = await listen(
      net.createServer((socket) => {
        connections++;
        const onward = net.connect(Number(brokerAddr.split(':')[1]), '127.0.0.1');
        socket.pipe(onward).pipe(socket);
        socket.on('error', () => onward.destroy());
        onward.on('error', () => socket.destroy());
      }),
    );
    const addressMapper = (address: string): string => {
      expect(address).toBe(brokerAddr);
      return detour;
    };
    const producer = await newProducer({ addressMapper });
    const { received } = await kit.collect(topic, { addressMapper });
    const { offsetMsgId } = await producer.send(createMessage({ topic, body: 'x' }));
    await waitFor('the message', () => received.length === 1);
    const admin = await kit.startMember(
      new MQAdmin({ ...kit.common(), addressMapper }, { logger: kit.logger }),
    );
    await waitFor('it by its place', () =>
      admin.viewMessage(topic, offsetMsgId).then(
        (message) => bodyOf(message) === 'x',
        () => false,
      ),
    );
    expect(connections).toBe(3);
  });

  describe('in a namespace', () => {
    it('retries, and puts aside what fails', async () => {
      const namespace = kit.fresh('ns');
      const topic = kit.fresh('topic');
      const consumerGroup = kit.fresh('group');
      const admin = await kit.startMember(
        new MQAdmin({ ...kit.common(), namespace }, { logger: kit.logger }),
      );
      await admin.createTopic(topic, { readQueueNums: 2, writeQueueNums: 2 });
      await waitFor('its route', async () => !!(await admin.topicRoute(topic)));
      expect(await kit.admin.topicRoute(topic)).toBeUndefined();
      const seen: [string, string, number][] = [];
      const consumer = kit.newConsumer({ namespace, consumerGroup, maxReconsumeTimes: 1 });
      consumer.subscribe(topic);
      consumer.registerMessageListener({
        consumeConcurrently: ([message], context) => {
          seen.push([message.topic, bodyOf(message), message.reconsumeTimes]);
          context.delayLevelWhenNextConsume = 1;
          return 'RECONSUME_LATER';
        },
      });
      await consumer.start();
      const producer = await newProducer({ namespace });
      await producer.send(createMessage({ topic, body: 'fails' }));
      const dead = `%DLQ%${namespace}%${consumerGroup}`;
      const isThere = async () => !!(await kit.admin.topicRoute(dead));
      await waitFor('the dead letter topic', isThere, 40_000);
      const { received } = await kit.collect(dead);
      await waitFor('the dead letter', () => received.length === 1, 20_000);
      expect(seen).toEqual([
        [topic, 'fails', 0],
        [topic, 'fails', 1],
      ]);
      expect((await admin.groups.list()).has(`${namespace}%${consumerGroup}`)).toBe(true);
      expect(await admin.groups.connection(consumerGroup)).toBeDefined();
      expect(await kit.admin.groups.connection(consumerGroup)).toBeUndefined();
    }, 60_000);

    it('commits transactions and answers for them', async () => {
      const namespace = kit.fresh('ns');
      const topic = kit.fresh('topic');
      await kit.admin.createTopic(`${namespace}%${topic}`, { readQueueNums: 1, writeQueueNums: 1 });
      const checked: string[] = [];
      const producer = await kit.startMember(
        new TransactionMQProducer(
          {
            ...kit.common(),
            namespace,
            producerGroup: kit.fresh('tx'),
            transactionListener: {
              executeLocalTransaction: ({ body }) =>
                body.toString() === 'now' ? 'COMMIT_MESSAGE' : 'UNKNOW',
              checkLocalTransaction: (message) => {
                checked.push(message.topic);
                return 'COMMIT_MESSAGE';
              },
            },
          },
          { logger: kit.logger },
        ),
      );
      const { received } = await kit.collect(topic, { namespace });
      for (const body of ['now', 'later']) {
        await producer.sendMessageInTransaction(createMessage({ topic, body }));
      }
      await waitFor('both', () => received.length === 2);
      expect(sorted(received.map(bodyOf))).toEqual(['later', 'now']);
      expect(received.map((message) => message.topic)).toEqual([topic, topic]);
      expect(checked).toEqual([topic]);
    });
  });
}
