import * as fs from 'node:fs';
import * as path from 'node:path';
import { SeededRandom } from '@rocket-nest/common';
import { RequestCode } from '@rocket-nest/remoting';
import { createTopic, pull, sendBodies } from '../support/raw-client';
import { type ExtFields, RawConnection } from '../support/raw-connection';
import { type Cluster, startCluster } from '../support/servers';
import { readStoredRecords } from '../support/stored-record';
import { hostileNames, MARKER, trickyNames } from './hostile-frames';

const seed = Number(process.env.FUZZ_SEED ?? Date.now() % 1_000_000);

/** Fields that name something, in the headers of many requests. */
const namingFields = [
  'topic',
  'defaultTopic',
  'group',
  'consumerGroup',
  'producerGroup',
  'clientID',
  'clientId',
  'brokerName',
  'clusterName',
  'namespace',
  'key',
  'b',
  'a',
];

const bodiesToTry = (name: string): Buffer[] => [
  Buffer.alloc(0),
  Buffer.from('{'),
  Buffer.from(`${'['.repeat(2000)}${']'.repeat(2000)}`),
  Buffer.from('null'),
  Buffer.from('[1,2,3]'),
  Buffer.from('{"__proto__":{"polluted":true},"constructor":{"prototype":{"polluted":true}}}'),
  Buffer.from(
    JSON.stringify({
      clientID: name,
      clientId: name,
      group: name,
      consumerGroup: name,
      groupName: name,
      topicName: name,
      consumerDataSet: [
        { groupName: name, subscriptionDataSet: [{ topic: name, subString: '*' }] },
      ],
      producerDataSet: [{ groupName: name }],
      mqSet: [{ topic: name, brokerName: 'broker-a', queueId: 0 }],
      topicConfigSerializeWrapper: { topicConfigTable: { [name]: { topicName: name } } },
    }),
  ),
  Buffer.from([0x78, 0x9c, 0xff, 0xff, 0, 0, 0, 1]),
];

/** Requests that stop or reconfigure a server on purpose are not what this test is about. */
const leftOut = new Set<number>([
  RequestCode.UPDATE_BROKER_CONFIG,
  RequestCode.UPDATE_NAMESRV_CONFIG,
]);
const codes = Object.values(RequestCode).filter((code) => !leftOut.has(code));

describe(`hostile requests (FUZZ_SEED=${seed})`, () => {
  let cluster: Cluster;

  beforeAll(async () => {
    cluster = await startCluster();
  }, 60_000);

  afterAll(async () => cluster?.stop(), 60_000);

  it.each(['namesrv', 'broker'] as const)(
    'the %s survives hostile fields and bodies in every request',
    async (kind) => {
      const random = new SeededRandom(seed);
      const server = cluster[kind];
      for (const code of codes) {
        for (let i = 0; i < 4; i++) {
          const connection = await RawConnection.open(server.options.port);
          const name = hostileNames[random.nextInt(hostileNames.length)];
          const bodies = bodiesToTry(name);
          const fields = hostileFields(name, random);
          const body = bodies[random.nextInt(bodies.length)];
          // An answer, or a closed connection, or (a held poll) silence: all but a crash.
          await Promise.race([
            connection.request(code, fields, body).catch(() => undefined),
            new Promise((resolve) => setTimeout(resolve, 300).unref()),
          ]);
          await connection.close();
        }
      }
      expect(server.isRunning).toBe(true);
      expect(pathsBelow(cluster.folder).filter((each) => each.includes(MARKER))).toEqual([]);
    },
    120_000,
  );

  it.each(hostileNames)('a topic named %j is refused', async (name) => {
    const connection = await RawConnection.open(cluster.broker.options.port);
    const created = await createTopic(connection, name, 1);
    expect(created.code).not.toBe(0);
    const sent = await sendBodies(connection, { topic: name, queueId: 0 }, [Buffer.from('x')]);
    expect(sent.code).not.toBe(0);
    const pulled = await pull(connection, { topic: name, queueId: 0 }, 0, 32);
    expect(pulled.code).not.toBe(0);
    // Refused politely: the connection goes on.
    expect((await createTopic(connection, 'good', 1)).code).toBe(0);
    await connection.close();
    expect(pathsBelow(cluster.folder).filter((each) => each.includes(MARKER))).toEqual([]);
  });

  it.each(trickyNames)('a topic named %s is a topic like any other', async (name) => {
    const connection = await RawConnection.open(cluster.broker.options.port);
    expect((await createTopic(connection, name, 1)).code).toBe(0);
    const queue = { topic: name, queueId: 0 };
    expect((await sendBodies(connection, queue, [Buffer.from(`to ${name}`)])).code).toBe(0);
    const records = readStoredRecords((await pull(connection, queue, 0, 32)).body);
    expect(records.map((record) => record.body.toString())).toEqual([`to ${name}`]);
    await connection.close();
  });

  it('stays in its folder and keeps no hostile name', async () => {
    await cluster.broker.stop();
    const texts = pathsBelow(path.join(cluster.folder, 'broker/store/config'))
      .filter((file) => file.endsWith('.json'))
      .map((file) => fs.readFileSync(file, 'utf8'));
    expect(texts.length).toBeGreaterThan(0);
    expect(texts.filter((text) => text.includes(MARKER))).toEqual([]);
    expect(fs.readdirSync('/tmp').filter((each) => each.includes(MARKER))).toEqual([]);
  }, 30_000);
});

function hostileFields(name: string, random: SeededRandom): ExtFields {
  const fields: Record<string, string | number> = {
    queueId: random.nextInt(3) - 1,
    queueOffset: -5,
    maxMsgNums: 2 ** 31,
    sysFlag: random.nextInt(1 << 20),
    commitOffset: -9,
    offset: 'NaN',
    suspendTimeoutMillis: 10,
    __proto__x: 'y',
  };
  for (const field of namingFields) {
    if (random.nextInt(3) > 0) fields[field] = name;
  }
  return fields;
}

function pathsBelow(folder: string): string[] {
  return fs
    .readdirSync(folder, { recursive: true, withFileTypes: true })
    .map((entry) => path.join(entry.parentPath, entry.name));
}
