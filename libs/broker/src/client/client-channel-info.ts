import type { Connection } from '@rocket-nest/remoting';

/** A client as it introduced itself on one connection. */
export interface ClientChannelInfo {
  readonly connection: Connection;
  readonly clientId: string;
  /** Number of the client's language (`LanguageCode`). */
  readonly language: number;
  /** Ordinal of the client's version (`MQVersion`). */
  readonly version: number;
  /** Monotonic time of the last heartbeat. */
  lastUpdateMs: number;
}
