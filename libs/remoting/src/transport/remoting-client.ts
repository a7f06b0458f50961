import type { Timer } from '@rocket-nest/common';

import { DEFAULT_FRAME_LIMITS } from '../codec/frame-limits';
import { RemotingCommand } from '../protocol/remoting-command';
import { RemotingError } from '../protocol/remoting-error';
import { ResponseCode } from '../protocol/response-code';
import { ClientConnections } from './client-connections';
import { ClientInvocation } from './client-invocation';
import { ClientTls } from './client-tls';
import type { Connection, InvokeCallback, RequestHandler } from './connection';
import { ConnectionHub } from './connection-hub';
import type { RemotingStats } from './connection-hub';
import type { RemotingClientOptions } from './remoting-client-options';
import type { RemotingConnection } from './remoting-connection';
import type { RemotingDependencies } from './remoting-dependencies';

const SWEEP_INTERVAL_MS = 1000;

/** Sends requests to servers, over one connection per address. */
export class RemotingClient {
  private readonly hub: ConnectionHub;
  private readonly pool: ClientConnections;
  private readonly processors = new Map<number, RequestHandler>();
  private readonly closedListeners: ((address: string, reason: string) => void)[] = [];
  private sweeper: Timer | undefined = undefined;
  private isShutDown = false;

  constructor(
    private readonly options: RemotingClientOptions,
    dependencies: RemotingDependencies,
  ) {
    const maxInFlight = options.maxInFlight ?? 65_535;
    const closeAboveBytes = options.closeAboveBytes ?? 64 * 1024 * 1024;
    const owner = {
      limits: {
        maxFrameBytes: options.maxFrameBytes ?? DEFAULT_FRAME_LIMITS.maxFrameBytes,
        maxHeaderBytes: options.maxHeaderBytes ?? DEFAULT_FRAME_LIMITS.maxHeaderBytes,
        maxInFlight,
        // A client goes on reading answers while the server is slow to read requests.
        pauseAboveBytes: Infinity,
        closeAboveBytes,
      },
      keepProcessAlive: options.keepProcessAlive ?? false,
      requestSerializeType: options.serializeType,
      onRequest: (connection: RemotingConnection, request: RemotingCommand) =>
        this.onCommand(connection, request),
      onClosed: (connection: RemotingConnection, reason: string) =>
        this.onClosed(connection, reason),
    };
    this.hub = new ConnectionHub(owner, dependencies);
    const tls = options.tls && new ClientTls(options.tls);
    const connectTimeoutMs = options.connectTimeoutMs ?? 3000;
    this.pool = new ClientConnections(this.hub, connectTimeoutMs, maxInFlight, tls);
  }

  get stats(): Readonly<RemotingStats> {
    return this.hub.stats;
  }

  /** Serves requests of this code that a server sends to us. */
  registerProcessor(code: number, handler: RequestHandler): void {
    this.processors.set(code, handler);
  }

  /**
   * Sends `request` to `address` (`host:port`) and resolves with the answer, whatever its code.
   * Rejects with a RemotingError; see its codes for which of them leave open whether the server
   * acted. While it is pending it keeps the process alive.
   */
  invoke(
    address: string,
    request: RemotingCommand,
    timeoutMs: number,
    signal?: AbortSignal,
  ): Promise<RemotingCommand> {
    return new Promise((resolve, reject) => {
      const aborted = (): RemotingError =>
        new RemotingError('ABORTED', `the request ${request.code} to ${address} was aborted`, {
          cause: signal?.reason,
        });
      if (signal?.aborted === true) return reject(aborted());
      let invocation: ClientInvocation | undefined = undefined;
      const onAbort = (): void => invocation?.abort(aborted());
      signal?.addEventListener('abort', onAbort, { once: true });
      invocation = this.begin(address, request, timeoutMs, true, {
        onResponse: (response) => {
          signal?.removeEventListener('abort', onAbort);
          resolve(response);
        },
        onError: (error) => {
          signal?.removeEventListener('abort', onAbort);
          reject(error);
        },
      });
    });
  }

  /**
   * Like `invoke`, without a promise. It does not keep the process alive: what runs in the
   * background (pulling, heartbeats) uses this.
   */
  invokeCallback(
    address: string,
    request: RemotingCommand,
    timeoutMs: number,
    callback: InvokeCallback,
  ): void {
    this.begin(address, request, timeoutMs, false, callback);
  }

  /** Resolves once the request is queued on an open connection; nobody answers. */
  invokeOneway(address: string, request: RemotingCommand): Promise<void> {
    return new Promise((resolve, reject) => {
      if (this.isShutDown) return reject(shutDown());
      this.startSweeping();
      this.pool.whenOpen(address, (connection, error) => {
        if (connection === undefined) return reject(error!);
        connection.invokeOneway(request);
        resolve();
      });
    });
  }

  isConnected(address: string): boolean {
    return this.pool.get(address) !== undefined;
  }

  /** The open connection to `address`, if there is one. */
  connectionTo(address: string): Connection | undefined {
    return this.pool.get(address);
  }

  /** Closes the connection to `address`; the next request opens a new one. */
  close(address: string): void {
    this.pool.close(address, 'closed by its owner');
  }

  /** `listener` hears of every connection that ends. */
  onConnectionClosed(listener: (address: string, reason: string) => void): void {
    this.closedListeners.push(listener);
  }

  /** Rejects what is pending with SHUT_DOWN or CONNECTION_CLOSED, and closes all connections. */
  async shutdown(): Promise<void> {
    this.isShutDown = true;
    this.sweeper?.cancel();
    this.pool.closeAll(shutDown());
    this.hub.wheel.stop();
    await Promise.resolve();
  }

  private begin(
    address: string,
    request: RemotingCommand,
    timeoutMs: number,
    keepsProcessAlive: boolean,
    callback: InvokeCallback,
  ): ClientInvocation | undefined {
    if (this.isShutDown) {
      callback.onError(shutDown());
      return undefined;
    }
    this.startSweeping();
    const { hub, pool } = this;
    const invocation = new ClientInvocation(
      hub,
      pool,
      address,
      request,
      timeoutMs,
      keepsProcessAlive,
      callback,
    );
    invocation.start();
    return invocation;
  }

  private onCommand(connection: RemotingConnection, request: RemotingCommand): void {
    const processor = this.processors.get(request.code);
    if (processor !== undefined) return processor(connection, request);
    const remark = `request code ${request.code} is not served by this client`;
    const { REQUEST_CODE_NOT_SUPPORTED } = ResponseCode;
    connection.respond(RemotingCommand.createResponse(request, REQUEST_CODE_NOT_SUPPORTED, remark));
  }

  private onClosed(connection: RemotingConnection, reason: string): void {
    const address = this.pool.forget(connection);
    for (const listener of this.closedListeners) listener(address, reason);
  }

  private startSweeping(): void {
    this.sweeper ??= this.hub.clock.every(SWEEP_INTERVAL_MS, () => this.closeIdle());
  }

  private closeIdle(): void {
    const idleBeforeMs = this.hub.clock.monotonicNow() - (this.options.idleCloseMs ?? 120_000);
    for (const connection of [...this.pool.everyone]) {
      if (connection.lastActiveMs <= idleBeforeMs) connection.close('idle');
    }
  }
}

function shutDown(): RemotingError {
  return new RemotingError('SHUT_DOWN', 'this client was shut down');
}
