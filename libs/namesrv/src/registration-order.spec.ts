import { setTimeout as sleep } from 'node:timers/promises';
import { RecordedClient, recordedRegistration, RunningNamesrv } from './testing/running-namesrv';

const TOPICS = Object.fromEntries(Array.from({ length: 20_000 }, (_, i) => [`topic_${i}`, 8]));

/** A large registration is read in slices; what the broker says meanwhile must not overtake it. */
describe('registrations of one broker', () => {
  let namesrv: RunningNamesrv;
  let broker: RecordedClient;
  const [fields, full] = recordedRegistration(TOPICS, { counter: 1 });
  const { brokerAddr, brokerId, brokerName, clusterName } = fields;
  const ask: typeof broker.ask = (...args) => broker.ask(...args);

  beforeEach(async () => {
    namesrv = await RunningNamesrv.start();
    broker = new RecordedClient();
  });
  afterEach(async () => {
    await broker.shutdown();
    await namesrv.stop();
  });

  test('an increment that follows at once counts', async () => {
    const [, increment] = recordedRegistration({ topic_5: 16 }, { counter: 2 });
    const answers = await Promise.all([
      ask(namesrv.address, 'REGISTER_BROKER', fields, full),
      ask(namesrv.address, 'REGISTER_BROKER', fields, increment),
    ]);
    expect(answers.map(({ code }) => code)).toEqual([0, 0]);
    const { routeInfoManager } = namesrv.controller;
    const queues = routeInfoManager.pickupTopicRouteData('topic_5')?.queueDatas[0];
    expect(queues?.readQueueNums).toBe(16);
    expect(routeInfoManager.queryDataVersion('DefaultCluster', '127.0.0.1:33911')?.counter).toBe(2);
  });

  test('leaving at once leaves nothing behind', async () => {
    const leaving = { brokerAddr, brokerId, brokerName, clusterName } as Record<string, string>;
    await Promise.all([
      ask(namesrv.address, 'REGISTER_BROKER', fields, full),
      ask(namesrv.address, 'UNREGISTER_BROKER', leaving),
    ]);
    expect(namesrv.controller.routeInfoManager.sizes).toEqual(NOTHING);
  });

  test('a connection that breaks meanwhile leaves nothing behind', async () => {
    const registering = ask(namesrv.address, 'REGISTER_BROKER', fields, full);
    const { remotingServer, routeInfoManager } = namesrv.controller;
    const isConnected = (): boolean => [...remotingServer.connections].length > 0;
    for (const end = Date.now() + 10_000; !isConnected(); await sleep(1)) {
      if (Date.now() > end) throw new Error('no connection');
    }
    await sleep(10);
    broker.disconnect(namesrv.address);
    await expect(registering).rejects.toMatchObject({ code: expect.any(String) });
    for (const end = Date.now() + 10_000; routeInfoManager.sizes.brokers > 0; await sleep(5)) {
      if (Date.now() > end) throw new Error('the broker stays');
    }
    // A registration that went on would put its topics back within this time.
    await sleep(100);
    expect(routeInfoManager.sizes).toEqual(NOTHING);
  });
});

const NOTHING = { topics: 0, queueDatas: 0, brokers: 0, clusters: 0 };
