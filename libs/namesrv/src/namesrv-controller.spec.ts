import { crc32 } from 'node:zlib';
import { RecordedClient, recordedRegistration, RunningNamesrv } from './testing/running-namesrv';

const V4_9_3 = 399;
const ROUTE =
  '{"brokerDatas":[{"brokerAddrs":{"0":"127.0.0.1:33911"},"brokerName":"broker-a",' +
  '"cluster":"DefaultCluster","enableActingMaster":false}],"filterServerTable":{},' +
  '"queueDatas":[{"brokerName":"broker-a","perm":6,"readQueueNums":4,"topicSysFlag":0,' +
  '"writeQueueNums":4}]}';
const [FIELDS, BODY] = recordedRegistration({ TopicTest: 4, 'broker-a': 1 });
const OK = { code: 0, remark: undefined, fields: {}, body: undefined };

/** Every answer has the shape that a 5.5.0 name server gave to the same request. */
describe('NamesrvController over a socket', () => {
  let namesrv: RunningNamesrv;
  let client: RecordedClient;
  const ask: (
    ...args: DropFirst<Parameters<RecordedClient['ask']>>
  ) => ReturnType<RecordedClient['ask']> = (...args) => client.ask(namesrv.address, ...args);

  beforeEach(async () => {
    namesrv = await RunningNamesrv.start();
    client = new RecordedClient();
  });
  afterEach(async () => {
    await client.shutdown();
    await namesrv.stop();
  });

  test('REGISTER_BROKER, GET_ROUTEINFO_BY_TOPIC', async () => {
    expect(await ask('GET_ROUTEINFO_BY_TOPIC', { topic: 'TopicTest' })).toMatchObject({
      code: 17,
      remark: expect.stringContaining('TopicTest'),
    });
    expect(await ask('REGISTER_BROKER', FIELDS, BODY)).toEqual(OK);
    const answer = await ask('GET_ROUTEINFO_BY_TOPIC', { topic: 'TopicTest' });
    expect(answer).toEqual({ ...OK, body: ROUTE });
  });

  test('clients before 4.9.4 get integer names without quotes, unless they ask for standard JSON', async () => {
    await ask('REGISTER_BROKER', FIELDS, BODY);
    const old = await ask('GET_ROUTEINFO_BY_TOPIC', { topic: 'TopicTest' }, undefined, V4_9_3);
    expect(old.body).toBe(ROUTE.replace('"0"', '0'));
    const fields = { topic: 'TopicTest', acceptStandardJsonOnly: 'true' };
    const standard = await ask('GET_ROUTEINFO_BY_TOPIC', fields, undefined, V4_9_3);
    expect(standard.body).toBe(ROUTE);
  });

  test('a client that stays in its zone sees its zone only', async () => {
    await ask('REGISTER_BROKER', { ...FIELDS, __ZONE_NAME: 'east' }, BODY);
    const [other] = recordedRegistration({}, { brokerName: 'broker-b', brokerAddr: '127.0.0.1:2' });
    await ask('REGISTER_BROKER', { ...other, __ZONE_NAME: 'west' }, BODY);
    const zone = { topic: 'TopicTest', __ZONE_MODE: 'true', __ZONE_NAME: 'EAST' };
    const answer = JSON.parse((await ask('GET_ROUTEINFO_BY_TOPIC', zone)).body!);
    const names = (list: { brokerName: string }[]) => list.map(({ brokerName }) => brokerName);
    expect(names(answer.brokerDatas)).toEqual(['broker-a']);
    expect(names(answer.queueDatas)).toEqual(['broker-a']);
    expect(answer.brokerDatas[0].zoneName).toBe('east');
  });

  test('REGISTER_BROKER checks the sum of the body and refuses what it cannot read', async () => {
    const sum = String(crc32(BODY) & 0x7fffffff);
    expect(await ask('REGISTER_BROKER', { ...FIELDS, bodyCrc32: sum }, BODY)).toEqual(OK);
    const wrong = { ...FIELDS, bodyCrc32: '12345' };
    expect(await ask('REGISTER_BROKER', wrong, BODY)).toMatchObject({ code: 1 });
    expect(await ask('REGISTER_BROKER', FIELDS, '{"topic')).toMatchObject({ code: 1 });
    const packed = { ...FIELDS, compressed: 'true' };
    expect(await ask('REGISTER_BROKER', packed, 'no stream')).toMatchObject({ code: 1 });
    const unprintable = { ...FIELDS, brokerName: 'a\u0000b' };
    expect(await ask('REGISTER_BROKER', unprintable, BODY)).toMatchObject({ code: 1 });
    const { brokerName: _gone, ...nameless } = FIELDS;
    expect(await ask('REGISTER_BROKER', nameless, BODY)).toMatchObject({
      code: 1,
      remark: expect.stringContaining('brokerName'),
    });
  });

  test('REGISTER_BROKER with one topic of an unknown broker is refused', async () => {
    const [fields, body] = recordedRegistration({ TopicTest: 4 });
    expect(await ask('REGISTER_BROKER', fields, body)).toMatchObject({ code: 1 });
  });

  test('a body that comes again keeps the broker and its topics', async () => {
    for (let i = 0; i < 3; i++) expect(await ask('REGISTER_BROKER', FIELDS, BODY)).toEqual(OK);
    expect(namesrv.controller.routeInfoManager.allTopics()).toEqual(['TopicTest', 'broker-a']);
    const [, next] = recordedRegistration({ TopicTest: 8, 'broker-a': 1 }, { counter: 2 });
    await ask('REGISTER_BROKER', FIELDS, next);
    const answer = await ask('GET_ROUTEINFO_BY_TOPIC', { topic: 'TopicTest' });
    expect(answer.body).toBe(ROUTE.replaceAll('QueueNums":4', 'QueueNums":8'));
  });

  test('UNREGISTER_BROKER', async () => {
    await ask('REGISTER_BROKER', FIELDS, BODY);
    const { brokerAddr, brokerId, brokerName, clusterName } = FIELDS;
    const leaving = { brokerAddr, brokerId, brokerName, clusterName } as Record<string, string>;
    expect(await ask('UNREGISTER_BROKER', leaving)).toEqual(OK);
    expect(await ask('GET_ROUTEINFO_BY_TOPIC', { topic: 'TopicTest' })).toMatchObject({ code: 17 });
  });

  test('GET_BROKER_CLUSTER_INFO', async () => {
    expect(await ask('GET_BROKER_CLUSTER_INFO')).toEqual({
      ...OK,
      body: '{"brokerAddrTable":{},"clusterAddrTable":{}}',
    });
    await ask('REGISTER_BROKER', FIELDS, BODY);
    expect((await ask('GET_BROKER_CLUSTER_INFO')).body).toBe(
      '{"brokerAddrTable":{"broker-a":{"brokerAddrs":{0:"127.0.0.1:33911"},' +
        '"brokerName":"broker-a","cluster":"DefaultCluster","enableActingMaster":false}},' +
        '"clusterAddrTable":{"DefaultCluster":["broker-a"]}}',
    );
  });

  test('WIPE_WRITE_PERM_OF_BROKER, ADD_WRITE_PERM_OF_BROKER', async () => {
    await ask('REGISTER_BROKER', FIELDS, BODY);
    const broker = { brokerName: 'broker-a' };
    expect(await ask('WIPE_WRITE_PERM_OF_BROKER', broker)).toEqual({
      ...OK,
      fields: { wipeTopicCount: '2' },
    });
    const wiped = await ask('GET_ROUTEINFO_BY_TOPIC', { topic: 'TopicTest' });
    expect(wiped.body).toBe(ROUTE.replace('"perm":6', '"perm":4'));
    expect(await ask('ADD_WRITE_PERM_OF_BROKER', broker)).toEqual({
      ...OK,
      fields: { addTopicCount: '2' },
    });
    expect((await ask('GET_ROUTEINFO_BY_TOPIC', { topic: 'TopicTest' })).body).toBe(ROUTE);
  });

  test('topic lists', async () => {
    await ask('REGISTER_BROKER', FIELDS, BODY);
    const all = '{"topicList":["TopicTest","broker-a"]}';
    expect((await ask('GET_ALL_TOPIC_LIST_FROM_NAMESERVER')).body).toBe(all);
    expect((await ask('GET_TOPICS_BY_CLUSTER', { cluster: 'DefaultCluster' })).body).toBe(all);
    expect((await ask('GET_SYSTEM_TOPIC_LIST_FROM_NS')).body).toBe(
      '{"brokerAddr":"127.0.0.1:33911","topicList":["DefaultCluster","broker-a"]}',
    );
    for (const code of [
      'GET_UNIT_TOPIC_LIST',
      'GET_HAS_UNIT_SUB_TOPIC_LIST',
      'GET_HAS_UNIT_SUB_UNUNIT_TOPIC_LIST',
    ] as const) {
      expect((await ask(code)).body).toBe('{"topicList":[]}');
    }
  });

  test('topic lists are refused where they are disabled', async () => {
    await ask('UPDATE_NAMESRV_CONFIG', {}, 'enableTopicList=false\nenableAllTopicList=false\n');
    for (const code of [
      'GET_ALL_TOPIC_LIST_FROM_NAMESERVER',
      'GET_TOPICS_BY_CLUSTER',
      'GET_UNIT_TOPIC_LIST',
      'GET_HAS_UNIT_SUB_TOPIC_LIST',
      'GET_HAS_UNIT_SUB_UNUNIT_TOPIC_LIST',
    ] as const) {
      expect(await ask(code, { cluster: 'DefaultCluster' })).toMatchObject({ code: 1 });
    }
    expect(await ask('GET_SYSTEM_TOPIC_LIST_FROM_NS')).toMatchObject({ code: 0 });
  });

  test('DELETE_TOPIC_IN_NAMESRV, REGISTER_TOPIC_IN_NAMESRV', async () => {
    await ask('REGISTER_BROKER', FIELDS, BODY);
    expect(await ask('DELETE_TOPIC_IN_NAMESRV', { topic: 'TopicTest' })).toEqual(OK);
    expect(await ask('GET_ROUTEINFO_BY_TOPIC', { topic: 'TopicTest' })).toMatchObject({ code: 17 });
    const queues =
      '{"brokerDatas":[],"filterServerTable":{},"queueDatas":[{"brokerName":"broker-a",' +
      '"perm":6,"readQueueNums":4,"topicSysFlag":0,"writeQueueNums":4}]}';
    expect(await ask('REGISTER_TOPIC_IN_NAMESRV', { topic: 'TopicTest' }, queues)).toEqual(OK);
    expect((await ask('GET_ROUTEINFO_BY_TOPIC', { topic: 'TopicTest' })).body).toBe(ROUTE);
    const inCluster = { topic: 'TopicTest', clusterName: 'DefaultCluster' };
    expect(await ask('DELETE_TOPIC_IN_NAMESRV', inCluster)).toEqual(OK);
    expect(await ask('GET_ROUTEINFO_BY_TOPIC', { topic: 'TopicTest' })).toMatchObject({ code: 17 });
  });

  test('key-value and order configuration', async () => {
    const k1 = { namespace: 'NS1', key: 'k1' };
    expect(await ask('PUT_KV_CONFIG', { ...k1, value: 'v1' })).toEqual(OK);
    expect(await ask('GET_KV_CONFIG', k1)).toEqual({ ...OK, fields: { value: 'v1' } });
    expect(await ask('GET_KV_CONFIG', { ...k1, key: 'zz' })).toMatchObject({ code: 22 });
    expect((await ask('GET_KVLIST_BY_NAMESPACE', { namespace: 'NS1' })).body).toBe(
      '{"table":{"k1":"v1"}}',
    );
    expect(await ask('GET_KVLIST_BY_NAMESPACE', { namespace: 'NS2' })).toMatchObject({ code: 22 });
    expect(await ask('DELETE_KV_CONFIG', k1)).toEqual(OK);
    expect(await ask('GET_KV_CONFIG', k1)).toMatchObject({ code: 22 });

    const order = { namespace: 'ORDER_TOPIC_CONFIG', key: 'TopicTest', value: 'broker-a:4' };
    await ask('PUT_KV_CONFIG', order);
    expect(await ask('REGISTER_BROKER', FIELDS, BODY)).toEqual({
      ...OK,
      body: '{"table":{"TopicTest":"broker-a:4"}}',
    });
    expect(await ask('UPDATE_NAMESRV_CONFIG', {}, 'orderMessageEnable=true\n')).toEqual(OK);
    const route = await ask('GET_ROUTEINFO_BY_TOPIC', { topic: 'TopicTest' });
    expect(route.body).toContain('"orderTopicConf":"broker-a:4"');
  });

  test('QUERY_DATA_VERSION', async () => {
    const { brokerAddr, brokerId, brokerName, clusterName } = FIELDS;
    const asking = { brokerAddr, brokerId, brokerName, clusterName } as Record<string, string>;
    const version = '{"counter":1,"stateVersion":0,"timestamp":1795259729518}';
    expect(await ask('QUERY_DATA_VERSION', asking, version)).toEqual({
      ...OK,
      fields: { changed: 'true' },
    });
    await ask('REGISTER_BROKER', FIELDS, BODY);
    expect(await ask('QUERY_DATA_VERSION', asking, version)).toEqual({
      ...OK,
      fields: { changed: 'false' },
      body: version,
    });
    const newer = version.replace('"counter":1', '"counter":2');
    expect(await ask('QUERY_DATA_VERSION', asking, newer)).toEqual({
      ...OK,
      fields: { changed: 'true' },
      body: version,
    });
  });

  test('BROKER_HEARTBEAT, GET_BROKER_MEMBER_GROUP', async () => {
    const group = { clusterName: 'DefaultCluster', brokerName: 'broker-a' };
    expect((await ask('GET_BROKER_MEMBER_GROUP', group)).body).toBe(
      '{"brokerMemberGroup":{"brokerAddrs":{},"brokerName":"broker-a","cluster":"DefaultCluster"}}',
    );
    await ask('REGISTER_BROKER', FIELDS, BODY);
    expect(await ask('BROKER_HEARTBEAT', { ...group, brokerAddr: '127.0.0.1:33911' })).toEqual(OK);
    expect((await ask('GET_BROKER_MEMBER_GROUP', group)).body).toBe(
      '{"brokerMemberGroup":{"brokerAddrs":{0:"127.0.0.1:33911"},"brokerName":"broker-a",' +
        '"cluster":"DefaultCluster"}}',
    );
  });

  test('the configuration is read, and changed where it may be, all or nothing', async () => {
    const text = async () => (await ask('GET_NAMESRV_CONFIG')).body ?? '';
    expect(await text()).toMatch(/^waitSecondsForService=45$/m);
    const both = 'waitSecondsForService=7\nkvConfigPath=/etc/passwd\n';
    expect(await ask('UPDATE_NAMESRV_CONFIG', {}, both)).toMatchObject({ code: 16 });
    expect(await text()).toMatch(/^waitSecondsForService=45$/m);
    expect(await ask('UPDATE_NAMESRV_CONFIG', {}, 'waitSecondsForService=7\n')).toEqual(OK);
    expect(await text()).toMatch(/^waitSecondsForService=7$/m);
    for (const change of ['waitSecondsForService=soon', 'noSuchThing=1', '__proto__=1']) {
      expect(await ask('UPDATE_NAMESRV_CONFIG', {}, change)).toMatchObject({ code: 1 });
    }
  });

  test('with needWaitForService no route is given before its time', async () => {
    await ask('REGISTER_BROKER', FIELDS, BODY);
    await ask('UPDATE_NAMESRV_CONFIG', {}, 'needWaitForService=true\n');
    expect(await ask('GET_ROUTEINFO_BY_TOPIC', { topic: 'TopicTest' })).toMatchObject({ code: 1 });
    await ask('UPDATE_NAMESRV_CONFIG', {}, 'waitSecondsForService=0\n');
    expect(await ask('GET_ROUTEINFO_BY_TOPIC', { topic: 'TopicTest' })).toMatchObject({ code: 0 });
  });

  test('a code without a handler is answered so', async () => {
    expect(await ask('SEND_MESSAGE')).toMatchObject({ code: 3 });
    expect(await ask(31_999)).toMatchObject({ code: 3 });
  });

  test('a name server that stops gracefully sends clients away, and serves those too old to go', async () => {
    await namesrv.stop();
    namesrv = await RunningNamesrv.start(
      'enableShutdownGracefully=true\nshutdownWaitTimeSeconds=2',
    );
    const stopped = namesrv.stop();
    expect(await ask('GET_BROKER_CLUSTER_INFO')).toMatchObject({ code: 1500 });
    const old = await ask('GET_BROKER_CLUSTER_INFO', {}, undefined, V4_9_3);
    expect(old).toMatchObject({ code: 0 });
    await stopped;
  });

  test('ten thousand topics register, and again without being read', async () => {
    const topics = Object.fromEntries(Array.from({ length: 10_000 }, (_, i) => [`topic_${i}`, 8]));
    const [fields, body] = recordedRegistration(topics);
    const { routeInfoManager } = namesrv.controller;
    for (let i = 0; i < 2; i++) {
      expect(await ask('REGISTER_BROKER', fields, body)).toEqual(OK);
      expect(routeInfoManager.sizes).toMatchObject({ topics: 10_000, queueDatas: 10_000 });
    }
    await ask('DELETE_TOPIC_IN_NAMESRV', { topic: 'topic_9999' });
    expect(routeInfoManager.sizes.topics).toBe(9_999);
    await ask('REGISTER_BROKER', fields, body);
    expect(routeInfoManager.sizes.topics).toBe(10_000);
  });
});

type DropFirst<T extends unknown[]> = T extends [unknown, ...infer Rest] ? Rest : never;
