import { FakeConnection, registrationOf, routeTestBed, topicOf } from '../testing/registrations';

const addressesOf = (route: { brokerDatas: { brokerAddrs?: Map<number, string> }[] } | undefined) =>
  route?.brokerDatas.map((broker) => [...(broker.brokerAddrs ?? [])]);

describe('RouteInfoManager', () => {
  test('a registered broker serves its topics', () => {
    const { routes } = routeTestBed();
    expect(routes.registerBroker(registrationOf())).toEqual({ status: 'REGISTERED' });
    expect(routes.pickupTopicRouteData('T1')).toEqual({
      queueDatas: [
        {
          brokerName: 'broker-a',
          readQueueNums: 4,
          writeQueueNums: 4,
          perm: 6,
          topicSysFlag: 0,
        },
      ],
      brokerDatas: [
        {
          cluster: 'DefaultCluster',
          brokerName: 'broker-a',
          brokerAddrs: new Map([[0, '127.0.0.1:10911']]),
          enableActingMaster: false,
        },
      ],
      filterServerTable: new Map(),
    });
    expect(routes.pickupTopicRouteData('T2')).toBeUndefined();
  });

  test('what an answer holds does not change the tables', () => {
    const { routes } = routeTestBed();
    routes.registerBroker(registrationOf());
    routes.pickupTopicRouteData('T0')?.brokerDatas[0]?.brokerAddrs?.clear();
    expect(addressesOf(routes.pickupTopicRouteData('T0'))).toEqual([[[0, '127.0.0.1:10911']]]);
  });

  test('an increment with one topic adds to a known broker and is refused of another', () => {
    const { routes } = routeTestBed();
    const increment = { topics: [topicOf('T9')], version: 2 };
    expect(routes.registerBroker(registrationOf(increment))).toEqual({
      status: 'UNKNOWN_BROKER_WITH_ONE_TOPIC',
    });
    expect(routes.sizes).toEqual({ topics: 0, queueDatas: 0, brokers: 0, clusters: 0 });
    routes.registerBroker(registrationOf());
    expect(routes.registerBroker(registrationOf(increment)).status).toBe('REGISTERED');
    expect(routes.allTopics()).toEqual(['T0', 'T1', 'T9']);
  });

  test('a body of the same data version changes nothing but brings back what is missing', () => {
    const { routes } = routeTestBed();
    routes.registerBroker(registrationOf());
    expect(routes.wipeWritePermOfBroker('broker-a')).toBe(2);
    routes.deleteTopic('T0');
    routes.registerBroker(registrationOf());
    expect(routes.pickupTopicRouteData('T0')?.queueDatas[0]?.perm).toBe(6);
    expect(routes.pickupTopicRouteData('T1')?.queueDatas[0]?.perm).toBe(4);
    routes.registerBroker(registrationOf({ version: 2 }));
    expect(routes.pickupTopicRouteData('T1')?.queueDatas[0]?.perm).toBe(6);
  });

  test('write permission is wiped and restored on one broker only', () => {
    const { routes } = routeTestBed();
    routes.registerBroker(registrationOf());
    routes.registerBroker(registrationOf({ brokerName: 'broker-b', brokerAddr: '127.0.0.1:2' }));
    expect(routes.wipeWritePermOfBroker('broker-a')).toBe(2);
    const perms = () => routes.pickupTopicRouteData('T0')?.queueDatas.map(({ perm }) => perm);
    expect(perms()).toEqual([4, 6]);
    expect(routes.addWritePermOfBroker('broker-a')).toBe(2);
    expect(perms()).toEqual([6, 6]);
    expect(routes.wipeWritePermOfBroker('nobody')).toBe(0);
  });

  test('unregistering the last address removes the broker, its topics and its cluster', () => {
    const { routes } = routeTestBed();
    routes.registerBroker(registrationOf());
    routes.unregisterBroker('DefaultCluster', 'broker-a', '127.0.0.1:10911');
    expect(routes.sizes).toEqual({ topics: 0, queueDatas: 0, brokers: 0, clusters: 0 });
    expect(routes.clusterInfo().brokerAddrTable).toEqual(new Map());
  });

  test('an address that another broker name took over is not left behind', () => {
    const { routes } = routeTestBed();
    routes.registerBroker(registrationOf());
    routes.registerBroker(registrationOf({ brokerName: 'broker-b' }));
    expect(routes.brokerData('broker-a')).toBeUndefined();
    expect(routes.pickupTopicRouteData('T0')?.brokerDatas).toHaveLength(1);
  });

  test('a closed connection takes its brokers away at once, an older one does not', () => {
    const { routes } = routeTestBed();
    routes.registerBroker(registrationOf({ connection: new FakeConnection(1) }));
    routes.registerBroker(registrationOf({ connection: new FakeConnection(2) }));
    expect(routes.onConnectionClosed({ id: 1 })).toBe(0);
    expect(routes.pickupTopicRouteData('T0')).toBeDefined();
    expect(routes.onConnectionClosed({ id: 2 })).toBe(1);
    expect(routes.pickupTopicRouteData('T0')).toBeUndefined();
  });

  test('brokers that are silent longer than their time-out expire and are disconnected', () => {
    const { routes, clock } = routeTestBed();
    const quiet = new FakeConnection(1);
    const short = new FakeConnection(2);
    routes.registerBroker(registrationOf({ connection: quiet }));
    routes.registerBroker(
      registrationOf({
        brokerName: 'broker-b',
        brokerAddr: '127.0.0.1:2',
        connection: short,
        heartbeatTimeoutMs: 10_000,
      }),
    );
    clock.nowMs += 10_001;
    expect(routes.scanNotActiveBrokers()).toBe(1);
    expect(short.closedBecause).toBeDefined();
    clock.nowMs += 100_000;
    routes.updateBrokerTimestamp('DefaultCluster', '127.0.0.1:10911');
    clock.nowMs += 120_000;
    expect(routes.scanNotActiveBrokers()).toBe(0);
    clock.nowMs += 1;
    expect(routes.scanNotActiveBrokers()).toBe(1);
    expect(quiet.closedBecause).toBeDefined();
    expect(routes.sizes.brokers).toBe(0);
  });

  test('a slave is told of its master and brings no topics while there is one', () => {
    const { routes } = routeTestBed();
    routes.registerBroker(registrationOf());
    const slave = { brokerId: 1, brokerAddr: '127.0.0.1:2', topics: [topicOf('A'), topicOf('B')] };
    expect(routes.registerBroker(registrationOf(slave))).toEqual({
      status: 'REGISTERED',
      masterAddr: '127.0.0.1:10911',
      haServerAddr: '127.0.0.1:10912',
    });
    expect(routes.allTopics()).toEqual(['T0', 'T1']);
    routes.unregisterBroker('DefaultCluster', 'broker-a', '127.0.0.1:10911');
    expect(addressesOf(routes.pickupTopicRouteData('T0'))).toEqual([[[1, '127.0.0.1:2']]]);
  });

  test('a slave that became master gives up its old id', () => {
    const { routes } = routeTestBed();
    routes.registerBroker(registrationOf({ brokerId: 1 }));
    routes.registerBroker(registrationOf({ brokerId: 0 }));
    expect(routes.brokerData('broker-a')?.brokerAddrs).toEqual(new Map([[0, '127.0.0.1:10911']]));
  });

  test('without a master an acting one is shown when broker and name server allow it', () => {
    for (const supportActingMaster of [true, false]) {
      const { routes } = routeTestBed({ supportActingMaster });
      const acting = { enableActingMaster: true };
      routes.registerBroker(registrationOf(acting));
      routes.registerBroker(registrationOf({ ...acting, brokerId: 2, brokerAddr: '127.0.0.1:2' }));
      routes.unregisterBroker('DefaultCluster', 'broker-a', '127.0.0.1:10911');
      const route = routes.pickupTopicRouteData('T0');
      expect(route?.queueDatas[0]?.perm).toBe(4);
      const shownId = supportActingMaster ? 0 : 2;
      expect(addressesOf(route)).toEqual([[[shownId, '127.0.0.1:2']]]);
    }
  });

  test('an older state version does not take over a broker id', () => {
    const { routes } = routeTestBed();
    routes.registerBroker(registrationOf({ stateVersion: 5 }));
    expect(routes.registerBroker(registrationOf({ brokerAddr: '127.0.0.1:2' })).status).toBe(
      'OLDER_STATE_VERSION',
    );
    expect(routes.brokerData('broker-a')?.brokerAddrs).toEqual(new Map([[0, '127.0.0.1:10911']]));
  });

  test('topics a full body no longer names go only when the name server is told so', () => {
    for (const deleteTopicWithBrokerRegistration of [true, false]) {
      const { routes } = routeTestBed({ deleteTopicWithBrokerRegistration });
      routes.registerBroker(registrationOf());
      routes.registerBroker(registrationOf({ topics: [topicOf('T5')], version: 2 }));
      expect(routes.allTopics()).toEqual(['T0', 'T1', 'T5']);
      const full = [topicOf('T0'), topicOf('broker-a')];
      routes.registerBroker(registrationOf({ topics: full, version: 3 }));
      expect(routes.allTopics()).toEqual(
        deleteTopicWithBrokerRegistration ? ['T0', 'broker-a'] : ['T0', 'T1', 'T5', 'broker-a'],
      );
    }
  });

  test('deletion of a topic in one cluster leaves the others', () => {
    const { routes } = routeTestBed();
    routes.registerBroker(registrationOf());
    routes.registerBroker(
      registrationOf({ clusterName: 'C2', brokerName: 'broker-b', brokerAddr: '127.0.0.1:2' }),
    );
    routes.deleteTopic('T0', 'DefaultCluster');
    expect(routes.topicsByCluster('DefaultCluster')).toEqual(['T1']);
    expect(routes.topicsByCluster('C2')).toEqual(['T0', 'T1']);
    expect(routes.topicsByCluster('C3')).toEqual([]);
    routes.deleteTopic('T1');
    expect(routes.allTopics()).toEqual(['T0']);
  });

  test('topics are registered one by one on known brokers only', () => {
    const { routes } = routeTestBed();
    routes.registerBroker(registrationOf());
    const queues = { readQueueNums: 1, writeQueueNums: 1, perm: 6, topicSysFlag: 0 };
    routes.registerTopic('Single', [
      { brokerName: 'broker-a', ...queues },
      { brokerName: 'broker-z', ...queues },
    ]);
    expect(routes.pickupTopicRouteData('Single')?.queueDatas).toHaveLength(1);
  });

  test('lists: system topics and unit topics', () => {
    const { routes } = routeTestBed();
    expect(routes.systemTopics()).toEqual({ topicList: [] });
    const topics = [0, 1, 2, 3].map((topicSysFlag) =>
      topicOf(`F${topicSysFlag}`, { topicSysFlag }),
    );
    routes.registerBroker(registrationOf({ topics }));
    expect(routes.systemTopics()).toEqual({
      topicList: ['DefaultCluster', 'broker-a'],
      brokerAddr: '127.0.0.1:10911',
    });
    expect(routes.unitTopics('UNIT')).toEqual(['F1', 'F3']);
    expect(routes.unitTopics('HAS_UNIT_SUB')).toEqual(['F2', 'F3']);
    expect(routes.unitTopics('HAS_UNIT_SUB_UNUNIT')).toEqual(['F2']);
  });

  test('a body counts as known until topics were taken away or the broker went', () => {
    const { routes } = routeTestBed();
    const registration = registrationOf();
    const withPrint = {
      ...registration,
      announced: { ...(registration.announced as object), fingerprint: 'f1' },
    } as typeof registration;
    expect(routes.isBodyKnown(registration, 'f1')).toBe(false);
    routes.registerBroker(withPrint);
    expect(routes.isBodyKnown(registration, 'f1')).toBe(true);
    expect(routes.isBodyKnown(registration, 'f2')).toBe(false);
    routes.registerBroker({ ...registration, announced: 'SAME_AS_BEFORE' });
    expect(routes.isBodyKnown(registration, 'f1')).toBe(true);
    expect(routes.pickupTopicRouteData('T0')).toBeDefined();
    routes.deleteTopic('T0');
    expect(routes.isBodyKnown(registration, 'f1')).toBe(false);
    routes.registerBroker(withPrint);
    routes.unregisterBroker('DefaultCluster', 'broker-a', '127.0.0.1:10911');
    expect(routes.isBodyKnown(registration, 'f1')).toBe(false);
  });

  test('past its limits it refuses brokers, clusters and topics, and counts', () => {
    const { routes, limits } = routeTestBed({}, { maxBrokers: 2, maxClusters: 1, maxTopics: 3 });
    routes.registerBroker(registrationOf());
    const other = { brokerName: 'broker-b', brokerAddr: '127.0.0.1:2' };
    expect(routes.registerBroker(registrationOf({ ...other, clusterName: 'C2' })).status).toBe(
      'TOO_MANY_CLUSTERS',
    );
    const topics = ['T2', 'T3', 'T4'].map((name) => topicOf(name));
    expect(routes.registerBroker(registrationOf({ ...other, topics })).status).toBe('REGISTERED');
    expect(routes.allTopics()).toEqual(['T0', 'T1', 'T2']);
    expect(
      routes.registerBroker(registrationOf({ brokerName: 'c', brokerAddr: '127.0.0.1:3' })).status,
    ).toBe('TOO_MANY_BROKERS');
    expect(routes.registerBroker(registrationOf({ version: 2 })).status).toBe('REGISTERED');
    const hits = (name: string) => limits.hits(name);
    expect([hits('namesrvClusters'), hits('namesrvBrokers'), hits('namesrvTopics')]).toEqual([
      1, 1, 2,
    ]);
  });
});
