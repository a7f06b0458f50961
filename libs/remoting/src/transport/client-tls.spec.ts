import { execFileSync } from 'node:child_process';
import * as fs from 'node:fs';
import * as net from 'node:net';
import * as os from 'node:os';
import * as path from 'node:path';
import * as tls from 'node:tls';
import { SilentLogger, SystemClock } from '@rocket-nest/common';
import { RemotingCommand } from '../protocol/remoting-command';
import type { ClientTlsOptions } from './client-tls';
import { RemotingClient } from './remoting-client';
import { RemotingServer } from './remoting-server';

const dependencies = { clock: new SystemClock(), logger: new SilentLogger() };

describe('RemotingClient by TLS', () => {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'client-tls-'));
  const file = (name: string): string => path.join(folder, name);
  const clients: RemotingClient[] = [];
  let plain: RemotingServer;
  let secure: tls.Server;
  let cert: string;
  let key: string;

  beforeAll(async () => {
    execFileSync(
      'openssl',
      [
        ...['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '2', '-subj', '/CN=test'],
        ...['-addext', 'subjectAltName=DNS:broker.test'],
        ...['-keyout', file('key'), '-out', file('crt')],
      ],
      { stdio: 'pipe', timeout: 30_000 },
    );
    cert = fs.readFileSync(file('crt'), 'utf8');
    key = fs.readFileSync(file('key'), 'utf8');
    plain = new RemotingServer({ ports: [0] }, dependencies);
    plain.onRequest((connection, request) => {
      const answer = RemotingCommand.createResponse(request, 0);
      answer.body = request.body && Buffer.from(request.body);
      connection.respond(answer);
    });
    await plain.start();
    secure = await listen({ ca: cert, requestCert: true, rejectUnauthorized: true });
  });

  /** What is decrypted goes on to the plain server. */
  async function listen(options: tls.TlsOptions): Promise<tls.Server> {
    const server = tls.createServer({ cert, key, ...options }, (socket) => {
      const onward = net.connect(plain.ports[0], '127.0.0.1');
      socket.pipe(onward).pipe(socket);
      for (const each of [socket, onward]) each.on('error', () => onward.destroy());
    });
    server.on('tlsClientError', () => undefined);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return server;
  }

  const portOf = (server: tls.Server): number => (server.address() as net.AddressInfo).port;

  afterEach(async () => {
    await Promise.all(clients.splice(0).map((client) => client.shutdown()));
  });

  afterAll(async () => {
    secure?.close();
    await plain?.shutdown();
    fs.rmSync(folder, { recursive: true, force: true });
  });

  function ask(options: ClientTlsOptions, port = portOf(secure)): Promise<RemotingCommand> {
    const client = new RemotingClient({ tls: options }, dependencies);
    clients.push(client);
    const request = RemotingCommand.createRequest(1, new Map(), Buffer.alloc(100_000, 7));
    return client.invoke(`127.0.0.1:${port}`, request, 10_000);
  }

  it('talks to a server that it trusts, with a certificate of its own', async () => {
    const answer = await ask({ ca: [cert], cert, key, serverName: 'broker.test' });
    expect(answer.body).toEqual(Buffer.alloc(100_000, 7));
  });

  it('refuses a server of another name, and one that nobody it trusts vouches for', async () => {
    const failure = { code: 'CONNECT_FAILED' };
    await expect(ask({ ca: cert, cert, key, serverName: 'x.test' })).rejects.toMatchObject(failure);
    await expect(ask({ ca: cert, cert, key })).rejects.toMatchObject(failure);
    await expect(ask({ cert, key, serverName: 'broker.test' })).rejects.toMatchObject(failure);
  });

  it('needs no certificate of its own where none is asked for', async () => {
    const lenient = await listen({});
    const answer = await ask({ ca: cert, serverName: 'broker.test' }, portOf(lenient));
    expect(answer.code).toBe(0);
    lenient.close();
  });

  it('takes any server only when told to', async () => {
    const answer = await ask({ cert, key, rejectUnauthorized: false });
    expect(answer.code).toBe(0);
  });

  it('is refused without the certificate that is asked for', async () => {
    const code = expect.stringMatching(/CONNECT_FAILED|CONNECTION_CLOSED|SEND_FAILED/);
    await expect(ask({ ca: cert, serverName: 'broker.test' })).rejects.toMatchObject({ code });
  });

  it('names what is wrong with unusable certificates', async () => {
    await expect(ask({ cert: 'no certificate', key })).rejects.toMatchObject({
      code: 'CONNECT_FAILED',
      message: expect.stringContaining('TLS options'),
    });
  });
});
