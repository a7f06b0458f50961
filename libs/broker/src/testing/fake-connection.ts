import type { Connection, InvokeCallback, RemotingCommand } from '@rocket-nest/remoting';

let lastId = 0;

/** A connection that remembers what was sent to it. */
export class FakeConnection implements Connection {
  readonly id = ++lastId;
  readonly remoteHost = '127.0.0.1';
  readonly remotePort = 40_000 + this.id;
  readonly remoteAddress = `127.0.0.1:${this.remotePort}`;
  readonly localPort = 10_911;
  readonly attributes = new Map<string, unknown>();
  readonly responses: { response: RemotingCommand; parts: readonly Buffer[] }[] = [];
  readonly oneways: RemotingCommand[] = [];
  closedBecause: string | undefined;

  get isOpen(): boolean {
    return this.closedBecause === undefined;
  }

  respond(response: RemotingCommand, bodyParts: readonly Buffer[] = []): void {
    this.responses.push({ response, parts: bodyParts });
  }

  invoke(): Promise<RemotingCommand> {
    return Promise.reject(new Error('nobody answers on this connection'));
  }

  invokeCallback(_request: RemotingCommand, _timeoutMs: number, callback: InvokeCallback): void {
    callback.onError(new Error('nobody answers on this connection'));
  }

  invokeOneway(request: RemotingCommand): void {
    this.oneways.push(request);
  }

  close(reason: string): void {
    this.closedBecause ??= reason;
  }
}
