import type { RemotingCommand } from '../protocol/remoting-command';
import { RemotingError } from '../protocol/remoting-error';
import { ResponseCode } from '../protocol/response-code';
import type { ClientConnections } from './client-connections';
import type { InvokeCallback } from './connection';
import type { ConnectionHub } from './connection-hub';
import type { RemotingConnection } from './remoting-connection';
import { TimeoutEntry } from './timeout-wheel';

/**
 * One request on its way: waits for the connection, for the answer, and once more for both when
 * the server said that it is going away (it did not act on the request then).
 */
export class ClientInvocation extends TimeoutEntry implements InvokeCallback {
  private connection: RemotingConnection | undefined = undefined;
  private opaque: number | undefined = undefined;
  private stopWaiting: (() => void) | undefined = undefined;
  private retried = false;
  private done = false;
  private readonly endMs: number;

  constructor(
    private readonly hub: ConnectionHub,
    private readonly connections: ClientConnections,
    private readonly address: string,
    private readonly request: RemotingCommand,
    private readonly timeoutMs: number,
    private readonly keepsProcessAlive: boolean,
    private readonly callback: InvokeCallback,
  ) {
    super();
    this.endMs = hub.clock.monotonicNow() + timeoutMs;
  }

  start(): void {
    const open = this.connections.get(this.address);
    if (open !== undefined) return this.sendOn(open);
    this.hub.wheel.add(this, this.endMs - this.hub.clock.monotonicNow());
    try {
      this.stopWaiting = this.connections.whenOpen(this.address, (connection, error) => {
        this.hub.wheel.remove(this);
        if (connection !== undefined) this.sendOn(connection);
        else this.onError(error!);
      });
    } catch (error) {
      this.hub.wheel.remove(this);
      this.onError(error as RemotingError);
    }
  }

  /** Gives up: the answer, if it comes, is dropped. */
  abort(error: RemotingError): void {
    if (this.done) return;
    if (this.connection !== undefined && this.opaque !== undefined) {
      this.connection.inFlight.fail(this.opaque, error);
      return;
    }
    this.hub.wheel.remove(this);
    this.stopWaiting?.();
    this.onError(error);
  }

  /** While waiting for the connection. */
  override onTimeout(): void {
    this.stopWaiting?.();
    this.onError(
      new RemotingError(
        'TIMEOUT',
        `no connection to ${this.address} within ${this.timeoutMs} ms; the request ` +
          `${this.request.code} was not sent`,
      ),
    );
  }

  onResponse(response: RemotingCommand): void {
    const connection = this.connection!;
    this.leave();
    if (response.code === ResponseCode.GO_AWAY) {
      this.connections.retire(connection);
      if (!this.retried) {
        this.retried = true;
        return this.start();
      }
    } else {
      this.closeIfLast(connection);
    }
    this.done = true;
    this.callback.onResponse(response);
  }

  onError(error: Error): void {
    if (this.done) return;
    this.done = true;
    const { connection } = this;
    this.leave();
    if (connection !== undefined) this.closeIfLast(connection);
    this.callback.onError(error);
  }

  private sendOn(connection: RemotingConnection): void {
    const leftMs = this.endMs - this.hub.clock.monotonicNow();
    if (leftMs <= 0) return this.onTimeout();
    this.connection = connection;
    if (this.keepsProcessAlive) connection.hold();
    this.opaque = connection.invokeCallback(this.request, leftMs, this);
  }

  private leave(): void {
    if (this.connection !== undefined && this.keepsProcessAlive) this.connection.release();
    this.connection = undefined;
    this.opaque = undefined;
  }

  private closeIfLast(connection: RemotingConnection): void {
    if (connection.isOpen && connection.inFlight.size === 0) {
      if (this.connections.isRetired(connection)) connection.close('the server is going away');
    }
  }
}
