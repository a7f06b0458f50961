import * as http from 'node:http';
import type { AddressInfo } from 'node:net';
import { createMessage, SilentLogger, SystemClock, type Timer } from '@rocket-nest/common';
import { ClientRegistry } from '../instance/client-registry';
import { DefaultMQProducer } from '../producer/default-mq-producer';
import { StubCluster } from '../testing/stub-cluster';
import { waitFor } from '../testing/wait-for';

const logger = new SilentLogger();
const message = () => createMessage({ topic: 'T', body: 'x' });

/** Does again and again, soon, what others do every two minutes. */
class OftenClock extends SystemClock {
  override every(intervalMs: number, task: () => void): Timer {
    return super.every(intervalMs / 2000, task);
  }
}

describe('name server addresses', () => {
  let cluster: StubCluster;
  let server: http.Server;
  let answer: { status: number; body: string };
  let asked = 0;
  const started: DefaultMQProducer[] = [];
  const given = process.env['NAMESRV_ADDR'];

  const start = async (options: object, clock = new SystemClock()): Promise<DefaultMQProducer> => {
    const producer = new DefaultMQProducer({ producerGroup: 'PID', ...options }, { logger, clock });
    await producer.start();
    started.push(producer);
    return producer;
  };
  const url = () => `http://127.0.0.1:${(server.address() as AddressInfo).port}/rocketmq/nsaddr`;

  beforeEach(async () => {
    delete process.env['NAMESRV_ADDR'];
    cluster = await new StubCluster().start(1);
    asked = 0;
    answer = { status: 200, body: `${cluster.namesrvAddr}\n` };
    server = http.createServer((_, response) => {
      asked++;
      response.writeHead(answer.status).end(answer.body);
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  });

  afterEach(async () => {
    if (given !== undefined) process.env['NAMESRV_ADDR'] = given;
    else delete process.env['NAMESRV_ADDR'];
    await Promise.all(started.splice(0).map((producer) => producer.shutdown()));
    server.close();
    await cluster.stop();
  });

  it('come from an address server, asked once for all who wait', async () => {
    const producer = await start({ nameServerAddressUrl: url() });
    await Promise.all([producer.send(message()), producer.send(message())]);
    expect(asked).toBe(1);
  });

  it('are asked for again and again, and stay while the answers are bad', async () => {
    const producer = await start({ nameServerAddressUrl: url() }, new OftenClock());
    await producer.send(message());
    answer = { status: 500, body: '' };
    await waitFor('further questions', () => asked >= 3);
    await producer.send(message());
  });

  it.each([
    [404, 'x', 'status 404'],
    [200, ' ', 'empty'],
    [200, 'x'.repeat(100_000), 'more than'],
  ])('an answer %s of no use is told', async (status, body, why) => {
    answer = { status, body };
    const producer = await start({ nameServerAddressUrl: url() });
    await expect(producer.send(message())).rejects.toMatchObject({
      code: 'NAME_SERVER_UNREACHABLE',
      message: expect.stringContaining(why),
    });
  });

  it('come from the environment, before an address server', async () => {
    process.env['NAMESRV_ADDR'] = cluster.namesrvAddr;
    const producer = await start({ nameServerAddressUrl: url() });
    await producer.send(message());
    expect(asked).toBe(0);
  });

  it('come from a list, of which one answers', async () => {
    const producer = await start({ namesrvAddr: `127.0.0.1:1;${cluster.namesrvAddr}` });
    await producer.send(message());
  });

  it('shares no client between those who are let in by other means', async () => {
    const registry = new ClientRegistry({ logger });
    const create = (producerGroup: string, secretKey: string) =>
      new DefaultMQProducer(
        {
          producerGroup,
          namesrvAddr: cluster.namesrvAddr,
          credentials: { accessKey: 'ak', secretKey },
        },
        { logger, registry },
      );
    const first = create('PID_1', 'one');
    const same = create('PID_2', 'one');
    started.push(first, same);
    await first.start();
    await same.start();
    await expect(create('PID_3', 'two').start()).rejects.toMatchObject({ code: 'OPTION_ILLEGAL' });
  });
});
