import type { Connection, RemotingCommand } from '@rocket-nest/remoting';

/**
 * Answers one request. The request's body is valid only until this returns or first awaits; what is
 * thrown or rejected becomes an answer SYSTEM_ERROR.
 */
export type NamesrvProcessor = (
  request: RemotingCommand,
  connection: Connection,
) => RemotingCommand | Promise<RemotingCommand>;
