import type { Clock, Logger } from '@rocket-nest/common';

/** How a name server and a broker in this process are set up. */
export interface StandaloneOptions {
  /** Address that both listen on; default 127.0.0.1. */
  readonly host?: string;
  /** Default 0, any free port. */
  readonly namesrvPort?: number;
  /** Default 0, any free port and no VIP port; else the VIP port is two below. */
  readonly brokerPort?: number;
  /** Where everything is kept; default a temporary folder that is removed at shutdown. */
  readonly folder?: string;
  /** Properties of broker.conf that override what is chosen here. */
  readonly brokerProperties?: Readonly<Record<string, string>>;
  /** Properties of namesrv.conf that override what is chosen here. */
  readonly namesrvProperties?: Readonly<Record<string, string>>;
  /** Default the system's clock; a test may pass one that it can advance. */
  readonly clock?: Clock;
  /** Default: nothing is logged. */
  readonly logger?: Logger;
  /** Whether the open ports keep the process alive. Default false. */
  readonly keepProcessAlive?: boolean;
}

/** Where clients find the started servers. */
export interface StandaloneAddress {
  /** `host:port`, what clients take as their name server. */
  readonly namesrvAddr: string;
  readonly brokerAddr: string;
  /** Undefined when there is no VIP port. */
  readonly vipAddr: string | undefined;
  readonly folder: string;
}
