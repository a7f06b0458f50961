import { setTimeout as sleep } from 'node:timers/promises';
import { RecordedClient, recordedRegistration, RunningNamesrv } from './testing/running-namesrv';

async function until(condition: () => boolean | Promise<boolean>): Promise<void> {
  for (const end = Date.now() + 10_000; !(await condition()); await sleep(5)) {
    if (Date.now() > end) throw new Error('waited in vain');
  }
}

describe('two name servers', () => {
  const [fields, body] = recordedRegistration({ TopicTest: 4, 'broker-a': 1 });
  let servers: RunningNamesrv[];
  let broker: RecordedClient;
  let client: RecordedClient;
  const register = (server: RunningNamesrv) =>
    broker.ask(server.address, 'REGISTER_BROKER', fields, body);
  const isServed = async (server: RunningNamesrv): Promise<boolean> => {
    const answer = await client.ask(server.address, 'GET_ROUTEINFO_BY_TOPIC', {
      topic: 'TopicTest',
    });
    return answer.code === 0;
  };

  beforeEach(async () => {
    servers = [await RunningNamesrv.start(), await RunningNamesrv.start()];
    broker = new RecordedClient();
    client = new RecordedClient();
  });
  afterEach(async () => {
    await Promise.all([broker.shutdown(), client.shutdown()]);
    await Promise.all(servers.map((server) => server.stop()));
  });

  test('one ends and starts again while the other serves', async () => {
    for (const server of servers) await register(server);
    const [first, second] = servers as [RunningNamesrv, RunningNamesrv];
    const port = first.controller.listenPort;
    await first.stop();
    await expect(isServed(first)).rejects.toMatchObject({ code: expect.any(String) });
    expect(await isServed(second)).toBe(true);

    const again = await RunningNamesrv.start('', port);
    servers[0] = again;
    // It remembers nothing: the next registration brings the broker back.
    await until(async () => !(await isServed(again).catch(() => true)));
    await register(again);
    expect(await isServed(again)).toBe(true);
    expect(await isServed(second)).toBe(true);
  });

  test('a broker whose connection breaks is gone at once, at that name server only', async () => {
    for (const server of servers) await register(server);
    const [first, second] = servers as [RunningNamesrv, RunningNamesrv];
    broker.disconnect(first.address);
    await until(async () => !(await isServed(first)));
    expect(await isServed(second)).toBe(true);
  });

  test('a broker that stays silent expires although its connection is open', async () => {
    const [first] = servers as [RunningNamesrv];
    const impatient = { ...fields, heartbeatTimeoutMillis: '1' };
    await broker.ask(first.address, 'REGISTER_BROKER', impatient, body);
    await sleep(5);
    first.controller.routeInfoManager.scanNotActiveBrokers();
    expect(await isServed(first)).toBe(false);
  });
});
