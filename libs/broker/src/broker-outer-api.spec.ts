import {
  DataVersion,
  SilentLogger,
  SystemClock,
  bodyCrc,
  createTopicConfig,
} from '@rocket-nest/common';
import type { TopicConfig } from '@rocket-nest/common';
import { EventLoopTurn } from '@rocket-nest/common/internal';
import {
  KVTable,
  QueryDataVersionResponseHeader,
  RegisterBrokerBody,
  RegisterBrokerRequestHeader,
  RemotingClient,
  RemotingCommand,
  RemotingServer,
  RequestCode,
  ResponseCode,
  decodeBody,
  decodeHeader,
  encodeBody,
  encodeHeader,
} from '@rocket-nest/remoting';
import { BrokerCounters } from './broker-counters';
import { BrokerOuterApi } from './broker-outer-api';
import { createBrokerConfig } from './config/broker-config';

const clock = new SystemClock();
const deps = () => ({ clock, logger: new SilentLogger(), turn: new EventLoopTurn() });

/** A name server that notes what it is told. */
class ListeningNameServer {
  readonly topics: string[][] = [];
  readonly codes: number[] = [];
  answerCode: number = ResponseCode.SUCCESS;
  knowsVersion = false;
  body: Buffer | undefined;
  private server: RemotingServer | undefined;
  private waiting: { count: number; resolve: () => void }[] = [];

  async start(port = 0): Promise<string> {
    const server = new RemotingServer({ ports: [port] }, deps());
    server.onRequest((connection, request) => {
      this.codes.push(request.code);
      const response = RemotingCommand.createResponse(request, this.answerCode);
      if (request.code === RequestCode.REGISTER_BROKER) this.note(request, response);
      if (request.code === RequestCode.QUERY_DATA_VERSION) {
        const changed = !this.knowsVersion;
        response.extFields = encodeHeader(QueryDataVersionResponseHeader, { changed });
      }
      connection.respond(response);
      this.waiting = this.waiting.filter(({ count, resolve }) => {
        if (this.codes.length < count) return true;
        resolve();
        return false;
      });
    });
    await server.start();
    this.server = server;
    return `127.0.0.1:${server.ports[0]}`;
  }

  async stop(): Promise<void> {
    await this.server?.shutdown();
  }

  /** Resolves when so many requests have come. */
  requests(count: number): Promise<void> {
    if (this.codes.length >= count) return Promise.resolve();
    return new Promise((resolve) => this.waiting.push({ count, resolve }));
  }

  private note(request: RemotingCommand, response: RemotingCommand): void {
    const header = decodeHeader(RegisterBrokerRequestHeader, request);
    expect(header.bodyCrc32).toBe(bodyCrc(request.body!));
    expect(header).toMatchObject({ brokerName: 'broker-a', brokerAddr: '127.0.0.1:10911' });
    const wrapper = decodeBody(RegisterBrokerBody, request.body).topicConfigSerializeWrapper!;
    expect(wrapper.dataVersion?.counter).toBe(7);
    this.topics.push([...wrapper.topicConfigTable.keys()]);
    response.body = this.body;
  }
}

describe('BrokerOuterApi', () => {
  const closers: (() => Promise<void>)[] = [];
  let orderTopics: ReadonlyMap<string, string> | undefined;

  afterEach(async () => {
    for (const close of closers.splice(0).reverse()) await close();
  });

  async function nameServer(): Promise<ListeningNameServer & { address: string }> {
    const server = new ListeningNameServer();
    const address = await server.start();
    closers.push(() => server.stop());
    return Object.assign(server, { address });
  }

  function outerApi(namesrvAddr: string, properties: Record<string, string> = {}): BrokerOuterApi {
    const config = createBrokerConfig({ namesrvAddr, ...properties });
    const client = new RemotingClient({}, deps());
    const topics: TopicConfig[] = [createTopicConfig('A'), createTopicConfig('B')];
    const api = new BrokerOuterApi(config.broker, {
      ...deps(),
      counters: new BrokerCounters(),
      client,
      identity: () => ({
        clusterName: 'DefaultCluster',
        brokerName: 'broker-a',
        brokerId: 0,
        brokerAddr: '127.0.0.1:10911',
        haServerAddr: '127.0.0.1:10912',
      }),
      topics: () => topics,
      dataVersion: () => new DataVersion({ counter: 7, timestamp: 1 }),
      mappings: () => new Map(),
      mappingDataVersion: () => new DataVersion(),
      onOrderTopicConfig: (table) => (orderTopics = table),
    });
    closers.push(async () => {
      await api.shutdown();
      await client.shutdown();
    });
    return api;
  }

  it('registers at every name server, sends single topics, and leaves at shutdown', async () => {
    const [first, second] = [await nameServer(), await nameServer()];
    first.body = encodeBody(KVTable, { table: new Map([['A', 'broker-a:4']]) });
    const api = outerApi(`${first.address};${second.address}`);
    api.start();
    await Promise.all([first.requests(1), second.requests(1)]);
    await api.whenRegistered();
    api.registerTopics([createTopicConfig('C')]);
    await Promise.all([first.requests(2), second.requests(2)]);
    await api.shutdown();
    for (const server of [first, second]) {
      expect(server.topics).toEqual([['A', 'B'], ['C']]);
      expect(server.codes.at(-1)).toBe(RequestCode.UNREGISTER_BROKER);
    }
    expect(orderTopics).toEqual(new Map([['A', 'broker-a:4']]));
  });

  it('registers at the living name server while another is down', async () => {
    const living = await nameServer();
    const dead = await nameServer();
    await dead.stop();
    const api = outerApi(`${dead.address};${living.address}`);
    api.start();
    await api.whenRegistered();
    expect(living.topics).toEqual([['A', 'B']]);
  });

  it('registers again at a name server that was started again', async () => {
    const server = new ListeningNameServer();
    const address = await server.start();
    closers.push(() => server.stop());
    const api = outerApi(address);
    api.start();
    await server.requests(1);
    await server.stop();
    await server.start(Number(address.split(':')[1]));
    await server.requests(2);
    expect(server.topics).toEqual([
      ['A', 'B'],
      ['A', 'B'],
    ]);
  });

  it('asks first whether anything changed when forceRegister is off', async () => {
    const server = await nameServer();
    server.knowsVersion = true;
    const api = outerApi(server.address, { forceRegister: 'false' });
    api.start();
    await server.requests(1);
    await api.shutdown();
    expect(server.topics).toEqual([]);
    expect(server.codes[0]).toBe(RequestCode.QUERY_DATA_VERSION);
  });
});
