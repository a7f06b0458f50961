import { connect, createServer } from 'node:net';
import type { AddressInfo, Server, Socket } from 'node:net';

import { SystemClock } from '@rocket-nest/common';
import type { Logger } from '@rocket-nest/common';

import { encodeCommand } from '../codec/encode-command';
import { FrameDecoder } from '../codec/frame-decoder';
import { MQVersion } from '../protocol/mq-version';
import { RemotingCommand } from '../protocol/remoting-command';
import { ResponseCode } from '../protocol/response-code';
import type { Connection } from './connection';
import { RemotingClient } from './remoting-client';
import type { RemotingClientOptions } from './remoting-client-options';
import { RemotingServer } from './remoting-server';
import type { RemotingServerOptions } from './remoting-server-options';

const CODE = 105;
const clock = new SystemClock();

class RecordingLogger implements Logger {
  readonly warnings: string[] = [];
  debug(): void {}
  info(): void {}
  error(): void {}
  warn(message: string, fields?: object): void {
    this.warnings.push(`${message} ${JSON.stringify(fields)}`);
  }
}

const logger = new RecordingLogger();
const cleanups: (() => unknown)[] = [];

afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
  logger.warnings.length = 0;
});

async function startServer(
  handler: (connection: Connection, request: RemotingCommand) => void,
  options: Partial<RemotingServerOptions> = {},
): Promise<{ server: RemotingServer; address: string; port: number }> {
  const server = new RemotingServer({ ports: [0], ...options }, { clock, logger });
  server.onRequest(handler);
  cleanups.push(() => server.shutdown());
  await server.start();
  return { server, address: `127.0.0.1:${server.ports[0]}`, port: server.ports[0] };
}

function newClient(options: RemotingClientOptions = {}): RemotingClient {
  const client = new RemotingClient(options, { clock, logger });
  cleanups.push(() => client.shutdown());
  return client;
}

/** A server made by hand, which gets the requests of each connection. */
async function startPeer(
  handler: (socket: Socket, request: RemotingCommand, connectionNumber: number) => void,
): Promise<{ address: string; server: Server }> {
  let connections = 0;
  const server = createServer((socket) => {
    const number = ++connections;
    const decoder = new FrameDecoder((request) => handler(socket, request, number));
    socket.on('data', (chunk: Buffer) => decoder.push(chunk));
    socket.on('error', () => undefined);
    cleanups.push(() => socket.destroy());
  });
  cleanups.push(() => server.close());
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { server, address: `127.0.0.1:${(server.address() as AddressInfo).port}` };
}

async function rawConnection(port: number): Promise<Socket> {
  const socket = connect({ port, host: '127.0.0.1' });
  socket.on('error', () => undefined);
  cleanups.push(() => socket.destroy());
  await new Promise((resolve) => socket.once('connect', resolve));
  return socket;
}

async function until(what: string, isTrue: () => boolean): Promise<void> {
  const endMs = clock.monotonicNow() + 10_000;
  while (!isTrue()) {
    if (clock.monotonicNow() > endMs) throw new Error(`waited in vain until ${what}`);
    await new Promise((resolve) => setImmediate(resolve));
  }
}

function echo(connection: Connection, request: RemotingCommand): void {
  const response = RemotingCommand.createResponse(request, ResponseCode.SUCCESS, 'done');
  response.extFields = new Map(request.extFields);
  if (request.body !== undefined) response.body = Buffer.from(request.body);
  connection.respond(response);
}

function request(fields: Record<string, string> = {}, body?: Buffer): RemotingCommand {
  return RemotingCommand.createRequest(CODE, new Map(Object.entries(fields)), body);
}

function answer(asked: RemotingCommand, code = 0): Buffer {
  return encodeCommand(RemotingCommand.createResponse(asked, code));
}

describe.each([
  ['JSON', 0],
  ['binary', 1],
] as const)('client and server with %s headers', (_form, serializeType) => {
  it('exchange a request and its answer', async () => {
    const { address } = await startServer(echo);
    const client = newClient({ serializeType });
    const response = await client.invoke(address, request({ k: 'v"中' }, Buffer.from('hi')), 3000);
    expect(response).toMatchObject({ code: 0, remark: 'done', serializeType });
    expect(response.extFields).toEqual(new Map([['k', 'v"中']]));
    expect(response.body?.toString()).toBe('hi');
  });

  it('exchange many at once over one connection, each answer to its request', async () => {
    const { server, address } = await startServer(echo);
    const client = newClient({ serializeType });
    const answers = await Promise.all(
      Array.from({ length: 500 }, (_, index) =>
        client.invoke(address, request({ n: String(index) }), 10_000),
      ),
    );
    expect(answers.map((each) => Number(each.extFields.get('n')))).toEqual([...answers.keys()]);
    expect(server.stats.connectionsOpened).toBe(1);
  });

  it('exchange large bodies, copied or not', async () => {
    const parts = [Buffer.alloc(100_000, 1), Buffer.alloc(10, 2), Buffer.alloc(3_000_000, 3)];
    const { address } = await startServer((connection, asked) => {
      connection.respond(RemotingCommand.createResponse(asked, 0), parts);
    });
    const client = newClient({ serializeType });
    const asked = request({}, Buffer.alloc(2_000_000, 9));
    const responses = await Promise.all([1, 2, 3].map(() => client.invoke(address, asked, 10_000)));
    for (const { body } of responses) expect(body?.equals(Buffer.concat(parts))).toBe(true);
  });

  test.each([
    ['small parts', [100, 15_000]],
    ['large parts', [40_000, 300_000]],
    ['large parts before a small one', [300_000, 100]],
    ['no parts', []],
  ])('an answer of %s may change them once it was told that they were sent', async (_, sizes) => {
    const { address } = await startServer((connection, asked) => {
      const parts = sizes.map((size) => Buffer.alloc(size, 'a'));
      connection.respond(RemotingCommand.createResponse(asked, 0), parts, () => {
        for (const part of parts) part.fill('b');
      });
    });
    const client = newClient();
    for (let round = 0; round < 20; round++) {
      const answer = await client.invoke(address, RemotingCommand.createRequest(CODE), 5000);
      const length = sizes.reduce((sum, size) => sum + size, 0);
      expect((answer.body ?? Buffer.alloc(0)).equals(Buffer.alloc(length, 'a'))).toBe(true);
    }
  });

  test.each([1000, 100_000])('that parts of %i bytes were sent is told once', async (size) => {
    let told = 0;
    const { address } = await startServer((connection, asked) => {
      const parts = [Buffer.alloc(size), Buffer.alloc(size)];
      connection.respond(RemotingCommand.createResponse(asked, 0), parts, () => void told++);
    });
    const client = newClient();
    for (let round = 1; round <= 3; round++) {
      await client.invoke(address, RemotingCommand.createRequest(CODE), 5000);
      await new Promise(setImmediate);
      expect(told).toBe(round);
    }
  });
});

describe('RemotingServer', () => {
  it('sends all answers of one turn in one write', async () => {
    const { port } = await startServer(echo);
    const socket = await rawConnection(port);
    const chunks: Buffer[] = [];
    const received: RemotingCommand[] = [];
    const decoder = new FrameDecoder((command) => received.push(command));
    socket.on('data', (chunk: Buffer) => {
      chunks.push(chunk);
      decoder.push(chunk);
    });
    socket.write(Buffer.concat(Array.from({ length: 50 }, () => encodeCommand(request()))));
    await until('all answers have come', () => received.length === 50);
    expect(chunks).toHaveLength(1);
  });

  it('answers SYSTEM_ERROR when the handler throws', async () => {
    const { address } = await startServer(() => {
      throw new Error('no such luck');
    });
    const response = await newClient().invoke(address, request(), 3000);
    expect(response).toMatchObject({ code: ResponseCode.SYSTEM_ERROR, remark: 'no such luck' });
  });

  it('does not answer oneway requests, even when the handler does', async () => {
    const { server, address } = await startServer(echo);
    const client = newClient();
    await client.invokeOneway(address, request());
    await client.invoke(address, request(), 3000);
    expect(server.stats.requests).toBe(2);
    expect(client.stats.responses).toBe(1);
  });

  it.each([
    ['a bad frame', Buffer.from([0, 0, 0, 4, 9, 0, 0, 0]), 'not understood'],
    ['an oversize frame', Buffer.from([0x7f, 0, 0, 0]), 'too long'],
  ])('closes the connection that sends %s, and no other', async (_what, bytes, logged) => {
    const { server, address, port } = await startServer(echo);
    const client = newClient();
    await client.invoke(address, request(), 3000);
    const socket = await rawConnection(port);
    const closed = new Promise((resolve) => socket.once('close', resolve));
    socket.write(bytes);
    await closed;
    expect((await client.invoke(address, request(), 3000)).code).toBe(0);
    expect(server.stats.badFrames).toBe(1);
    expect(logger.warnings).toHaveLength(1);
    expect(logger.warnings[0]).toContain(logged);
  });

  it('closes a TLS connection when it has no TLS', async () => {
    const { port } = await startServer(echo);
    const socket = await rawConnection(port);
    const closed = new Promise((resolve) => socket.once('close', resolve));
    socket.write(Buffer.from([0x16, 3, 1, 0, 5]));
    await closed;
  });

  it('refuses connections beyond the limit, and takes them again later', async () => {
    const { server, port } = await startServer(echo, { maxConnections: 2 });
    const first = await rawConnection(port);
    await rawConnection(port);
    const third = await rawConnection(port);
    await new Promise((resolve) => third.once('close', resolve));
    expect(server.stats.connectionsRefused).toBe(1);
    expect(server.stats.limitHits.get('maxConnections')).toBe(1);
    expect(logger.warnings[0]).toContain('too many are open');
    first.destroy();
    await until('there is room again', () => {
      const socket = connect({ port, host: '127.0.0.1' });
      socket.on('error', () => undefined);
      socket.write(encodeCommand(request()));
      cleanups.push(() => socket.destroy());
      return server.stats.requests > 0;
    });
  });

  it('refuses connections of one address beyond its limit', async () => {
    const { server, port } = await startServer(echo, { maxConnectionsPerIp: 1 });
    await rawConnection(port);
    const second = await rawConnection(port);
    await new Promise((resolve) => second.once('close', resolve));
    expect(server.stats.limitHits.get('maxConnectionsPerIp')).toBe(1);
  });

  it('tells when connections come, are idle and go', async () => {
    const { server, address } = await startServer(echo, { idleCloseMs: 1 });
    const events: string[] = [];
    server.onConnectionEvent({
      connected: (connection) => events.push(`connected ${connection.localPort}`),
      idle: () => events.push('idle'),
      closed: (_connection, reason) => events.push(`closed ${reason}`),
    });
    await newClient().invoke(address, request(), 3000);
    await until('it was closed', () => events.length === 3);
    expect(events).toEqual([`connected ${server.ports[0]}`, 'idle', 'closed idle']);
    expect([...server.connections]).toHaveLength(0);
  });

  it('pauses a reader that does not drain, goes on when it does', async () => {
    const body = Buffer.alloc(1024 * 1024, 5);
    const { server, port } = await startServer(
      (connection, asked) => {
        connection.respond(RemotingCommand.createResponse(asked, 0), [body]);
      },
      { pauseAboveBytes: 1024 * 1024 },
    );
    const socket = await rawConnection(port);
    socket.pause();
    for (let count = 0; count < 30; count++) {
      socket.write(encodeCommand(request()));
      await new Promise((resolve) => setImmediate(resolve));
    }
    await until('it was paused', () => (server.stats.limitHits.get('pauseAboveBytes') ?? 0) > 0);
    expect(server.connectionCount).toBe(1);
    const received: RemotingCommand[] = [];
    const decoder = new FrameDecoder((command) => received.push(command));
    socket.on('data', (chunk: Buffer) => decoder.push(chunk));
    socket.resume();
    await until('all answers have come', () => received.length === 30);
  });

  it.each([
    ['closeAboveBytes', { pauseAboveBytes: 1024, closeAboveBytes: 2 * 1024 * 1024 }],
    ['closeAfterMs', { pauseAboveBytes: 1024, closeAfterMs: 1 }],
  ] as const)('closes a reader that does not drain (%s)', async (limit, options) => {
    const body = Buffer.alloc(8 * 1024 * 1024);
    const { server, port } = await startServer((connection, asked) => {
      connection.respond(RemotingCommand.createResponse(asked, 0), [body]);
    }, options);
    const socket = await rawConnection(port);
    socket.pause();
    socket.write(encodeCommand(request()));
    await until('it was closed', () => server.stats.limitHits.get(limit) === 1);
    expect(server.connectionCount).toBe(0);
    expect(logger.warnings.join()).toContain('does not read');
  });

  it.each([
    ['v1', Buffer.from('PROXY TCP4 10.1.2.3 10.0.0.1 4242 9876\r\n'), '10.1.2.3:4242'],
    ['v1 without an address', Buffer.from('PROXY UNKNOWN\r\n'), '127.0.0.1'],
    [
      'v2',
      Buffer.from(
        '0d0a0d0a000d0a515549540a2111000c0a010203 0a000001 1092 2694'.replace(/ /g, ''),
        'hex',
      ),
      '10.1.2.3:4242',
    ],
    ['v2 LOCAL', Buffer.from('0d0a0d0a000d0a515549540a20000000', 'hex'), '127.0.0.1'],
  ])('takes the address from a PROXY header %s, cut anywhere', async (_form, header, address) => {
    const seen: string[] = [];
    const { port } = await startServer((connection, asked) => {
      seen.push(connection.remoteAddress);
      echo(connection, asked);
    });
    for (const cut of [1, 5, 12, header.length]) {
      const socket = await rawConnection(port);
      const bytes = Buffer.concat([header, encodeCommand(request())]);
      socket.write(bytes.subarray(0, cut));
      await new Promise((resolve) => setImmediate(resolve));
      const before = seen.length;
      socket.write(bytes.subarray(cut));
      await until('the request has come', () => seen.length > before);
    }
    for (const each of seen) expect(each).toContain(address);
  });

  it('refuses PROXY headers when told to', async () => {
    const { port } = await startServer(echo, { proxyProtocol: false });
    const socket = await rawConnection(port);
    const closed = new Promise((resolve) => socket.once('close', resolve));
    socket.write('PROXY UNKNOWN\r\n');
    await closed;
  });

  it('says what to do when its port is taken', async () => {
    const { port } = await startServer(echo);
    const second = new RemotingServer({ ports: [0, port] }, { clock, logger });
    await expect(second.start()).rejects.toMatchObject({
      code: 'BIND_FAILED',
      message: expect.stringContaining('configure another port'),
    });
    expect(second.ports).toEqual([]);
  });

  it('listens on several ports and tells by which a connection came', async () => {
    const seen: number[] = [];
    const { server } = await startServer(
      (connection, asked) => {
        seen.push(connection.localPort);
        echo(connection, asked);
      },
      { ports: [0, 0] },
    );
    const client = newClient();
    for (const port of server.ports) await client.invoke(`127.0.0.1:${port}`, request(), 3000);
    expect(seen).toEqual(server.ports);
  });

  it('lets queued answers leave at shutdown', async () => {
    const { server, address } = await startServer((connection, asked) => {
      echo(connection, asked);
      void server.shutdown();
    });
    const response = await newClient().invoke(address, request(), 3000);
    expect(response.code).toBe(0);
  });

  it('asks its clients', async () => {
    const { server, address } = await startServer(echo);
    const client = newClient();
    client.registerProcessor(40, echo);
    await client.invoke(address, request(), 3000);
    const [connection] = server.connections;
    const asked = RemotingCommand.createRequest(40, new Map([['consumerGroup', 'g']]));
    expect((await connection.invoke(asked, 3000)).extFields.get('consumerGroup')).toBe('g');
    const unknown = await connection.invoke(RemotingCommand.createRequest(41), 3000);
    expect(unknown.code).toBe(ResponseCode.REQUEST_CODE_NOT_SUPPORTED);
  });

  it('answers SYSTEM_ERROR instead of an answer that cannot be encoded', async () => {
    const { address } = await startServer((connection, asked) => {
      if (asked.extFields.get('bad') === undefined) return echo(connection, asked);
      const response = RemotingCommand.createResponse(asked, 0);
      response.customHeader = {
        writeTo: () => {
          throw new Error('broken');
        },
      };
      connection.respond(response);
    });
    const client = newClient();
    const responses = await Promise.all([
      client.invoke(address, request(), 3000),
      client.invoke(address, request({ bad: 'yes' }), 3000),
      client.invoke(address, request(), 3000),
    ]);
    expect(responses.map((each) => each.code)).toEqual([0, ResponseCode.SYSTEM_ERROR, 0]);
  });
});

describe('RemotingClient', () => {
  it('times out, and drops the answer that comes late', async () => {
    const waiting: (() => void)[] = [];
    const { address } = await startPeer((socket, asked) => {
      waiting.push(() => socket.write(answer(asked)));
      if (waiting.length === 2) waiting.forEach((send) => send());
    });
    const client = newClient();
    await expect(client.invoke(address, request(), 60)).rejects.toMatchObject({ code: 'TIMEOUT' });
    expect((await client.invoke(address, request(), 3000)).code).toBe(0);
    expect(client.stats).toMatchObject({ responses: 2, unknownResponses: 1 });
  });

  it('drops duplicate answers and answers to nothing, and keeps step', async () => {
    const { address } = await startPeer((socket, asked) => {
      const unknown = RemotingCommand.createResponse(asked, 7);
      unknown.opaque = 999_999;
      const bytes = [encodeCommand(unknown), answer(asked), answer(asked, 5)];
      socket.write(Buffer.concat(bytes));
    });
    const client = newClient();
    expect((await client.invoke(address, request(), 3000)).code).toBe(0);
    expect((await client.invoke(address, request(), 3000)).code).toBe(0);
    await until('all have come', () => client.stats.responses === 6);
    expect(client.stats.unknownResponses).toBe(4);
  });

  it('fails what waits when the connection closes, and connects again', async () => {
    const { address } = await startPeer((socket, asked, number) => {
      if (number === 1) socket.destroy();
      else socket.write(answer(asked));
    });
    const client = newClient();
    const closed: string[] = [];
    client.onConnectionClosed((closedAddress) => closed.push(closedAddress));
    await expect(client.invoke(address, request(), 3000)).rejects.toMatchObject({
      code: 'CONNECTION_CLOSED',
    });
    expect(closed).toEqual([address]);
    expect(client.isConnected(address)).toBe(false);
    expect((await client.invoke(address, request(), 3000)).code).toBe(0);
  });

  it('closes the connection when the server sends what is no frame', async () => {
    const { address } = await startPeer((socket) => socket.write(Buffer.alloc(20, 0xff)));
    await expect(newClient().invoke(address, request(), 3000)).rejects.toMatchObject({
      code: 'CONNECTION_CLOSED',
      message: expect.stringContaining('too long'),
    });
  });

  it.each(['127.0.0.1:1', 'no-port', ':5', '127.0.0.1:99999', ''])(
    'says why it cannot connect to %j',
    async (address) => {
      await expect(newClient().invoke(address, request(), 3000)).rejects.toMatchObject({
        code: 'CONNECT_FAILED',
      });
      await expect(newClient().invokeOneway(address, request())).rejects.toMatchObject({
        code: 'CONNECT_FAILED',
      });
    },
  );

  it('limits the requests that wait for answers', async () => {
    const { address } = await startPeer(() => undefined);
    const client = newClient({ maxInFlight: 2 });
    const first = [1, 2].map(() => client.invoke(address, request(), 5000).catch(() => undefined));
    await expect(client.invoke(address, request(), 5000)).rejects.toMatchObject({
      code: 'TOO_MANY_IN_FLIGHT',
    });
    await until('it is connected', () => client.isConnected(address));
    await expect(client.invoke(address, request(), 5000)).rejects.toMatchObject({
      code: 'TOO_MANY_IN_FLIGHT',
    });
    expect(client.stats.limitHits.get('maxInFlight')).toBe(2);
    client.close(address);
    await Promise.all(first);
  });

  it('gives up when its signal says so, and drops the answer', async () => {
    const sockets: (() => void)[] = [];
    const { address } = await startPeer((socket, asked) => {
      sockets.push(() => socket.write(answer(asked)));
    });
    const client = newClient();
    const controller = new AbortController();
    const invoked = client.invoke(address, request(), 5000, controller.signal);
    await until('the request has come', () => sockets.length === 1);
    controller.abort(new Error('enough'));
    await expect(invoked).rejects.toMatchObject({
      code: 'ABORTED',
      cause: controller.signal.reason,
    });
    sockets[0]();
    await until('the answer has come', () => client.stats.unknownResponses === 1);
    await expect(client.invoke(address, request(), 5000, controller.signal)).rejects.toMatchObject({
      code: 'ABORTED',
    });
  });

  it('gives up while it connects when its signal says so', async () => {
    const { address } = await startPeer(() => undefined);
    const controller = new AbortController();
    const invoked = newClient().invoke(address, request(), 5000, controller.signal);
    controller.abort();
    await expect(invoked).rejects.toMatchObject({ code: 'ABORTED' });
  });

  it('rejects what is pending, and what follows, when it is shut down', async () => {
    const { address } = await startPeer(() => undefined);
    const client = newClient();
    const pending = client.invoke(address, request(), 5000);
    await until('it is connected', () => client.isConnected(address));
    const connecting = client.invoke('192.0.2.1:1', request(), 5000);
    await client.shutdown();
    await expect(pending).rejects.toMatchObject({ code: 'CONNECTION_CLOSED' });
    await expect(connecting).rejects.toMatchObject({ code: 'SHUT_DOWN' });
    await expect(client.invoke(address, request(), 5000)).rejects.toMatchObject({
      code: 'SHUT_DOWN',
    });
  });

  it('connects once for all that wait', async () => {
    let connections = 0;
    const { address, server } = await startPeer((socket, asked) => socket.write(answer(asked)));
    server.on('connection', () => connections++);
    const client = newClient();
    await Promise.all([1, 2, 3].map(() => client.invoke(address, request(), 3000)));
    expect(connections).toBe(1);
  });

  it('does not confuse one request object sent to two servers at once', async () => {
    const { address: first } = await startServer(echo);
    const { address: second } = await startServer(echo);
    const client = newClient();
    await client.invoke(second, request(), 3000);
    const shared = request({ k: 'v' });
    const responses = await Promise.all([
      client.invoke(first, shared, 3000),
      client.invoke(second, shared, 3000),
      client.invoke(second, shared, 3000),
    ]);
    for (const response of responses) expect(response.extFields.get('k')).toBe('v');
  });

  it('goes to a new connection when the server is going away, and retries once', async () => {
    const seen: number[] = [];
    const { address } = await startPeer((socket, asked, number) => {
      seen.push(number);
      socket.write(answer(asked, number === 1 ? ResponseCode.GO_AWAY : 0));
    });
    const client = newClient();
    const responses = await Promise.all([
      client.invoke(address, request(), 3000),
      client.invoke(address, request(), 3000),
    ]);
    expect(responses.map((response) => response.code)).toEqual([0, 0]);
    expect(seen).toEqual([1, 1, 2, 2]);
  });

  it('hands on GO_AWAY when the new connection says it too', async () => {
    const { server, address } = await startServer(echo);
    server.goAway();
    const response = await newClient().invoke(address, request(), 3000);
    expect(response.code).toBe(ResponseCode.GO_AWAY);
    expect(server.stats.connectionsOpened).toBe(2);
  });

  it('is still served by a server that is going away when it is too old to know', async () => {
    const { server, address } = await startServer(echo);
    server.goAway();
    const old = request();
    old.version = MQVersion.V5_3_1;
    expect((await newClient().invoke(address, old, 3000)).code).toBe(0);
  });
});
