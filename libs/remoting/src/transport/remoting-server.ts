import type { Connection, ConnectionListener, RequestHandler } from './connection';
import type { RemotingDependencies } from './remoting-dependencies';
import type { RemotingServerOptions } from './remoting-server-options';

/** Listens for connections and hands their requests to one handler. */
export class RemotingServer {
  readonly connections: Iterable<Connection> = [];

  constructor(
    readonly options: RemotingServerOptions,
    readonly dependencies: RemotingDependencies,
  ) {}

  /** The ports bound, in the order of `options.ports`. */
  get ports(): readonly number[] {
    return [];
  }

  onRequest(_handler: RequestHandler): void {}

  onConnectionEvent(_listener: ConnectionListener): void {}

  async start(): Promise<void> {}

  async shutdown(): Promise<void> {}
}
