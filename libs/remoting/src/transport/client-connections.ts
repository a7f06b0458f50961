import { connect } from 'node:net';
import type { Socket } from 'node:net';

import { errorMessageOf } from '@rocket-nest/common';

import { RemotingError } from '../protocol/remoting-error';
import type { ClientTls } from './client-tls';
import type { ConnectionHub } from './connection-hub';
import { plainHost } from './incoming-socket';
import { RemotingConnection } from './remoting-connection';

/** Told once: the connection, or why there is none. */
export type ConnectionWaiter = (
  connection: RemotingConnection | undefined,
  error: RemotingError | undefined,
) => void;

interface Connecting {
  readonly waiters: Set<ConnectionWaiter>;
  cancel(error: RemotingError): void;
}

/** One connection per address, opened when first needed and shared by all who use the address. */
export class ClientConnections {
  private readonly open = new Map<string, RemotingConnection>();
  private readonly connecting = new Map<string, Connecting>();
  /** All that are not closed yet, those included that no new request uses. */
  private readonly all = new Set<RemotingConnection>();
  private readonly addresses = new Map<RemotingConnection, string>();
  private nextId = 1;

  constructor(
    private readonly hub: ConnectionHub,
    private readonly connectTimeoutMs: number,
    private readonly maxWaiters: number,
    private readonly tls: ClientTls | undefined = undefined,
  ) {}

  get(address: string): RemotingConnection | undefined {
    return this.open.get(address);
  }

  get everyone(): Iterable<RemotingConnection> {
    return this.all;
  }

  addressOf(connection: RemotingConnection): string {
    return this.addresses.get(connection) ?? connection.remoteAddress;
  }

  /** Calls `waiter` with the connection, now when it is open. Gives a function that stops waiting. */
  whenOpen(address: string, waiter: ConnectionWaiter): () => void {
    const connection = this.open.get(address);
    if (connection !== undefined) {
      waiter(connection, undefined);
      return () => undefined;
    }
    const connecting = this.connecting.get(address) ?? this.connect(address);
    if (connecting.waiters.size >= this.maxWaiters) {
      this.hub.hitLimit('maxInFlight');
      waiter(
        undefined,
        new RemotingError(
          'TOO_MANY_IN_FLIGHT',
          `${connecting.waiters.size} requests wait for the connection to ${address}`,
        ),
      );
      return () => undefined;
    }
    connecting.waiters.add(waiter);
    return () => connecting.waiters.delete(waiter);
  }

  /** New requests get another connection; this one is closed when its last answer has come. */
  retire(connection: RemotingConnection): void {
    const address = this.addressOf(connection);
    if (this.open.get(address) === connection) this.open.delete(address);
    if (connection.inFlight.size === 0) connection.close('the server is going away');
  }

  /** True for a connection that `retire` left open for its last answers. */
  isRetired(connection: RemotingConnection): boolean {
    return this.open.get(this.addressOf(connection)) !== connection;
  }

  close(address: string, reason: string): void {
    this.open.get(address)?.close(reason);
    this.connecting
      .get(address)
      ?.cancel(new RemotingError('CONNECT_FAILED', `connecting to ${address} was given up`));
  }

  closeAll(error: RemotingError): void {
    for (const connecting of [...this.connecting.values()]) connecting.cancel(error);
    for (const connection of [...this.all]) connection.finish(error.message);
  }

  /** Forgets a closed connection; gives its address. */
  forget(connection: RemotingConnection): string {
    const address = this.addressOf(connection);
    if (this.open.get(address) === connection) this.open.delete(address);
    this.all.delete(connection);
    this.addresses.delete(connection);
    return address;
  }

  private connect(address: string): Connecting {
    const waiters = new Set<ConnectionWaiter>();
    const { host, port } = splitAddress(address);
    const socket = this.openSocket(address, host, port);
    const ready = this.tls === undefined ? 'connect' : 'secureConnect';
    const end = (connection: RemotingConnection | undefined, error?: RemotingError): void => {
      timer.cancel();
      socket.removeAllListeners(ready);
      this.connecting.delete(address);
      for (const waiter of [...waiters]) waiter(connection, error);
    };
    const cancel = (error: RemotingError): void => {
      socket.on('error', () => undefined);
      socket.destroy();
      end(undefined, error);
    };
    const timer = this.hub.clock.after(this.connectTimeoutMs, () =>
      cancel(connectFailed(address, `no answer within ${this.connectTimeoutMs} ms`)),
    );
    const onError = (cause: Error): void => {
      socket.destroy();
      end(undefined, connectFailed(address, errorMessageOf(cause), cause));
    };
    socket.once('error', onError);
    socket.once(ready, () => {
      socket.off('error', onError);
      end(this.opened(address, socket));
    });
    const connecting = { waiters, cancel };
    this.connecting.set(address, connecting);
    return connecting;
  }

  private openSocket(address: string, host: string, port: number): Socket {
    if (this.tls === undefined) return connect({ host, port, noDelay: true });
    try {
      return this.tls.connect(host, port);
    } catch (error) {
      throw connectFailed(
        address,
        `unusable TLS options: ${errorMessageOf(error)}`,
        error as Error,
      );
    }
  }

  private opened(address: string, socket: Socket): RemotingConnection {
    const host = plainHost(socket.remoteAddress ?? '');
    const port = socket.remotePort ?? 0;
    const connection = new RemotingConnection(this.nextId++, host, port, socket, this.hub);
    this.open.set(address, connection);
    this.all.add(connection);
    this.addresses.set(connection, address);
    this.hub.stats.connectionsOpened++;
    return connection;
  }
}

function connectFailed(address: string, why: string, cause?: Error): RemotingError {
  return new RemotingError('CONNECT_FAILED', `cannot connect to ${address}: ${why}`, { cause });
}

/** `host:port`; an IPv6 address may stand in brackets. */
function splitAddress(address: string): { host: string; port: number } {
  const colon = address.lastIndexOf(':');
  const host = address.slice(0, Math.max(colon, 0)).replace(/^\[|\]$/g, '');
  const port = Number(address.slice(colon + 1));
  if (host !== '' && Number.isInteger(port) && port > 0 && port <= 0xffff) return { host, port };
  throw new RemotingError('CONNECT_FAILED', `'${address}' is no address: give host:port`);
}
