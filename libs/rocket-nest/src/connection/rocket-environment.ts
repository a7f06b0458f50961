import type { Clock } from '@rocket-nest/common';

/**
 * Injection token of what surrounds all connections of an application. Nothing provides it in a
 * service; a test harness does, in a global module.
 */
export const ROCKET_ENVIRONMENT = Symbol('ROCKET_ENVIRONMENT');

/** What a test harness puts in place of what the options of the connections say. */
export interface RocketEnvironment {
  /** For the clients, and for everything in the library that waits for wall time. */
  readonly clock: Clock;
  /** Folder of the offsets of broadcasting listeners. */
  readonly localOffsetStoreDir: string;
  /** The name servers of a connection, whatever `embedded` and `namesrvAddr` say. */
  namesrvAddr(connectionName: string): Promise<string>;
}
