import type { ClientTlsOptions } from './client-tls';

/** Settings of a `RemotingClient`. */
export interface RemotingClientOptions {
  /** Time to open a connection. Default 3000. */
  readonly connectTimeoutMs?: number;
  /** Requests waiting for an answer on one connection. Default 65535. */
  readonly maxInFlight?: number;
  /** Silence after which a connection is closed. Default 120000. */
  readonly idleCloseMs?: number;
  readonly maxFrameBytes?: number;
  readonly maxHeaderBytes?: number;
  /** Unsent bytes above which a connection refuses further requests. Default 64 MiB. */
  readonly closeAboveBytes?: number;
  /** Header form of requests: 0 JSON (default), 1 ROCKETMQ. */
  readonly serializeType?: 0 | 1;
  /** Whether open connections keep the process alive. Default false. */
  readonly keepProcessAlive?: boolean;
  /** Connects by TLS. Default: plain. */
  readonly tls?: ClientTlsOptions | undefined;
}
