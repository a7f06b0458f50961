import type { InvokeCallback, RemotingCommand, RequestHandler } from '@rocket-nest/remoting';

/** What the client needs of the network; `RemotingClient` is one. */
export interface ClientTransport {
  /** Rejects with an error whose `code` is one of remoting's. */
  invoke(
    address: string,
    request: RemotingCommand,
    timeoutMs: number,
    signal?: AbortSignal,
  ): Promise<RemotingCommand>;
  /** Like `invoke`, but a request under way does not keep the process alive. */
  invokeCallback(
    address: string,
    request: RemotingCommand,
    timeoutMs: number,
    callback: InvokeCallback,
  ): void;
  /** Resolves once the request is handed to the connection. */
  invokeOneway(address: string, request: RemotingCommand): Promise<void>;
  /** What brokers ask of clients; a code without a processor is answered as not supported. */
  registerProcessor(code: number, handler: RequestHandler): void;
  onConnectionClosed(listener: (address: string, reason: string) => void): void;
  shutdown(): Promise<void>;
}
