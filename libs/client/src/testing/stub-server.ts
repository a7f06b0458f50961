import { SilentLogger, SystemClock } from '@rocket-nest/common';
import { RemotingCommand, RemotingServer, type Connection } from '@rocket-nest/remoting';

/** What a stub does with one request: an answer, or nothing for none at all. */
export type StubHandler = (
  request: RemotingCommand,
  connection: Connection,
) => RemotingCommand | undefined;

/** A server on a free port whose answers a test writes; every request is recorded. */
export class StubServer {
  readonly requests: RemotingCommand[] = [];
  readonly connections = new Set<Connection>();
  /** Known once started, and kept when stopped. */
  port = 0;
  private readonly handlers = new Map<number, StubHandler>();
  private server: RemotingServer | undefined;

  async start(port = 0): Promise<this> {
    const dependencies = { clock: new SystemClock(), logger: new SilentLogger() };
    this.server = new RemotingServer({ ports: [port] }, dependencies);
    this.server.onRequest((connection, request) => this.serve(connection, request));
    this.server.onConnectionEvent({
      connected: (connection) => void this.connections.add(connection),
      closed: (connection) => void this.connections.delete(connection),
    });
    await this.server.start();
    this.port = this.server.ports[0];
    return this;
  }

  get address(): string {
    return `127.0.0.1:${this.port}`;
  }

  on(code: number, handler: StubHandler): this {
    this.handlers.set(code, handler);
    return this;
  }

  /** The requests of one code received so far. */
  received(code: number): RemotingCommand[] {
    return this.requests.filter((request) => request.code === code);
  }

  async stop(): Promise<void> {
    await this.server?.shutdown();
    this.server = undefined;
  }

  private serve(connection: Connection, request: RemotingCommand): void {
    // What was received lives in the chunk only while the handler runs.
    void request.extFields;
    if (request.body) request.body = Buffer.from(request.body);
    this.requests.push(request);
    const handler = this.handlers.get(request.code);
    const response = handler
      ? handler(request, connection)
      : RemotingCommand.createResponse(request, 3, `the stub does not serve ${request.code}`);
    if (response) connection.respond(response);
  }
}

/** An answer of SUCCESS, with ext fields and a body where wanted. */
export function success(
  request: RemotingCommand,
  extFields: Record<string, string> = {},
  body?: Buffer,
): RemotingCommand {
  const response = RemotingCommand.createResponse(request, 0);
  response.extFields = new Map(Object.entries(extFields));
  if (body) response.body = body;
  return response;
}

/** An answer with another code. */
export function refusal(request: RemotingCommand, code: number): RemotingCommand {
  return RemotingCommand.createResponse(request, code, 'the stub refuses');
}
