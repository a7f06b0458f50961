import type { RemotingCommand } from '../protocol/remoting-command';
import type { InvokeCallback, RequestHandler } from './connection';
import type { RemotingClientOptions } from './remoting-client-options';
import type { RemotingDependencies } from './remoting-dependencies';

/** Sends requests to servers, over one connection per address. */
export class RemotingClient {
  constructor(
    readonly options: RemotingClientOptions,
    readonly dependencies: RemotingDependencies,
  ) {}

  /** Serves requests of this code that a server sends to us. */
  registerProcessor(_code: number, _handler: RequestHandler): void {}

  /** Sends `request` to `address` (`host:port`) and resolves with the answer. */
  invoke(
    _address: string,
    _request: RemotingCommand,
    _timeoutMs: number,
    _signal?: AbortSignal,
  ): Promise<RemotingCommand> {
    return Promise.reject(new Error('not connected'));
  }

  invokeCallback(
    _address: string,
    _request: RemotingCommand,
    _timeoutMs: number,
    _callback: InvokeCallback,
  ): void {}

  /** Resolves once the request was handed to the socket. */
  async invokeOneway(_address: string, _request: RemotingCommand): Promise<void> {}

  isConnected(_address: string): boolean {
    return false;
  }

  close(_address: string): void {}

  onConnectionClosed(_listener: (address: string, reason: string) => void): void {}

  async shutdown(): Promise<void> {}
}
