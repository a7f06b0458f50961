import { createServer } from 'node:net';
import type { AddressInfo, Server, Socket } from 'node:net';

import type { Timer } from '@rocket-nest/common';

import { DEFAULT_FRAME_LIMITS } from '../codec/frame-limits';
import { MQVersion } from '../protocol/mq-version';
import { RemotingCommand } from '../protocol/remoting-command';
import { RemotingError } from '../protocol/remoting-error';
import { ResponseCode } from '../protocol/response-code';
import type { Connection, ConnectionListener, RequestHandler } from './connection';
import { ConnectionHub } from './connection-hub';
import type { RemotingStats } from './connection-hub';
import { IncomingSocket } from './incoming-socket';
import { RemotingConnection } from './remoting-connection';
import type { RemotingDependencies } from './remoting-dependencies';
import type { RemotingServerOptions } from './remoting-server-options';

const SWEEP_INTERVAL_MS = 1000;
/** How long answers may take to leave when the server stops. */
const LAST_ANSWERS_MS = 1000;

/** Listens on one or more ports and hands every request to one handler. */
export class RemotingServer {
  private readonly hub: ConnectionHub;
  private readonly listeners: ConnectionListener[] = [];
  private readonly open = new Map<number, RemotingConnection>();
  /** Accepted, but nothing is known of them yet. */
  private readonly incoming = new Map<
    Socket,
    { host: string; sinceMs: number; it: IncomingSocket }
  >();
  private readonly sockets = new Set<Socket>();
  private readonly perHost = new Map<string, number>();
  private servers: Server[] = [];
  private handler: RequestHandler | undefined = undefined;
  private sweeper: Timer | undefined = undefined;
  private nextId = 1;
  private goingAway = false;

  constructor(
    private readonly options: RemotingServerOptions,
    dependencies: RemotingDependencies,
  ) {
    const owner = {
      limits: {
        maxFrameBytes: options.maxFrameBytes ?? DEFAULT_FRAME_LIMITS.maxFrameBytes,
        maxHeaderBytes: options.maxHeaderBytes ?? DEFAULT_FRAME_LIMITS.maxHeaderBytes,
        maxInFlight: options.maxInFlight ?? 10_000,
        pauseAboveBytes: options.pauseAboveBytes ?? 4 * 1024 * 1024,
        closeAboveBytes: options.closeAboveBytes ?? 64 * 1024 * 1024,
      },
      keepProcessAlive: options.keepProcessAlive ?? false,
      onRequest: (connection: RemotingConnection, request: RemotingCommand) =>
        this.onCommand(connection, request),
      onClosed: (connection: RemotingConnection, reason: string) =>
        this.onClosed(connection, reason),
    };
    this.hub = new ConnectionHub(owner, dependencies);
  }

  /** The ports bound, in the order of `options.ports`; empty before `start`. */
  get ports(): readonly number[] {
    return this.servers.map((server) => (server.address() as AddressInfo | null)?.port ?? 0);
  }

  get connections(): Iterable<Connection> {
    return this.open.values();
  }

  get connectionCount(): number {
    return this.open.size;
  }

  get stats(): Readonly<RemotingStats> {
    return this.hub.stats;
  }

  /** Sets the one handler of all requests; before `start`. */
  onRequest(handler: RequestHandler): void {
    this.handler = handler;
  }

  onConnectionEvent(listener: ConnectionListener): void {
    this.listeners.push(listener);
  }

  /** Opens the ports; rejects with BIND_FAILED, having closed those it had opened. */
  async start(): Promise<void> {
    try {
      for (const port of this.options.ports) this.servers.push(await this.listen(port));
    } catch (error) {
      await this.shutdown();
      throw error;
    }
    this.sweeper = this.hub.clock.every(SWEEP_INTERVAL_MS, () => this.sweep());
  }

  /**
   * From now on requests of clients that know it (newer than 5.3.1) are answered GO_AWAY, so that
   * they go to another address; older ones are still served.
   */
  goAway(): void {
    this.goingAway = true;
  }

  /** Stops listening, lets queued answers leave (1 s at most), and closes all connections. */
  async shutdown(): Promise<void> {
    this.sweeper?.cancel();
    const closing = this.servers.map(closeServer);
    this.servers = [];
    for (const { it } of [...this.incoming.values()]) it.refuse('the server stops');
    for (const connection of [...this.open.values()]) connection.finish('the server stops');
    const force = this.hub.clock.after(LAST_ANSWERS_MS, () => {
      for (const socket of this.sockets) socket.destroy();
    });
    await Promise.all(closing);
    force.cancel();
    this.hub.wheel.stop();
  }

  private async listen(port: number): Promise<Server> {
    const host = this.options.host ?? '127.0.0.1';
    const server = createServer({ noDelay: true }, (socket) => this.onSocket(socket));
    await new Promise<void>((resolve, reject) => {
      server.once('error', (cause: NodeJS.ErrnoException) => {
        reject(bindFailed(host, port, cause));
      });
      server.listen(port, host, resolve);
    });
    server.on('error', (error) => this.hub.logger.error('accepting failed', { error }));
    if (!this.hub.keepProcessAlive) server.unref();
    return server;
  }

  private onSocket(socket: Socket): void {
    const host = socket.remoteAddress ?? '';
    const limit = this.limitReached(host);
    if (limit !== undefined) {
      this.hub.stats.connectionsRefused++;
      this.hub.hitLimit(limit);
      this.hub.errorLog.warn('refusing a connection: too many are open', {
        remoteHost: host,
        limit,
        open: this.sockets.size,
      });
      socket.destroy();
      return;
    }
    if (!this.hub.keepProcessAlive) socket.unref();
    this.count(socket, host);
    const it = new IncomingSocket(socket, this.options.proxyProtocol ?? true, {
      established: (remoteHost, remotePort, chunk) =>
        this.onEstablished(socket, remoteHost, remotePort, chunk),
      refused: (reason) => {
        this.incoming.delete(socket);
        this.hub.logger.debug('a connection ended early', { remoteHost: host, reason });
      },
    });
    this.incoming.set(socket, { host, sinceMs: this.hub.clock.monotonicNow(), it });
  }

  private limitReached(host: string): 'maxConnections' | 'maxConnectionsPerIp' | undefined {
    if (this.sockets.size >= (this.options.maxConnections ?? 10_000)) return 'maxConnections';
    const perIp = this.options.maxConnectionsPerIp ?? Infinity;
    return (this.perHost.get(host) ?? 0) >= perIp ? 'maxConnectionsPerIp' : undefined;
  }

  private count(socket: Socket, host: string): void {
    this.sockets.add(socket);
    this.perHost.set(host, (this.perHost.get(host) ?? 0) + 1);
    socket.once('close', () => {
      this.sockets.delete(socket);
      const left = (this.perHost.get(host) ?? 1) - 1;
      if (left > 0) this.perHost.set(host, left);
      else this.perHost.delete(host);
    });
  }

  private onEstablished(socket: Socket, host: string, port: number, chunk: Buffer): void {
    this.incoming.delete(socket);
    const connection = new RemotingConnection(this.nextId++, host, port, socket, this.hub);
    this.open.set(connection.id, connection);
    this.hub.stats.connectionsOpened++;
    for (const listener of this.listeners) listener.connected?.(connection);
    if (chunk.length > 0) connection.onData(chunk);
  }

  private onCommand(connection: RemotingConnection, request: RemotingCommand): void {
    if (this.goingAway && request.version > MQVersion.V5_3_1) {
      connection.respond(
        RemotingCommand.createResponse(request, ResponseCode.GO_AWAY, 'this server is going away'),
      );
      return;
    }
    this.handler?.(connection, request);
  }

  private onClosed(connection: RemotingConnection, reason: string): void {
    if (!this.open.delete(connection.id)) return;
    for (const listener of this.listeners) listener.closed?.(connection, reason);
  }

  /** Closes what is idle, and what has not drained for too long. */
  private sweep(): void {
    const nowMs = this.hub.clock.monotonicNow();
    const idleCloseMs = this.options.idleCloseMs ?? 120_000;
    const closeAfterMs = this.options.closeAfterMs ?? 60_000;
    for (const { sinceMs, it } of [...this.incoming.values()]) {
      if (nowMs - sinceMs >= idleCloseMs) it.refuse('idle');
    }
    for (const connection of [...this.open.values()]) {
      const { pausedSinceMs, lastActiveMs } = connection;
      if (pausedSinceMs !== undefined && nowMs - pausedSinceMs >= closeAfterMs) {
        connection.closeSlow('closeAfterMs');
      } else if (nowMs - lastActiveMs >= idleCloseMs) {
        for (const listener of this.listeners) listener.idle?.(connection);
        connection.close('idle');
      }
    }
  }
}

function closeServer(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
  });
}

function bindFailed(host: string, port: number, cause: NodeJS.ErrnoException): RemotingError {
  const advice = cause.code === 'EADDRINUSE' ? ': stop what uses it or configure another port' : '';
  return new RemotingError(
    'BIND_FAILED',
    `cannot listen on ${host}:${port} (${cause.code})${advice}`,
    { cause },
  );
}
