/** Settings of a `RemotingServer`. */
export interface RemotingServerOptions {
  /** Address to listen on. Default 127.0.0.1. */
  readonly host?: string;
  /** Ports to listen on: the main one, optionally more (VIP). 0 picks a free port. */
  readonly ports: readonly number[];
  /** Connections held at once; further ones are closed. Default 10000. */
  readonly maxConnections?: number;
  /** Connections held at once per remote address. Default: no limit of its own. */
  readonly maxConnectionsPerIp?: number;
  /** Silence after which a connection is closed. Default 120000. */
  readonly idleCloseMs?: number;
  /** Largest frame accepted, in bytes after the length field. Default 16777216. */
  readonly maxFrameBytes?: number;
  /** Largest header accepted. Default 262144. */
  readonly maxHeaderBytes?: number;
  /** Unsent bytes above which no more is read from a connection. Default 4 MiB. */
  readonly pauseAboveBytes?: number;
  /** Unsent bytes above which a connection is closed. Default 64 MiB. */
  readonly closeAboveBytes?: number;
  /** A connection paused for this long without having drained is closed. Default 60000. */
  readonly closeAfterMs?: number;
  /** Own requests waiting for an answer on one connection. Default 10000. */
  readonly maxInFlight?: number;
  /** Whether PROXY protocol headers set the remote address. Default true. */
  readonly proxyProtocol?: boolean;
  /** Whether the listening sockets keep the process alive. Default false. */
  readonly keepProcessAlive?: boolean;
}
