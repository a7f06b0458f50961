import type { RemotingCommand } from '@rocket-nest/remoting';

/** Sees what this client asks and what it is answered. */
export interface RpcHook {
  /** May change `extFields`; all header fields are in them already. */
  beforeRequest?(address: string, request: RemotingCommand): void;
  afterResponse?(address: string, request: RemotingCommand, response: RemotingCommand): void;
}
