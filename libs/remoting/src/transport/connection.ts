import type { RemotingCommand } from '../protocol/remoting-command';

/** Told once how an invocation ended. */
export interface InvokeCallback {
  onResponse(response: RemotingCommand): void;
  /** `error` is a RemotingError: TIMEOUT, CONNECTION_CLOSED, SEND_FAILED, TOO_MANY_IN_FLIGHT, ... */
  onError(error: Error): void;
}

/** One open TCP connection, of a server or of a client. */
export interface Connection {
  /** Unique within its server or client. */
  readonly id: number;
  /** `ip:port` of the other side. */
  readonly remoteAddress: string;
  readonly remoteHost: string;
  readonly remotePort: number;
  /** The port of ours that it came in by; tells the VIP port from the main one. */
  readonly localPort: number;
  readonly isOpen: boolean;
  /** Whatever the layers above want to remember of this connection. */
  readonly attributes: Map<string, unknown>;
  /**
   * Queues an answer; all answers of one event-loop turn leave in one write. `bodyParts` are sent
   * after `response.body`; they and the body must stay unchanged until they have left, which `sent`
   * is told, unless the connection closes before. Nothing happens when the connection is closed or
   * the request was oneway.
   */
  respond(response: RemotingCommand, bodyParts?: readonly Buffer[], sent?: () => void): void;
  /** Sends a request to the other side; rejects with a RemotingError. */
  invoke(request: RemotingCommand, timeoutMs: number): Promise<RemotingCommand>;
  /** Like `invoke`, without a promise. */
  invokeCallback(request: RemotingCommand, timeoutMs: number, callback: InvokeCallback): void;
  /** Sends a request that gets no answer; nothing happens when the connection is closed. */
  invokeOneway(request: RemotingCommand): void;
  /** Closes it at once; `reason` goes to the log. */
  close(reason: string): void;
}

/**
 * Handles one request. It answers now or later by `connection.respond`. What it throws becomes an
 * answer SYSTEM_ERROR with the error's message as remark.
 */
export type RequestHandler = (connection: Connection, request: RemotingCommand) => void;

export interface ConnectionListener {
  connected?(connection: Connection): void;
  /** Called once; the connection is closed already. */
  closed?(connection: Connection, reason: string): void;
  /** No traffic for the idle time; it is closed right after. */
  idle?(connection: Connection): void;
}

/** Counts how often a named limit was reached. */
export interface LimitHits {
  hit(name: string): void;
}
